/** Extractions of data jobs, and their tables. */
import type { ApiRequest } from '../api.ts';
import { newExtractionTable } from './defaults.ts';
import { given, type JsonObject, stringAt, textAt } from './json.ts';
import { BodyRefusal, notFound, PoolRefusal } from './refusals.ts';
import type { PoolState } from './state.ts';
import { taskOf, type PoolOf } from './task-of-path.ts';
import { at, done, listOf, type Operations, ok, type PoolTeam } from './team.ts';

export function extractionOperations({ state }: PoolTeam, poolOf: PoolOf): Operations {
  /** Checks rows as far as the server is known to. */
  const checked = (rows: readonly JsonObject[], task: JsonObject): void => {
    for (const row of rows) {
      // https://github.com/pratapwarrohit13/pycelonis-220: null in one of these ends in a null pointer.
      if (!Array.isArray(row['connectorSpecificConfiguration']) || !Array.isArray(row['calculatedColumns'])) {
        throw new PoolRefusal(500, 'java.lang.NullPointerException', 'NULL_POINTER');
      }
      if (textAt(row, 'tableName') === undefined) {
        throw new BodyRefusal('tableName', 'tableName must not be empty', 'NOT_EMPTY');
      }
      const taskId = textAt(row, 'taskId');
      if (taskId !== undefined && taskId !== task['taskId']) throw notFound('task', taskId);
    }
  };
  const extraction = (request: ApiRequest) => {
    const pool = poolOf(request);
    const task = taskOf(pool, request, 'extractionId', 'EXTRACTION');
    return { pool, task, tables: pool.tablesOf(stringAt(task, 'id')) };
  };
  return {
    getExtraction: (request) => {
      const { pool, task } = extraction(request);
      return ok(expanded(pool, task));
    },
    createExtractionTables: (request) => {
      const { task, tables } = extraction(request);
      const rows = listOf(request);
      checked(rows, task);
      for (const name of rows.map((row) => textAt(row, 'tableName'))) {
        if (tables.all('tableName', name).length > 0) {
          throw new BodyRefusal('tableName', `${name ?? ''} is in the extraction already`, 'DUPLICATE');
        }
      }
      const made = rows.map((row) => {
        const id = state.ids.next();
        const hanging = textAt(row, 'dependsOn') !== undefined;
        const defaults = newExtractionTable(id, stringAt(task, 'taskId'));
        if (hanging) Object.assign(defaults, { parent: false, columnValuesAtATime: 0 });
        const known = given(row, Object.keys(defaults));
        return { ...defaults, ...withoutNull(known), id, taskId: stringAt(task, 'taskId') };
      });
      for (const row of made) {
        for (const field of ['parentTable', 'dependsOn']) {
          const other = textAt(row, field);
          if (other !== undefined && !tables.has(other)) throw notFound('table', other);
        }
      }
      return ok(made.map((row) => tables.put(row)));
    },
    updateExtractionTables: (request) => {
      const { task, tables } = extraction(request);
      const rows = listOf(request);
      checked(rows, task);
      for (const row of rows) tables.get(stringAt(row, 'id'));
      return ok(
        rows.map((row) => {
          const old = tables.get(stringAt(row, 'id'));
          return tables.put({ ...old, ...given(row, Object.keys(old)), id: old['id'] ?? null });
        }),
      );
    },
    getExtractionTable: (request) => ok(extraction(request).tables.get(at(request, 'tableId'))),
    deleteExtractionTable: (request) => {
      const { tables } = extraction(request);
      const id = at(request, 'tableId');
      tables.remove(id);
      // What hangs on it goes with it.
      for (const field of ['parentTable', 'dependsOn']) {
        for (const row of tables.all(field, id)) tables.remove(stringAt(row, 'id'));
      }
      return done;
    },
  };
}

/** Null in a new row means the default, as for a client that sends every field that it does not set. */
function withoutNull(row: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}

/** An extraction with its tables. */
export function expanded(pool: PoolState, task: JsonObject): JsonObject {
  const id = stringAt(task, 'id');
  return {
    ...task,
    extractionConfigurationValueTransport: pool.extractionSettings.get(id) ?? null,
    tables: pool.tablesOf(id).all(),
    metadataTables: [],
  };
}
