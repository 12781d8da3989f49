/** What the databases must hold, computed from the simulators' data. */
import type { CelonisTeamData, OeData } from '@millrace/simulator';
import { canonicalText, naiveTables, type Row, type Tables } from './naive-tables.ts';
import { addressIn, objectFinder, sessionsOf } from './object-truth.ts';

const uuid = /^[0-9a-f-]{36}/i;

/** The tables of the log APIs, and the activity tables over them. */
export function auditTruth(data: CelonisTeamData): Tables {
  return new Map([
    ...naiveTables(data.auditEvents, { table: 'audit_log' }),
    ...naiveTables(data.loginEvents, { table: 'login_history' }),
    ...naiveTables(data.members, { table: 'members', key: 'userId' }),
    ['audit_activity', data.auditEvents.map(auditActivity)],
    ['audit_session', sessionsOf(data.auditEvents, ({ userId }) => userOf(userId)).map(auditSession)],
    ...objectTruth(data),
    ['login_activity', data.loginEvents.map(loginActivity)],
    ['login_session', sessionsOf(data.loginEvents, ({ email }) => email.toLowerCase()).map(loginSession)],
  ]);
}

/** What only @millrace/flatten can compute (keys without an ID in the record), what its order decides among equal times, and what looks up a member. */
const derived: Readonly<Record<string, readonly string[]>> = {
  audit_activity: ['session_id', 'sorting', 'event_key'],
  object_activity: ['session_id', 'sorting', 'event_key', 'object_name'],
  audit_object: ['object_type', 'object_name'],
  login_activity: ['session_id', 'sorting', 'login_key', 'user_id'],
  login_session: ['user_id'],
};

/** Columns that the comparison leaves out. */
export function isDerived(table: string, column: string): boolean {
  if (column === '_key' || column === 'audit_log__key') return true;
  return derived[table]?.includes(column) ?? false;
}

function userOf(userId: string): string {
  return uuid.exec(userId)?.[0] ?? userId.split(/[ (]/)[0] ?? '';
}

type Session<T> = ReturnType<typeof sessionsOf<T & { readonly timestamp: string }>>[number];

function spanOf({ id, records }: Session<object>): Record<string, unknown> {
  const ends = { started_at: records[0]?.timestamp, ended_at: records.at(-1)?.timestamp };
  return { session_id: id, ...ends, activities: records.length };
}

function auditSession(session: Session<CelonisTeamData['auditEvents'][number]>): Row {
  const userId = session.records[0]?.userId ?? '';
  return row({ ...spanOf(session), user_id: userOf(userId), user_email: addressIn(userId) });
}

function loginSession(session: Session<CelonisTeamData['loginEvents'][number]>): Row {
  const failures = session.records.filter(({ success }) => !success).length;
  return row({ ...spanOf(session), email: session.records[0]?.email.toLowerCase(), failures });
}

/** What happened to each object, and the objects. */
function objectTruth(data: CelonisTeamData): [string, Row[]][] {
  const find = objectFinder(data);
  const named = data.auditEvents.flatMap((event) => find(event).map((object) => ({ event, ...object })));
  const activities = named.map(({ event, key, type }) =>
    row({
      object_key: key,
      object_type: type ?? 'object',
      occurred_at: event.timestamp,
      activity: `${event.event}${event.message?.['status'] === 'FAILED' ? ' (failed)' : ''}`,
      user_id: userOf(event.userId),
    }),
  );
  const objects = [...Map.groupBy(named, ({ key }) => key)].map(([key, all]) => {
    const times = all.map(({ event }) => event.timestamp).toSorted();
    const users = new Set(all.map(({ event }) => userOf(event.userId)));
    const ends = { first_at: times[0], last_at: times.at(-1) };
    return row({ object_key: key, ...ends, activities: all.length, users: users.size });
  });
  return [
    ['object_activity', activities],
    ['audit_object', objects],
  ];
}

function auditActivity(event: CelonisTeamData['auditEvents'][number]): Row {
  const email = addressIn(event.userId);
  return row({
    occurred_at: event.timestamp,
    event: event.event,
    user_id: userOf(event.userId),
    user_email: email,
    user_role: event.userRole,
  });
}

function loginActivity(event: CelonisTeamData['loginEvents'][number]): Row {
  return row({
    occurred_at: event.timestamp,
    activity: `${event.authenticationEventType}${event.success ? '' : ' (failed)'}`,
    success: event.success,
    email: event.email.toLowerCase(),
  });
}

/** The tables of the Orchestration Engine, and the activity log. */
export function oeTruth(data: OeData): Tables {
  return new Map([
    ...naiveTables(data.accounts, { table: 'account', key: 'id' }),
    ...naiveTables(data.digitalProcesses, { table: 'digital_process', key: 'id' }),
    ...naiveTables(data.eventTypes, { table: 'event_type', key: 'id' }),
    ...naiveTables(data.processContexts, {
      table: 'process_context',
      key: 'context$processid',
      children: { events: { table: 'process_context_event', link: 'process_context$context$processid' } },
    }),
    ['activity_log', data.processContexts.flatMap((context) => activities(data, context))],
  ]);
}

function activities(data: OeData, { context, events }: OeData['processContexts'][number]): Row[] {
  const process = data.digitalProcesses.find(({ id }) => id === context.executionTemplateID);
  return events.map((event) =>
    row({
      digital_process_name: process?.name,
      event_name: data.eventTypes.find(({ key }) => key === event.eventType)?.name ?? event.eventType,
      event_key: event.eventType,
      event_id: event.id,
      case_id: context.processid,
      occurred_at: event.occurredAt,
      read_at: event.readAt,
      sorting: Date.parse(event.readAt),
    }),
  );
}

function row(values: Readonly<Record<string, unknown>>): Row {
  return new Map(
    Object.entries(values)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([column, value]) => [column, canonicalText(value)]),
  );
}
