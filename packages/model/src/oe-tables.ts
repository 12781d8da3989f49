/**
 * Tables that both OE models have. OE publishes no schema of its lists; fields are those seen in its documentation, exports and SQL.
 * Source: https://developer.emporix.io/oe/value-streams/oe-celonis-data-flow/sending-data-from-oe-to-celonis
 */
import { childForeignKey } from './child-foreign-key.ts';
import type { ColumnModel, ForeignKeyModel, TableModel } from './model.ts';
import { childTable, column, rootTable, valueColumn } from './source-tables.ts';

/** The OE tenants that the credentials can see. */
export const accountTable: TableModel = rootTable({
  name: 'account',
  description: 'OE accounts (tenants). One account has many value streams.',
  source: { operation: 'listAccounts' },
  primaryKey: ['id'],
  columns: [
    column('id', 'STRING', 'ID of the account, a ULID.'),
    column('name', 'STRING', 'Name of the account.'),
    column('description', 'STRING', 'What the account is for.'),
    column('integromatTeam$id', 'INTEGER', 'ID of its team in Make.'),
    column('integromatTeam$organizationId', 'INTEGER', 'ID of the organisation of that team.'),
    column('integromatTeam$name', 'STRING', 'Name of that team.'),
    column('hookdeck$sourceUrl', 'STRING', 'Address that takes its events.'),
    column('magicLinks$schedulingScenario', 'STRING', 'Scenario that schedules magic links.'),
    column('magicLinks$submittedEventType', 'STRING', 'Event type of a submitted magic link.'),
  ],
});

/** Definitions of value streams, and the tables of their triggers and steps. */
export function processTables(name: string): readonly TableModel[] {
  const root = rootTable({
    name,
    description: 'Value streams (digital processes, execution templates), each in its current version.',
    source: { operation: 'listDigitalProcesses' },
    primaryKey: ['id'],
    columns: [
      column('id', 'STRING', 'ID of the value stream, a ULID.'),
      column('tenant', 'STRING', 'ID of the account that it belongs to.'),
      column('name', 'STRING', 'Name of the value stream.'),
      column('description', 'STRING', 'What the value stream is for.'),
      column('stateComments', 'STRING', 'Comment on the state.'),
      column('active', 'BOOLEAN', 'Empty in every document seen; use `state`.'),
      column('runningInstances', 'INTEGER', 'Runs that are under way.'),
      column('completedInstances', 'INTEGER', 'Runs that finished.'),
      column('failedInstances', 'INTEGER', 'Runs that failed.'),
      column('stoppedInstances', 'INTEGER', 'Runs that were stopped.'),
      column('state', 'STRING', '`active`, `inactive`; absent on a draft.'),
      column('version$id', 'STRING', 'ID of the version, a ULID.'),
      column('version$number', 'INTEGER', 'Number of the version.'),
      column('metadata$createdAt', 'DATETIME', 'When the version was made.'),
      column('metadata$activatedAt', 'DATETIME', 'When it went live; 0001-01-01 when it never did.'),
      column('metadata$createdBy', 'STRING', 'ID of the user who made it.', { sensitive: true }),
      column('metadata$activatedBy', 'STRING', 'ID of the user who activated it.', { sensitive: true }),
      ...userColumns('metadata$createdByUser', 'who made it'),
      ...userColumns('metadata$activatedByUser', 'who activated it'),
    ],
  });
  const trigger = childTable(root, {
    at: 'trigger',
    description: 'What starts a value stream.',
    columns: [
      column('trigger_type', 'STRING', '`webhook` or `timer`.'),
      column('event_type', 'STRING', 'Key of the event type that starts it; `_timer-event` for a timer.'),
      column('timeExpression', 'STRING', 'For a timer: an instant or a cron expression.'),
    ],
  });
  const triggerScenario = childTable(trigger, {
    at: 'scenario_ids',
    description: 'Scenarios that a trigger runs.',
    columns: [valueColumn('STRING', 'ID of the scenario.')],
  });
  const step = childTable(root, {
    at: 'steps',
    description: 'Steps of a value stream, in order.',
    columns: [column('stepType', 'STRING', '`scenario`, `cloudfunction`, `subflow` or `trigger`.')],
  });
  const scenario = childTable(step, {
    at: 'scenarios',
    description: 'Scenarios that a step runs.',
    columns: [
      column('scenario_id', 'STRING', 'ID of the scenario.'),
      column('url', 'STRING', 'Address that the scenario is called at.'),
      column('method', 'STRING', 'HTTP method of the call.'),
    ],
  });
  const useCase = childTable(root, {
    at: 'UseCases',
    description: 'Use cases that a value stream belongs to.',
    columns: [column('id', 'STRING', 'ID of the use case.')],
  });
  return [root, trigger, triggerScenario, step, scenario, useCase];
}

/** From each table of `processTables` to its children, and from the account: all optional. */
export function processRelations(tables: readonly TableModel[]): readonly ForeignKeyModel[] {
  const children = tables.flatMap((child) => {
    const parent = tables.find((table) => table.name === child.parent);
    return parent ? [childForeignKey(parent, child, 'optional')] : [];
  });
  const account = tables
    .filter((table) => table.parent === undefined)
    // One step of the vendor's page links the account to the value stream's own ID, where nothing matches; its list of relations says `tenant`.
    .map(
      (table): ForeignKeyModel => ({
        dimension: { table: accountTable.name, columns: ['id'] },
        fact: { table: table.name, columns: ['tenant'] },
        kind: 'optional',
        description: 'Separates the data of several OE accounts.',
      }),
    );
  return [...children, ...account];
}

/** What every run of a value stream has; the payloads of its events come on top. */
export const contextColumns: readonly ColumnModel[] = [
  column('context$processid', 'STRING', 'Case ID: the run, as version ID, tenant ID and a ULID.', { maxLength: 256 }),
  column('context$instanceid', 'STRING', 'The run, as a UUID.'),
  column('context$executionTemplateID', 'STRING', 'ID of the value stream.'),
  column('context$executionTemplateVersionID', 'STRING', 'ID of the version that runs; `draft-…` for a draft.'),
  column('context$metadata$externalID', 'STRING', '`ce-id` of the event that started the run.'),
  column('context$metadata$scenarioid', 'STRING', 'ID of the scenario, often empty.'),
  column('context$_draft', 'BOOLEAN', 'Whether a draft version runs.'),
  column('context$_executionEnvironment', 'STRING', 'Where it runs: `production`.'),
  column('context$_replayid', 'STRING', 'Set on a replayed run.'),
  column('metadata$tenant', 'STRING', 'ID of the account.'),
  column('metadata$createdAt', 'DATETIME', 'When the run started.'),
  column('metadata$updatedAt', 'DATETIME', 'When the run last changed.'),
  column('status', 'STRING', '`running`, `finished`, `failed`, `terminated`; OE may add others.'),
];

function userColumns(path: string, who: string): readonly ColumnModel[] {
  return [
    column(`${path}$user_id`, 'STRING', `ID of the user ${who}.`, { sensitive: true }),
    column(`${path}$user_name`, 'STRING', `Name of the user ${who}.`, { sensitive: true }),
    column(`${path}$user_email`, 'STRING', `E-mail of the user ${who}.`, { sensitive: true }),
  ];
}
