/** What stands in the pool, as far as an installation is concerned. Reads only. */
import type {
  CallOptions,
  CelonisIntegration,
  Connection,
  DataModel,
  DataModelTable,
  ExtractionTable,
  ForeignKey,
  Job,
  JobLoad,
  Pool,
  PoolClient,
  PoolParameter,
  ProcessConfiguration,
  Task,
  TaskParameter,
} from '@millrace/celonis-client/integration';
import { isNotFoundError } from '@millrace/celonis-client/integration';
import { OwnershipError, PoolChoiceError } from './errors.ts';
import type { Installation } from './installation.ts';
import { type Mark, isOwnPool, markPlaceholder, readMark } from './ownership.ts';

/** A task with what belongs to it. */
export interface ObservedTask {
  readonly task: Task;
  /** SQL of a transformation. */
  readonly statement?: string;
  /** Tables and parameters of an extraction. */
  readonly tables?: readonly ExtractionTable[];
  readonly parameters?: readonly TaskParameter[];
}

/** A data job with what belongs to it. */
export interface ObservedJob {
  readonly job: Job;
  readonly tasks: readonly ObservedTask[];
  readonly loads: readonly JobLoad[];
}

/** A data model with what belongs to it. */
export interface ObservedModel {
  readonly model: DataModel;
  readonly tables: readonly DataModelTable[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly activityTables: readonly ProcessConfiguration[];
}

/** What stands in the pool. */
export interface Observed {
  readonly pool?: Pool;
  readonly isOwnPool: boolean;
  readonly mark?: { readonly parameter: PoolParameter; readonly value: Mark };
  readonly connection?: Connection;
  /** Tables that the connection offers; absent where the lookup fails. */
  readonly offered?: readonly string[];
  /** The custom extractor from which the connection can be made. */
  readonly extractorId?: string;
  readonly job?: ObservedJob;
  readonly model?: ObservedModel;
  /** What else is in the pool, in words. */
  readonly others: readonly string[];
}

/**
 * Looks at the pool.
 * @throws PoolChoiceError when several pools have the name
 * @throws OwnershipError when the installation has never stood there and something has its names; `adopt` takes it over instead
 */
export async function observe(
  client: CelonisIntegration,
  installation: Installation,
  options: CallOptions & { readonly adopt?: boolean } = {},
): Promise<Observed> {
  const { adopt = false, ...call } = options;
  const pool = choosePool(await client.pools.list(call), installation);
  if (pool === undefined) return { isOwnPool: true, others: [] };
  const inside = client.pool(pool.id);
  const [parameters, connections, jobs, models] = [
    await inside.parameters.list(call),
    await inside.connections.list(call),
    await inside.jobs.list(call),
    await inside.dataModels.list(call),
  ];
  const parameter = parameters.find(({ placeholder }) => placeholder === markPlaceholder(installation.name));
  const mark = parameter === undefined ? undefined : { parameter, value: readMark(valueOf(parameter)) };
  const job = pick(jobs, mark?.value.job, installation.name);
  const model = pick(models, mark?.value.dataModel, installation.name);
  if (mark === undefined && !adopt) refuseTaken(installation, { job: job?.name, model: model?.name });
  const wanted = installation.connection;
  const connection = wanted === undefined ? undefined : connections.find(({ name }) => name === wanted.name);
  if (connection !== undefined && connection.type !== 'custom-extractor' && !adopt) {
    throw new OwnershipError(
      `The connection ${connection.name ?? ''} of the pool is of type ${String(connection.type)}, not of a custom extractor. Choose another name for the installation.`,
      [`connection ${connection.name ?? ''}`],
    );
  }
  const offered = connection === undefined ? undefined : await offeredBy(inside, connection.id, call);
  const extractorId =
    wanted === undefined || connection !== undefined
      ? undefined
      : await extractorNamed(client, pool.id, wanted.extractorName, call);
  return {
    pool,
    isOwnPool: isOwnPool(pool.description),
    ...(mark === undefined ? {} : { mark }),
    ...(connection === undefined ? {} : { connection }),
    ...(offered === undefined ? {} : { offered }),
    ...(extractorId === undefined ? {} : { extractorId }),
    ...(job === undefined ? {} : { job: await observeJob(inside, job, call) }),
    ...(model === undefined ? {} : { model: await observeModel(inside, model, call) }),
    others: [
      ...connections.filter((each) => each.id !== connection?.id).map(({ name }) => `connection ${name ?? ''}`),
      ...jobs.filter((each) => each.id !== job?.id).map(({ name }) => `data job ${name ?? ''}`),
      ...models.filter((each) => each.id !== model?.id).map(({ name }) => `data model ${name ?? ''}`),
      ...parameters.filter((each) => each !== parameter).map(({ name }) => `parameter ${name ?? ''}`),
    ],
  };
}

/** The first value of a parameter. */
export function valueOf({ values, defaultValues }: PoolParameter | TaskParameter): string {
  return values?.[0]?.value ?? defaultValues?.[0]?.value ?? '';
}

function choosePool(pools: readonly Pool[], { pool: wanted }: Installation): Pool | undefined {
  const byId = pools.find(({ id }) => id === wanted);
  if (byId !== undefined) return byId;
  const named = pools.filter(({ name }) => name === wanted);
  if (named.length > 1) {
    throw new PoolChoiceError(
      `There are ${named.length} data pools named ${wanted}: give the ID of one (${named.map(({ id }) => id).join(', ')}).`,
    );
  }
  if (named.length === 0 && /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/u.test(wanted)) {
    throw new PoolChoiceError(`There is no data pool with the ID ${wanted}, or the credential may not see it.`);
  }
  return named[0];
}

/** By ID where it is known, since a name can change; else by name. */
function pick<T extends { readonly id: string; readonly name?: string | null }>(
  list: readonly T[],
  id: string | undefined,
  name: string,
): T | undefined {
  return list.find((each) => each.id === id) ?? list.find((each) => each.name === name);
}

function refuseTaken(
  { name, program, pool }: Installation,
  { job, model }: { readonly job: string | null | undefined; readonly model: string | null | undefined },
): void {
  const objects = [
    ...(job === undefined ? [] : [`data job ${name}`]),
    ...(model === undefined ? [] : [`data model ${name}`]),
  ];
  if (objects.length === 0) return;
  throw new OwnershipError(
    `The pool ${pool} has a ${objects.join(' and a ')} that ${program} did not make. Choose another name with --name, or take over what is there with --adopt.`,
    objects,
  );
}

async function offeredBy(pool: PoolClient, id: string, call: CallOptions): Promise<readonly string[] | undefined> {
  const found = await pool.connections.searchTables(id, { search: '%', ...call });
  if (found.lookupSuccessful === false) return undefined;
  return (found.availableTables ?? []).flatMap(({ name }) => (name === undefined || name === null ? [] : [name]));
}

/** No operation lists custom extractors; the export of the pool names them. */
async function extractorNamed(
  client: CelonisIntegration,
  poolId: string,
  name: string,
  call: CallOptions,
): Promise<string | undefined> {
  const { customExtractorTransports } = await client.pools.export(poolId, call);
  return customExtractorTransports?.find((each) => each.name === name)?.id ?? undefined;
}

async function observeJob(pool: PoolClient, job: Job, call: CallOptions): Promise<ObservedJob> {
  const tasks: ObservedTask[] = [];
  const client = pool.jobs.tasks(job.id);
  for (const task of await client.list(call)) tasks.push(await observeTask(pool, job.id, task, call));
  return { job, tasks, loads: await pool.jobs.loads(job.id).list(call) };
}

async function observeTask(pool: PoolClient, jobId: string, task: Task, call: CallOptions): Promise<ObservedTask> {
  const client = pool.jobs.tasks(jobId);
  if (task.taskType === 'TRANSFORMATION') {
    return { task, statement: await client.statement(task.id, call) };
  }
  if (task.taskType !== 'EXTRACTION') return { task };
  const { tables } = await client.extraction(task.id, call);
  return {
    task,
    tables: (tables ?? []).flatMap((table) => (typeof table.id === 'string' ? [{ ...table, id: table.id }] : [])),
    parameters: await pool.taskParameters(task.id).list(call),
  };
}

async function observeModel(pool: PoolClient, model: DataModel, call: CallOptions): Promise<ObservedModel> {
  const { dataModels } = pool;
  return {
    model,
    tables: await dataModels.tables(model.id).list(call),
    foreignKeys: await dataModels.foreignKeys(model.id).list(call),
    activityTables: await dataModels.activityTables(model.id).list(call),
  };
}

/** Whether an error says that the team has no such operation, rather than that it may not be used. */
export function isNotOffered(error: unknown): boolean {
  if (isNotFoundError(error)) return true;
  const status = typeof error === 'object' && error !== null && 'status' in error ? error.status : undefined;
  return status === 400 || status === 405 || status === 415 || status === 501;
}
