/** The Orchestration Engine and a Celonis team over real HTTP on loopback, with a fault plan. */
export {
  type CelonisCredentials,
  type CelonisSimulator,
  type CelonisSimulatorOptions,
  type CelonisSizes,
  type CelonisTruth,
  startCelonisSimulator,
} from './celonis/simulator.ts';
export { type ClockMode, VirtualClock } from './clock.ts';
export { type CelonisChanges, type CelonisEvolution, evolveCelonisTeam } from './data/celonis-evolve.ts';
export {
  type AdoptionEvent,
  type AuditEvent,
  AuditPageError,
  type CelonisTeamData,
  type CelonisTeamOptions,
  celonisTeamFromAuditPage,
  generateCelonisTeam,
  type LoginEvent,
  type Member,
} from './data/celonis-team.ts';
export { toJsonText } from './data/json-text.ts';
export { evolveOeTenant, type OeChanges, type OeEvolution } from './data/oe-evolve.ts';
export {
  generateOeTenant,
  type OeAccount,
  type OeContextHead,
  type OeData,
  type OeDigitalProcess,
  type OeEvent,
  type OeEventType,
  type OeProcessContext,
  type OeStep,
  type OeTenantOptions,
  type OeTrigger,
  type OeUser,
  type OeVersion,
} from './data/oe-tenant.ts';
export { oeFromProcessLog, type ProcessLogColumns, ProcessLogError } from './data/process-log.ts';
export { FaultPlanError, parseFaultPlan } from './fault-plan-file.ts';
export {
  type AgeingRows,
  type ArrivingRows,
  composeFaults,
  type Failure,
  type FailureKind,
  type FailureTiming,
  type FaultHooks,
  type FaultPlan,
  type FeedName,
  type HookAnswer,
  type HookRequest,
  type LateRows,
  type PageOrder,
  type Permission,
} from './faults.ts';
export type { OeEventSource, OeReceivedEvent } from './oe/events.ts';
export {
  type OeCredentials,
  type OeSimulator,
  type OeSimulatorOptions,
  type OeSizes,
  type OeTruth,
  startOeSimulator,
} from './oe/simulator.ts';
export type { DataPools } from './pool/data-pools.ts';
export type { DataPoolOptions } from './pool/team.ts';
export type { Cell } from './pool/warehouse.ts';
export type { CredentialKind, RequestRecord } from './request-log.ts';
export { OwnAnswerError } from './server.ts';
