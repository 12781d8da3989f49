/** The data pool that a destination pushes into, as far as its credential shows it. */
import type { PoolPush } from '@millrace/celonis-client/data-push';
import type { PoolClient } from '@millrace/celonis-client/integration';
import type { CheckedPoolOptions } from './celonis-options.ts';
import { DestinationUnusableError } from './errors.ts';

/** A pool that is there, and into which the credential may push. */
export interface OpenPool {
  readonly id: string;
  readonly push: PoolPush;
  readonly integration: PoolClient;
}

const UUID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

/**
 * Finds a pool by its ID or its name, and asks for its push jobs: what is missing is said before anything is read.
 * @throws {DestinationUnusableError} `missing` when the team has no such pool, or several
 * @throws {PermissionError} with the permission and the scope that are missing
 */
export async function openPool(
  url: string,
  target: string,
  options: CheckedPoolOptions,
  signal: AbortSignal | undefined,
): Promise<OpenPool> {
  const [{ createDataPush, isNotFoundError, isPermissionError }, { createCelonisIntegration }] = await Promise.all([
    import('@millrace/celonis-client/data-push'),
    import('@millrace/celonis-client/integration'),
  ]);
  const { state: _, takeOver: __, chunkRows: ___, chunkBytes: ____, prefix, limits, ...team } = options;
  const call = signal === undefined ? {} : { signal };
  const integration = createCelonisIntegration(team);
  const id = UUID.test(target) ? target.toLowerCase() : await findPool();
  const client = createDataPush({
    ...team,
    ...(prefix === undefined ? {} : { prefix }),
    ...(limits === undefined ? {} : { limits }),
  });
  const push = client.pool(id);
  try {
    await push.jobs.list(call);
  } catch (error) {
    throw isNotFoundError(error) ? missing(`no data pool with the ID ${target}`, error) : error;
  }
  return { id, push, integration: integration.pool(id) };

  async function findPool(): Promise<string> {
    let found: readonly string[];
    try {
      const pools = await integration.pools.list(call);
      found = pools.filter(({ name }) => name === target).map((pool) => pool.id);
    } catch (error) {
      if (!isPermissionError(error)) throw error;
      const message = `The credential may not list the data pools of ${team.team}, so that "${target}" cannot be looked up: name the pool by its ID, as in its address (celonis:<ID>). ${error.message}`;
      throw new DestinationUnusableError(url, 'not-allowed', target, message, { cause: error });
    }
    const [first, ...others] = found;
    if (first === undefined) throw missing(`no data pool "${target}"`, undefined);
    if (others.length === 0) return first;
    const message = `${team.team} has ${found.length} data pools "${target}": name one by its ID, celonis:${found.join(' or celonis:')}.`;
    throw new DestinationUnusableError(url, 'missing', target, message);
  }

  function missing(what: string, cause: unknown): DestinationUnusableError {
    const command = `provision apply --road push --pool ${/^[\w.-]+$/.test(target) ? target : `"${target}"`}`;
    const message = UUID.test(target)
      ? `${team.team} has ${what}: name one that it has (celonis:<name or ID>).`
      : `${team.team} has ${what}: make it with ${command}, or name another (celonis:<name or ID>).`;
    return new DestinationUnusableError(url, 'missing', target, message, { cause });
  }
}

/** Names of the tables in the pool's own schema; undefined when the credential may not see them. */
export async function tablesOfPool(
  { integration }: OpenPool,
  signal: AbortSignal | undefined,
): Promise<readonly string[] | undefined> {
  const { isPermissionError } = await import('@millrace/celonis-client/integration');
  try {
    const tables = await integration.tables.list(signal === undefined ? {} : { signal });
    return tables.flatMap(({ name, dataSourceId }) =>
      typeof name === 'string' && typeof dataSourceId !== 'string' ? [name] : [],
    );
  } catch (error) {
    if (isPermissionError(error)) return undefined;
    throw error;
  }
}
