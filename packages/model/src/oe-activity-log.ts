/**
 * OE value streams as an activity log: one row per event.
 * Source: https://developer.emporix.io/oe/value-streams/oe-celonis-data-flow/sending-data-from-oe-to-celonis
 */
import { defineModel } from './define-model.ts';
import type { Model, QueryContext, TableModel, TransformationModel } from './model.ts';
import { accountTable, contextColumns, processRelations, processTables } from './oe-tables.ts';
import { childTable, column, rootTable } from './source-tables.ts';

const definitionTables = processTables('digital_process');

const eventTypeTable: TableModel = rootTable({
  name: 'event_type',
  description: 'Registered types of events.',
  source: { operation: 'listEventTypes' },
  primaryKey: ['id'],
  columns: [
    column('id', 'STRING', 'ID of the event type, a ULID.'),
    column('key', 'STRING', 'What an event names its type by.'),
    column('name', 'STRING', 'Name for people; may equal the key.'),
  ],
});

const processContextTable: TableModel = rootTable({
  name: 'process_context',
  description:
    'Runs of value streams. Payloads of their events stand in further columns and tables, named by event type.',
  source: { operation: 'listProcessContexts' },
  primaryKey: ['context$processid'],
  columns: contextColumns,
});

// `_position` is the own key: an ID can be missing, or be listed twice, and a context's events are always replaced as a whole.
const processContextEventTable: TableModel = childTable(processContextTable, {
  at: 'events',
  name: 'process_context_event',
  linkStyle: 'dollar',
  description: 'Events that a run received, as listed in it.',
  columns: [
    column('id', 'STRING', 'ID of the event, a ULID.'),
    column('eventType', 'STRING', 'Key of the event type; timers use `_timer-event`, which is not registered.'),
    column('occurredAt', 'DATETIME', 'When the event happened.'),
    column('readAt', 'DATETIME', 'When OE stored the event.'),
  ],
});

const activityLogTable: TableModel = {
  name: 'activity_log',
  description: 'One row per event of a run.',
  // An event ID alone is no key: one event can start or wake several runs, and then stands in each.
  primaryKey: ['case_id', 'event_id'],
  columns: [
    {
      name: 'digital_process_name',
      type: 'STRING',
      maxLength: 256,
      description: 'Name of the value stream; NULL when it was deleted.',
    },
    {
      name: 'event_name',
      type: 'STRING',
      maxLength: 256,
      description: 'Activity: name of the event type, else its key.',
    },
    { name: 'event_key', type: 'STRING', maxLength: 256, description: 'Key of the event type.' },
    {
      name: 'event_id',
      type: 'STRING',
      maxLength: 256,
      description: 'ID of the event; `ID#2` where a run lists one twice, `#1`, `#2` where it lists events without.',
    },
    { name: 'case_id', type: 'STRING', maxLength: 256, description: 'Case ID: `context$processid` of the run.' },
    { name: 'occurred_at', type: 'DATETIME', description: 'When the event happened.' },
    { name: 'read_at', type: 'DATETIME', description: 'When OE stored the event.' },
    { name: 'sorting', type: 'INTEGER', description: '`read_at`, else `occurred_at`, in milliseconds since 1970.' },
  ],
};

const activityLog: TransformationModel = {
  name: 'activity_log',
  description: 'Joins events with their runs, value streams and event types.',
  inputs: [
    { table: 'digital_process', columns: ['id', 'name'] },
    { table: 'event_type', columns: ['key', 'name'] },
    { table: 'process_context', columns: ['context$processid', 'context$executionTemplateID'] },
    {
      table: 'process_context_event',
      columns: ['process_context$context$processid', '_position', 'id', 'eventType', 'occurredAt', 'readAt'],
    },
  ],
  output: 'activity_log',
  query: activityLogQuery,
};

/**
 * Differs from the vendor's script where that loses, doubles or misplaces events:
 * - Its log has `event_key` as primary key, which allows each event type once in all; the key here is case ID and event ID.
 * - Its inner joins drop events whose type is not registered (every timer event) and all events of a run whose value stream was deleted.
 *   Outer joins keep them; `event_name` then is the key, `digital_process_name` is NULL.
 * - It joins event types by key although only their ID is unique: a key registered twice doubled its events. One name per key here.
 * - It merges on the event's ID alone and only inserts: an event without ID came again with every load, an event that stands in two runs
 *   kept one of them, and nothing was ever corrected. Events without ID, and repeated IDs in a run, are numbered here.
 * - It sorts by `readAt` alone; an event without it sorts by `occurredAt` here.
 */
function activityLogQuery({ dialect, input }: QueryContext): string {
  const id = dialect.identifier;
  const event = input('process_context_event');
  const context = input('process_context');
  const process = input('digital_process');
  const type = input('event_type');
  const link = event.column('process_context$context$processid');
  const eventId = `COALESCE(${event.column('id')}, '')`;
  const order = ['_position', 'readAt', 'occurredAt', 'eventType']
    .map((name) => dialect.ascending(event.column(name)))
    .join(', ');
  const numbered = (name: string): string => `${id('event')}.${id(name)}`;
  const numberText = `CAST(${numbered('number')} AS ${dialect.type('STRING', 20)})`;
  return `SELECT
  ${process.column('name')} AS ${id('digital_process_name')},
  COALESCE(${id('type')}.${id('name')}, ${numbered('key')}) AS ${id('event_name')},
  ${numbered('key')} AS ${id('event_key')},
  CASE WHEN ${numbered('number')} = 1 AND ${numbered('id')} <> '' THEN ${numbered('id')} ELSE ${numbered('id')} || '#' || ${numberText} END AS ${id('event_id')},
  ${context.column('context$processid')} AS ${id('case_id')},
  ${numbered('occurred_at')} AS ${id('occurred_at')},
  ${numbered('read_at')} AS ${id('read_at')},
  ${dialect.epochMillis(`COALESCE(${numbered('read_at')}, ${numbered('occurred_at')})`)} AS ${id('sorting')}
FROM (
  SELECT
    ${link} AS ${id('case_id')},
    ${eventId} AS ${id('id')},
    ${event.column('eventType')} AS ${id('key')},
    ${event.column('occurredAt')} AS ${id('occurred_at')},
    ${event.column('readAt')} AS ${id('read_at')},
    ROW_NUMBER() OVER (PARTITION BY ${link}, ${eventId} ORDER BY ${order}) AS ${id('number')}
  FROM ${event.from}
) AS ${id('event')}
JOIN ${context.from} ON ${context.column('context$processid')} = ${numbered('case_id')}
LEFT JOIN ${process.from} ON ${process.column('id')} = ${context.column('context$executionTemplateID')}
LEFT JOIN (
  SELECT ${type.column('key')} AS ${id('key')}, MIN(NULLIF(${type.column('name')}, '')) AS ${id('name')}
  FROM ${type.from}
  GROUP BY ${type.column('key')}
) AS ${id('type')} ON ${id('type')}.${id('key')} = ${numbered('key')}`;
}

/** OE value streams as an activity log, one row per event: `oe/activity-log`. */
export const oeActivityLog: Model = defineModel({
  name: 'oe/activity-log',
  description: 'OE value streams: accounts, definitions, runs, and one activity per event.',
  tables: [
    accountTable,
    ...definitionTables,
    eventTypeTable,
    processContextTable,
    processContextEventTable,
    activityLogTable,
  ],
  feeds: [{ table: 'account' }, { table: 'digital_process' }, { table: 'event_type' }, { table: 'process_context' }],
  foreignKeys: [
    {
      dimension: { table: 'process_context', columns: ['context$processid'] },
      fact: { table: 'activity_log', columns: ['case_id'] },
      kind: 'mandatory',
    },
    {
      dimension: { table: 'digital_process', columns: ['id'] },
      fact: { table: 'process_context', columns: ['context$executionTemplateID'] },
      kind: 'mandatory',
    },
    {
      dimension: { table: 'process_context', columns: ['context$processid'] },
      fact: { table: 'process_context_event', columns: ['process_context$context$processid'] },
      kind: 'recommended',
    },
    ...processRelations(definitionTables),
  ],
  activityTables: [
    {
      table: 'activity_log',
      caseId: 'case_id',
      activity: 'event_name',
      timestamp: 'occurred_at',
      sorting: 'sorting',
      description: 'One case per run of a value stream.',
    },
  ],
  transformations: [activityLog],
});
