/**
 * OE value streams under their older names, as a log of runs: one row per run.
 * Source: https://docs.celonis.com/en/sending-data-from-orchestration-engine-to-celonis-platform.html
 */
import { defineModel } from './define-model.ts';
import type { Model, QueryContext, TableModel, TransformationModel } from './model.ts';
import { accountTable, contextColumns, processRelations, processTables } from './oe-tables.ts';
import { rootTable } from './source-tables.ts';

const definitionTables = processTables('execution_templates');

const executionContextTable: TableModel = rootTable({
  name: 'execution_context',
  description:
    'Runs of value streams. Payloads of their events stand in further columns and tables, such as `execution_context$context$celonis_postaction_feedback$…`.',
  source: { operation: 'listProcessContexts' },
  primaryKey: ['context$processid'],
  columns: contextColumns,
});

const eventLogTable: TableModel = {
  name: 'event_log',
  description: 'One row per run.',
  primaryKey: ['instance_id'],
  columns: [
    {
      name: 'execution_template_name',
      type: 'STRING',
      maxLength: 256,
      description: 'Activity: name of the value stream, else its ID when it was deleted.',
    },
    { name: 'instance_id', type: 'STRING', maxLength: 128, description: 'Case ID: `context$processid` of the run.' },
    { name: 'created_at', type: 'DATETIME', description: 'When the run started.' },
    { name: 'last_modified', type: 'DATETIME', description: 'When the run last changed.' },
    { name: 'status', type: 'STRING', maxLength: 64, description: 'Status of the run.' },
  ],
};

const eventLog: TransformationModel = {
  name: 'event_log',
  description: 'Joins runs with their value streams.',
  inputs: [
    { table: 'execution_templates', columns: ['id', 'name'] },
    {
      table: 'execution_context',
      columns: [
        'context$processid',
        'context$executionTemplateID',
        'metadata$createdAt',
        'metadata$updatedAt',
        'status',
      ],
    },
  ],
  output: 'event_log',
  query: eventLogQuery,
};

/**
 * Differs from the vendor's script in two points: its inner join drops runs whose value stream was deleted, and its merge never updates
 * the name of a value stream that was renamed.
 */
function eventLogQuery({ dialect, input }: QueryContext): string {
  const id = dialect.identifier;
  const template = input('execution_templates');
  const context = input('execution_context');
  return `SELECT
  COALESCE(${template.column('name')}, ${context.column('context$executionTemplateID')}) AS ${id('execution_template_name')},
  ${context.column('context$processid')} AS ${id('instance_id')},
  ${context.column('metadata$createdAt')} AS ${id('created_at')},
  ${context.column('metadata$updatedAt')} AS ${id('last_modified')},
  ${context.column('status')} AS ${id('status')}
FROM ${context.from}
LEFT JOIN ${template.from} ON ${template.column('id')} = ${context.column('context$executionTemplateID')}`;
}

/** OE value streams under their older names, one row per run: `oe/event-log`. */
export const oeEventLog: Model = defineModel({
  name: 'oe/event-log',
  description: 'OE value streams under their older names: accounts, execution templates, and one activity per run.',
  tables: [accountTable, ...definitionTables, executionContextTable, eventLogTable],
  feeds: [{ table: 'account' }, { table: 'execution_templates' }, { table: 'execution_context' }],
  foreignKeys: [
    {
      dimension: { table: 'execution_context', columns: ['context$processid'] },
      fact: { table: 'event_log', columns: ['instance_id'] },
      kind: 'mandatory',
    },
    {
      dimension: { table: 'execution_templates', columns: ['id'] },
      fact: { table: 'execution_context', columns: ['context$executionTemplateID'] },
      kind: 'mandatory',
    },
    ...processRelations(definitionTables),
  ],
  activityTables: [
    {
      table: 'event_log',
      caseId: 'instance_id',
      activity: 'execution_template_name',
      timestamp: 'created_at',
      endTimestamp: 'last_modified',
      description: 'One case per run, with one activity that lasts as long as the run.',
    },
  ],
  transformations: [eventLog],
});
