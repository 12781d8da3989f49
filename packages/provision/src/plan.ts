/** What would change. */
import type { CallOptions, CelonisIntegration } from '@millrace/celonis-client/integration';
import type { Change, Step } from './change.ts';
import type { Installation, Road } from './installation.ts';
import { observe, type Observed } from './observe.ts';
import { fingerprint } from './ownership.ts';
import { connectionSteps } from './plan-connection.ts';
import { jobSteps, loadSteps } from './plan-data-job.ts';
import { modelSteps } from './plan-data-model.ts';
import { foundationSteps } from './plan-mark.ts';

/** How to look. */
export interface PlanOptions extends CallOptions {
  /** Take over a data job and a data model of the installation's name that something else made. */
  readonly adopt?: boolean;
}

/** What would change. A JSON value. */
export interface Plan {
  readonly installation: string;
  readonly road: Road;
  readonly pool: { readonly name: string; readonly id: string | null };
  /** In the order in which they are carried out; none: everything stands as it should. */
  readonly changes: readonly Change[];
  /** Objects of the installation that stand as they should. */
  readonly unchanged: number;
  /** What else is in the pool. It is never touched. */
  readonly others: readonly string[];
}

/** Looks at the pool and says what would change. Writes nothing. */
export async function plan(
  client: CelonisIntegration,
  installation: Installation,
  options: PlanOptions = {},
): Promise<Plan> {
  return planOf(installation, await observe(client, installation, options));
}

/** The steps from what is there to what is wanted, in order. */
export function stepsOf(installation: Installation, observed: Observed): readonly Step[] {
  return [
    ...foundationSteps(installation, observed),
    ...connectionSteps(installation, observed),
    ...jobSteps(installation, observed),
    ...modelSteps(installation, observed),
    ...loadSteps(installation, observed),
  ];
}

/** A plan of what was observed. */
export function planOf(installation: Installation, observed: Observed): Plan {
  const isDrift = observed.mark?.value.applied === fingerprint(installation);
  const changes = stepsOf(installation, observed)
    .flatMap((step) => step.changes)
    .map((change) => ({ ...change, isDrift }));
  const missing = changes.filter(({ action }) => action !== 'delete').length;
  return {
    installation: installation.name,
    road: installation.road,
    pool: { name: observed.pool?.name ?? installation.pool, id: observed.pool?.id ?? null },
    changes,
    unchanged: Math.max(0, sizeOf(installation) - missing),
    others: observed.others,
  };
}

/** How many objects an installation has. */
function sizeOf(installation: Installation): number {
  const { connection, extraction, transformations, tables, foreignKeys, activityTables } = installation;
  const extracted = extraction === undefined ? 0 : 1 + extraction.tables.length + extraction.parameters.length;
  // Pool, parameter, data job, data model, load.
  const always = 5;
  return (
    always +
    (connection === undefined ? 0 : 1) +
    extracted +
    [transformations, tables, foreignKeys, activityTables].reduce((sum, list) => sum + list.length, 0)
  );
}
