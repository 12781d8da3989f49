import { DuckDBInstance } from '@duckdb/node-api';
import { declaredTables, duckdb, modelToMermaid, oeActivityLog, renderTransformations } from '@millrace/model';

const instance = await DuckDBInstance.create(':memory:');
const connection = await instance.connect();
await connection.run(
  `CREATE TABLE process_context AS SELECT 'C1' AS "context$processid", 'P1' AS "context$executionTemplateID"`,
);
await connection.run(`CREATE TABLE process_context_event AS SELECT 'C1' AS "process_context$context$processid", 0 AS "_position",
  'A' AS "id", 'order.created' AS "eventType", TIMESTAMP '2026-01-02 03:04:05' AS "occurredAt", NULL::TIMESTAMP AS "readAt"`);

// Only these two tables are there: the others read as empty.
const tables = declaredTables(oeActivityLog, 'process_context');
for (const { statements } of renderTransformations(oeActivityLog, { dialect: duckdb, mode: 'full', tables })) {
  for (const statement of statements) await connection.run(statement);
}
const log = await connection.runAndReadAll('SELECT case_id, event_name, event_id FROM activity_log');
export const rows: unknown[][] = log.getRowsJS(); // [['C1', 'order.created', 'A']]
export const diagram: string = modelToMermaid(oeActivityLog); // erDiagram …
