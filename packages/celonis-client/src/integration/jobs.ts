/** Data jobs of a pool. */
import { callInit, deleted, type Identified, identified, identifiedList } from '../answers.ts';
import { integrationOperations as operations } from '../generated/integration-operations.ts';
import type { DataModelExecutionTransport, JobTransport } from '../generated/integration.ts';
import type { CallOptions } from '../team-client.ts';
import type { PoolContext } from './context.ts';
import {
  type ExecuteOptions,
  type Execution,
  type ExecutionToken,
  type Executions,
  execute,
  executions,
  resumeExecution,
} from './executions.ts';
import { type Tasks, tasks } from './tasks.ts';

/** A data job as the server gives it. */
export type Job = Identified<JobTransport>;
/** A load of a data model at the end of a job, as the server gives it. */
export type JobLoad = Identified<DataModelExecutionTransport>;

/** The data jobs of a pool. */
export interface Jobs {
  list(options?: CallOptions): Promise<Job[]>;
  get(jobId: string, options?: CallOptions): Promise<Job>;
  /** `connectionId` null makes a job of the global schema, which cannot hold extractions. */
  create(job: { readonly name: string; readonly connectionId: string | null }, options?: CallOptions): Promise<Job>;
  update(job: JobTransport & { readonly id: string }, options?: CallOptions): Promise<Job>;
  /** False when there was none. */
  delete(jobId: string, options?: CallOptions): Promise<boolean>;
  /** Starts an execution. Throws `ConflictError` when the job runs already. */
  execute(jobId: string, options?: ExecuteOptions): Promise<Execution>;
  /** Goes on with an execution; starts it when it never came to that. */
  resume(token: ExecutionToken, options?: CallOptions): Promise<Execution>;
  /** The tasks of a job. */
  tasks(jobId: string): Tasks;
  /** The loads of data models at the end of a job. */
  loads(jobId: string): JobLoads;
  /** States and logs. */
  readonly executions: Executions;
}

/** The loads of data models at the end of a job. */
export interface JobLoads {
  list(options?: CallOptions): Promise<JobLoad[]>;
  /** `tables`: IDs of tables of the data model, for a partial load; default all of them. */
  create(
    load: { readonly dataModelId: string; readonly tables?: readonly string[] },
    options?: CallOptions,
  ): Promise<JobLoad>;
  /** False when there was none. */
  delete(loadId: string, options?: CallOptions): Promise<boolean>;
}

/** The operations on the data jobs of a pool. */
export function jobs(context: PoolContext): Jobs {
  const { raw, poolId } = context;
  const path = { poolId };
  const at = (jobId: string) => ({ path: { poolId, jobId } });
  return {
    list: async (options) =>
      identifiedList(
        await raw.GET('/integration/api/pools/{poolId}/jobs', { params: { path }, ...callInit(options) }),
        operations.listJobs,
      ),
    get: async (jobId, options) =>
      identified(
        await raw.GET('/integration/api/pools/{poolId}/jobs/{jobId}', { params: at(jobId), ...callInit(options) }),
        operations.getJob,
      ),
    create: async ({ name, connectionId }, options) =>
      identified(
        await raw.POST('/integration/api/pools/{poolId}/jobs', {
          params: { path },
          body: { name, dataPoolId: poolId, dataSourceId: connectionId },
          ...callInit(options),
        }),
        operations.createJob,
      ),
    update: async (job, options) =>
      identified(
        await raw.PUT('/integration/api/pools/{poolId}/jobs/{jobId}', {
          params: at(job.id),
          body: job,
          ...callInit(options),
        }),
        operations.updateJob,
      ),
    delete: async (jobId, options) =>
      deleted(
        await raw.DELETE('/integration/api/pools/{poolId}/jobs/{jobId}', { params: at(jobId), ...callInit(options) }),
        operations.deleteJob,
      ),
    execute: (jobId, options = {}) => execute(context, jobId, options),
    resume: (token, options) => resumeExecution(context, token, options),
    tasks: (jobId) => tasks(context, jobId),
    loads: (jobId) => jobLoads(context, jobId),
    executions: executions(context),
  };
}

function jobLoads({ raw, poolId }: PoolContext, jobId: string): JobLoads {
  const path = { poolId, jobId };
  return {
    list: async (options) =>
      identifiedList(
        await raw.GET('/integration/api/pools/{poolId}/jobs/{jobId}/loads', { params: { path }, ...callInit(options) }),
        operations.listJobLoads,
      ),
    create: async ({ dataModelId, tables }, options) =>
      identified(
        await raw.POST('/integration/api/pools/{poolId}/jobs/{jobId}/loads', {
          params: { path },
          body: {
            dataModelId,
            jobId,
            tables: tables === undefined ? null : tables.map((id) => ({ id })),
            partialLoad: tables !== undefined,
          },
          ...callInit(options),
        }),
        operations.createJobLoad,
      ),
    delete: async (loadId, options) =>
      deleted(
        await raw.DELETE('/integration/api/pools/{poolId}/jobs/{jobId}/loads/{loadId}', {
          params: { path: { ...path, loadId } },
          ...callInit(options),
        }),
        operations.deleteJobLoad,
      ),
  };
}
