/** Tasks of a data job: transformations with their SQL, extractions with their tables. */
import { body, callInit, deleted, done, type Identified, identified, identifiedList } from '../answers.ts';
import { integrationOperations as operations } from '../generated/integration-operations.ts';
import type {
  ExtractionWithTablesTransport,
  NewTaskInstanceTransport,
  TableExtractionTransport,
  TaskInstanceTransport,
} from '../generated/integration.ts';
import type { CallOptions } from '../team-client.ts';
import type { PoolContext } from './context.ts';

/** A task as the server gives it. `id` is the task in its job, `taskId` its definition. */
export type Task = Identified<TaskInstanceTransport>;

/** A table of an extraction as the server gives it. */
export type ExtractionTable = Identified<TableExtractionTransport>;

/** The tasks of a job. */
export interface Tasks {
  list(options?: CallOptions): Promise<Task[]>;
  create(
    task: NewTaskInstanceTransport & { readonly taskType: 'EXTRACTION' | 'TRANSFORMATION'; readonly name: string },
    options?: CallOptions,
  ): Promise<Task>;
  /** Name and description. */
  update(
    taskInstanceId: string,
    task: { readonly name: string; readonly description: string | null },
    options?: CallOptions,
  ): Promise<Task>;
  /** False when there was none. */
  delete(taskInstanceId: string, options?: CallOptions): Promise<boolean>;
  enable(taskInstanceId: string, options?: CallOptions): Promise<Task>;
  disable(taskInstanceId: string, options?: CallOptions): Promise<Task>;
  /** The SQL of a transformation; empty for a new one. */
  statement(taskInstanceId: string, options?: CallOptions): Promise<string>;
  setStatement(taskInstanceId: string, sql: string, options?: CallOptions): Promise<void>;
  /** An extraction with its tables. */
  extraction(taskInstanceId: string, options?: CallOptions): Promise<ExtractionWithTablesTransport>;
  /** Adds tables to an extraction. What the server does not survive as null is sent as an empty list. */
  addTables(
    task: { readonly id: string; readonly taskId: string },
    tables: readonly TableExtractionTransport[],
    options?: CallOptions,
  ): Promise<ExtractionTable[]>;
  /** Changes tables of an extraction; send them whole, as read. */
  updateTables(
    task: { readonly id: string; readonly taskId: string },
    tables: readonly (TableExtractionTransport & { readonly id: string })[],
    options?: CallOptions,
  ): Promise<ExtractionTable[]>;
  /** False when it was not there. */
  removeTable(taskInstanceId: string, tableId: string, options?: CallOptions): Promise<boolean>;
}

/** The operations on the tasks of a job. */
export function tasks({ raw, poolId }: PoolContext, jobId: string): Tasks {
  const path = { poolId, jobId };
  const at = (taskInstanceId: string) => ({ path: { ...path, taskInstanceId } });
  const extraction = (extractionId: string) => ({ path: { ...path, extractionId } });
  const complete =
    (taskId: string) =>
    (table: TableExtractionTransport): TableExtractionTransport => ({
      ...table,
      taskId,
      jobId,
      connectorSpecificConfiguration: table.connectorSpecificConfiguration ?? [],
      calculatedColumns: table.calculatedColumns ?? [],
    });
  return {
    list: async (options) =>
      identifiedList(
        await raw.GET('/integration/api/pools/{poolId}/jobs/{jobId}/tasks/', {
          params: { path },
          ...callInit(options),
        }),
        operations.listTasks,
      ),
    create: async (task, options) =>
      identified(
        await raw.POST('/integration/api/pools/{poolId}/jobs/{jobId}/tasks/', {
          params: { path },
          body: { jobId, ...task },
          ...callInit(options),
        }),
        operations.createTask,
      ),
    update: async (taskInstanceId, task, options) =>
      identified(
        await raw.PUT('/integration/api/pools/{poolId}/jobs/{jobId}/tasks/{taskInstanceId}', {
          params: at(taskInstanceId),
          body: task,
          ...callInit(options),
        }),
        operations.updateTask,
      ),
    delete: async (taskInstanceId, options) =>
      deleted(
        await raw.DELETE('/integration/api/pools/{poolId}/jobs/{jobId}/tasks/{taskInstanceId}', {
          params: at(taskInstanceId),
          ...callInit(options),
        }),
        operations.deleteTask,
      ),
    enable: async (taskInstanceId, options) =>
      identified(
        await raw.POST('/integration/api/pools/{poolId}/jobs/{jobId}/tasks/{taskInstanceId}/enabled', {
          params: at(taskInstanceId),
          ...callInit(options),
        }),
        operations.enableTask,
      ),
    disable: async (taskInstanceId, options) =>
      identified(
        await raw.DELETE('/integration/api/pools/{poolId}/jobs/{jobId}/tasks/{taskInstanceId}/enabled', {
          params: at(taskInstanceId),
          ...callInit(options),
        }),
        operations.disableTask,
      ),
    statement: async (transformationId, options) => {
      const result = await raw.GET(
        '/integration/api/pools/{poolId}/jobs/{jobId}/transformations/{transformationId}/statement',
        { params: { path: { ...path, transformationId } }, ...callInit(options) },
      );
      const { statement } = await body<{ readonly statement?: string | null }>(result, operations.getStatement);
      return statement ?? '';
    },
    setStatement: async (transformationId, sql, options) =>
      done(
        await raw.PUT('/integration/api/pools/{poolId}/jobs/{jobId}/transformations/{transformationId}/statement', {
          params: { path: { ...path, transformationId } },
          body: sql,
          bodySerializer: (text) => text,
          headers: { 'Content-Type': 'text/plain' },
          ...callInit(options),
        }),
        operations.updateStatement,
      ),
    extraction: async (taskInstanceId, options) =>
      body(
        await raw.GET('/integration/api/pools/{poolId}/jobs/{jobId}/extractions/{extractionId}/expanded', {
          params: extraction(taskInstanceId),
          ...callInit(options),
        }),
        operations.getExtraction,
      ),
    addTables: async ({ id, taskId }, tables, options) =>
      identifiedList(
        await raw.POST('/integration/api/pools/{poolId}/jobs/{jobId}/extractions/{extractionId}/tables/', {
          params: extraction(id),
          body: tables.map(complete(taskId)),
          ...callInit(options),
        }),
        operations.createExtractionTables,
      ),
    updateTables: async ({ id, taskId }, tables, options) =>
      identifiedList(
        await raw.PUT('/integration/api/pools/{poolId}/jobs/{jobId}/extractions/{extractionId}/tables/', {
          params: extraction(id),
          body: tables.map(complete(taskId)),
          ...callInit(options),
        }),
        operations.updateExtractionTables,
      ),
    removeTable: async (taskInstanceId, tableId, options) =>
      deleted(
        await raw.DELETE('/integration/api/pools/{poolId}/jobs/{jobId}/extractions/{extractionId}/tables/{tableId}', {
          params: { path: { ...path, extractionId: taskInstanceId, tableId } },
          ...callInit(options),
        }),
        operations.deleteExtractionTable,
      ),
  };
}
