/**
 * The documents of an Orchestration Engine (OE) tenant.
 *
 * OE's REST responses are not published. The fields are those that its documentation, its export and captured test data
 * show; where these disagree or are silent, the shape is inferred.
 * https://developer.emporix.io/oe/digital-processes/process-context
 */

/** An account of OE, to which digital processes belong. */
export interface OeAccount {
  /** ULID. */
  id: string;
  name: string;
  description: string;
  integromatTeam: { id: number; organizationId: number; name: string };
  /** Where events are sent. */
  hookdeck: { sourceUrl: string };
  magicLinks: { schedulingScenario: string; submittedEventType: string };
}

/** What starts a digital process. */
export interface OeTrigger {
  trigger_type: 'webhook' | 'timer' | (string & {});
  /** Key of an event type; `_timer-event` for a timer. */
  event_type: string;
  scenario_ids: string[];
  /** An ISO time or a cron expression for a timer, else empty. */
  timeExpression: string;
}

/** A step of a digital process. */
export interface OeStep {
  stepType: 'scenario' | 'cloudfunction' | 'subflow' | 'trigger' | (string & {});
  scenarios: { scenario_id: string; url: string; method: string }[];
}

/** A version of a digital process. That the list response carries earlier versions is inferred. */
export interface OeVersion {
  /** ULID, or `draft-` and a ULID. */
  id: string;
  /** From 1; 0 for the draft. */
  number: number;
  /** Null for the draft. */
  state: 'active' | 'inactive' | (string & {}) | null;
  createdAt: string;
  /** `0001-01-01T00:00:00Z` when it never was activated. */
  activatedAt: string;
}

/** Who did something; fields are empty where OE does not know. */
export interface OeUser {
  user_id: string;
  user_name: string;
  user_email: string;
}

/** A digital process, also called execution template or value stream. */
export interface OeDigitalProcess {
  /** ULID. */
  id: string;
  /** ID of the account. */
  tenant: string;
  name: string;
  /** The active version. */
  version: { id: string; number: number };
  trigger: OeTrigger[];
  metadata: {
    createdAt: string;
    activatedAt: string;
    createdBy: string;
    activatedBy: string;
    createdByUser: OeUser;
    activatedByUser: OeUser;
  };
  steps: OeStep[];
  state: 'active' | 'inactive' | (string & {});
  /** All versions, the draft among them, ascending by number. */
  versions: OeVersion[];
}

/** An event type that the tenant has registered. */
export interface OeEventType {
  /** ULID. */
  id: string;
  key: string;
  name: string;
}

/** An event of a run. */
export interface OeEvent {
  /** ULID. */
  id: string;
  /** Key of an event type, which need not be registered. */
  eventType: string;
  /** When it happened. */
  occurredAt: string;
  /** When OE stored it; never before `occurredAt`. */
  readAt: string;
}

/** What OE itself writes into `context`, beside the payloads. */
export interface OeContextHead {
  /** ID of the digital process. */
  executionTemplateID: string;
  executionTemplateVersionID: string;
  /** UUID. */
  instanceid: string;
  /** Primary key: `{version ID}-{tenant ID}-{ULID}`. */
  processid: string;
  metadata: { externalID: string; scenarioid: string };
  _draft: boolean;
  _executionEnvironment: string;
  _replayid: string;
}

/**
 * One run of a digital process.
 * Beside OE's own fields, `context` holds the latest payload of each event type under its key and the results of cloud functions under theirs.
 * An integer beyond 2^53 is a `bigint`: write documents with `toJsonText`.
 */
export interface OeProcessContext {
  metadata: { tenant: string; createdAt: string; updatedAt: string };
  context: OeContextHead & Record<string, unknown>;
  status: 'running' | 'finished' | 'failed' | 'terminated' | (string & {});
  /** Ascending by `readAt`. */
  events: OeEvent[];
}

/** Everything that a simulated OE tenant holds. */
export interface OeData {
  accounts: OeAccount[];
  digitalProcesses: OeDigitalProcess[];
  eventTypes: OeEventType[];
  processContexts: OeProcessContext[];
}
