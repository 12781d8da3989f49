/** Data Pool, Connection, Data Job and Data Model in Celonis, brought about from a model by plan and apply. */
export { apply, type Applied, type ApplyOptions } from './apply.ts';
export type { ByHand } from './by-hand.ts';
export type { Change, FieldChange, ObjectKind } from './change.ts';
export { destroy, type DestroyPlan, planDestroy, type Removal } from './destroy.ts';
export { OwnershipError, PoolChoiceError } from './errors.ts';
export type {
  ConnectionValues,
  Installation,
  Road,
  WantedActivityTable,
  WantedConnection,
  WantedExtraction,
  WantedExtractionTable,
  WantedForeignKey,
  WantedParameter,
  WantedTransformation,
} from './installation.ts';
export { installationOf, type InstallationOptions, type TableFilters } from './installation-of.ts';
export { rawTable } from './keyed-table.ts';
export { type Plan, plan, type PlanOptions } from './plan.ts';
export { poolDocument } from './pool-document.ts';
export { renderPlan } from './render-plan.ts';
export { dataModelLink, poolLink, run, type RunOptions, type RunReport, type RunStep } from './run.ts';
