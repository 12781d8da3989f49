/** Takes an installation away, and nothing else. */
import type { CallOptions, CelonisIntegration } from '@millrace/celonis-client/integration';
import type { ExtractorFile } from '@millrace/model';
import type { ObjectKind } from './change.ts';
import { PoolChoiceError } from './errors.ts';
import type { Installation } from './installation.ts';
import { observe, type Observed } from './observe.ts';

/** An object that goes. */
export interface Removal {
  readonly kind: ObjectKind;
  readonly name: string;
  readonly id: string;
  /** What goes with it. */
  readonly with: readonly string[];
}

/** What goes, and what stays. A JSON value. */
export interface DestroyPlan {
  readonly installation: string;
  readonly pool: { readonly name: string; readonly id: string | null };
  /** In the order in which they go. None: the installation does not stand there. */
  readonly removals: readonly Removal[];
  /** What else is in the pool, and stays. */
  readonly stays: readonly string[];
}

/** Says what {@link destroy} would take away. Writes nothing. */
export async function planDestroy(
  client: CelonisIntegration,
  place: Pick<Installation, 'name' | 'pool' | 'program'>,
  options: CallOptions = {},
): Promise<DestroyPlan> {
  const installation = nameOnly(place);
  const observed = await observe(client, installation, { ...options, adopt: true });
  const { pool, mark } = observed;
  const removals = pool === undefined || mark === undefined ? [] : removalsOf(installation, observed);
  const keeps = removals.some(({ kind }) => kind === 'data pool') ? [] : observed.others;
  return {
    installation: installation.name,
    pool: { name: pool?.name ?? installation.pool, id: pool?.id ?? null },
    removals,
    stays: mark?.value.connection === 'found' ? [...keeps, `connection ${installation.connection?.name ?? ''}`] : keeps,
  };
}

/**
 * Takes away what the plan says. What is gone already does not matter, so that a destroy that was cut off can be run again.
 * @throws PoolChoiceError when the plan is of no pool
 */
export async function destroy(
  client: CelonisIntegration,
  { pool, removals }: DestroyPlan,
  options: CallOptions & { readonly onRemoval?: (removal: Removal) => void } = {},
): Promise<void> {
  const { onRemoval, ...call } = options;
  if (removals.length === 0) return;
  if (pool.id === null) throw new PoolChoiceError('There is no data pool to take anything from.');
  const inside = client.pool(pool.id);
  for (const removal of removals) {
    const { kind, id } = removal;
    if (kind === 'data job') await inside.jobs.delete(id, call);
    else if (kind === 'data model') await inside.dataModels.delete(id, call);
    else if (kind === 'connection') await inside.connections.delete(id, call);
    else if (kind === 'parameter') await inside.parameters.delete(id, call);
    else if (kind === 'data pool') await client.pools.delete(id, call);
    onRemoval?.(removal);
  }
}

function removalsOf({ name, pool: poolName }: Installation, observed: Observed): readonly Removal[] {
  const { pool, mark, connection, job, model, others } = observed;
  const removals: Removal[] = [];
  if (job !== undefined) {
    const parts = job.tasks.map(({ task }) => `${(task.taskType ?? 'task').toLowerCase()} ${task.name ?? ''}`);
    removals.push({ kind: 'data job', name: job.job.name ?? name, id: job.job.id, with: parts });
  }
  if (model !== undefined) {
    const parts = [`${model.tables.length} tables`, `${model.foreignKeys.length} foreign keys`];
    removals.push({ kind: 'data model', name: model.model.name ?? name, id: model.model.id, with: parts });
  }
  const isMade = mark?.value.connection === 'made';
  if (connection !== undefined && isMade) {
    removals.push({
      kind: 'connection',
      name: connection.name ?? name,
      id: connection.id,
      with: ['the tables that it extracted'],
    });
  }
  // The parameter is the last to go, with the pool where that goes: while it stands, a destroy that was cut off knows what to do.
  const isEmpty = others.length === 0 && (connection === undefined || isMade);
  if (pool !== undefined && observed.isOwnPool && isEmpty) {
    removals.push({ kind: 'data pool', name: pool.name ?? poolName, id: pool.id, with: ['its tables'] });
  } else if (mark !== undefined) {
    removals.push({ kind: 'parameter', name: mark.parameter.placeholder ?? '', id: mark.parameter.id, with: [] });
  }
  return removals;
}

/** An installation of which nothing counts but its names. */
function nameOnly({ name, pool, program }: Pick<Installation, 'name' | 'pool' | 'program'>): Installation {
  const file: ExtractorFile = {
    supportedAuthenticationConfigurations: [],
    connectionParameters: [],
    supportedFilteringSyntaxes: [],
    endpoints: [],
  };
  return {
    name,
    pool,
    program,
    description: '',
    road: 'pull',
    connection: { name, extractorName: name, file, values: { describe: [], read: () => Promise.resolve({}) } },
    transformations: [],
    tables: [],
    foreignKeys: [],
    activityTables: [],
  };
}
