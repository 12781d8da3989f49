/** What the databases must hold, computed from the simulators' data. */
import type { CelonisTeamData, OeData } from '@millrace/simulator';
import { canonicalText, naiveTables, type Row, type Tables } from './naive-tables.ts';

const uuid = /^[0-9a-f-]{36}/i;

/** The tables of the log APIs, and the activity tables over them. */
export function auditTruth(data: CelonisTeamData): Tables {
  return new Map([
    ...naiveTables(data.auditEvents, { table: 'audit_log' }),
    ...naiveTables(data.loginEvents, { table: 'login_history' }),
    ...naiveTables(data.members, { table: 'members', key: 'userId' }),
    ['audit_activity', data.auditEvents.map(auditActivity)],
    ['login_activity', data.loginEvents.map(loginActivity)],
  ]);
}

/** Columns that only @millrace/flatten and the model can compute: keys without an ID in the record, sessions and what looks up a member. */
export function isDerived(table: string, column: string): boolean {
  if (column === '_key' || column === 'audit_log__key') return true;
  if (table === 'audit_log$message$new_permissions' || table === 'audit_log$message$old_permissions') return false;
  if (table === 'login_activity') return ['session_id', 'sorting', 'login_key', 'user_id'].includes(column);
  return table === 'audit_activity' && ['session_id', 'sorting', 'event_key'].includes(column);
}

function auditActivity(event: CelonisTeamData['auditEvents'][number]): Row {
  const email = /\(([^()]*@[^()]*)\)/.exec(event.userId)?.[1];
  return row({
    occurred_at: event.timestamp,
    event: event.event,
    user_id: uuid.exec(event.userId)?.[0] ?? event.userId.split(/[ (]/)[0],
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
