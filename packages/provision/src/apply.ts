/** Carries a plan out. */
import type { CelonisIntegration } from '@millrace/celonis-client/integration';
import { type ByHand, ByHandError } from './by-hand.ts';
import type { Change, Session } from './change.ts';
import type { Installation } from './installation.ts';
import { observe, type Observed } from './observe.ts';
import { fingerprint } from './ownership.ts';
import { planOf, type PlanOptions, stepsOf } from './plan.ts';
import { extractionTask } from './plan-data-job.ts';
import { writeMark } from './plan-mark.ts';

/** How to apply. */
export interface ApplyOptions extends PlanOptions {
  /** Hears of each change when it is done. */
  readonly onChange?: (change: Change) => void;
}

/** What an apply did. */
export interface Applied {
  readonly poolId: string;
  /** IDs of what stands now; null where a person has to do something first. */
  readonly connectionId: string | null;
  readonly jobId: string | null;
  readonly dataModelId: string | null;
  /** What was changed. */
  readonly changes: readonly Change[];
  /** Where it stopped, for a person to go on. Apply again after that. */
  readonly byHand?: ByHand;
}

/**
 * Makes the pool as the installation wants it. What is right is not touched; applied again, it writes nothing. Cut off anywhere, the next apply
 * goes on from there.
 */
export async function apply(
  client: CelonisIntegration,
  installation: Installation,
  options: ApplyOptions = {},
): Promise<Applied> {
  const { onChange, ...rest } = options;
  const observed = await observe(client, installation, rest);
  const { changes: planned } = planOf(installation, observed);
  const session = sessionOf(client, installation, observed, rest);
  const done: Change[] = [];
  let at = 0;
  try {
    await forgetVanished(session, observed);
    for (const step of stepsOf(installation, observed)) {
      await step.write(session);
      for (const change of planned.slice(at, at + step.changes.length)) {
        if (change.action !== 'by hand') done.push(change);
        onChange?.(change);
      }
      at += step.changes.length;
    }
    await rememberAll(session, installation);
  } catch (error) {
    if (!(error instanceof ByHandError)) throw error;
    return { ...idsOf(session), changes: done, byHand: error.step };
  }
  return { ...idsOf(session), changes: done };
}

function idsOf({ poolId, connectionId, jobId, dataModelId }: Session): Omit<Applied, 'changes'> {
  return { poolId: poolId ?? '', connectionId, jobId: jobId ?? null, dataModelId: dataModelId ?? null };
}

function sessionOf(
  client: CelonisIntegration,
  installation: Installation,
  observed: Observed,
  { signal }: PlanOptions,
): Session {
  const { name, program } = installation;
  const { pool, mark, connection, job, model } = observed;
  const extraction = extractionTask(installation, job?.tasks ?? []);
  return {
    client,
    call: signal === undefined ? {} : { signal },
    name,
    program,
    poolId: pool?.id,
    mark: mark?.value ?? {},
    markId: mark?.parameter.id,
    connectionId: connection?.id ?? null,
    jobId: job?.job.id,
    extraction: extraction === undefined ? undefined : { id: extraction.task.id, taskId: extraction.task.taskId ?? '' },
    extractionTables: new Map(extraction?.tables?.map(({ tableName, id }) => [tableName ?? '', id])),
    dataModelId: model?.model.id,
    modelTables: new Map(model?.tables.map(({ name: table, id }) => [table ?? '', id])),
  };
}

/** An ID that leads nowhere goes before anything takes its place, so that what does is known by its name if this is cut off. */
async function forgetVanished(session: Session, { connection, job, model }: Observed): Promise<void> {
  const { connection: made, job: jobId, dataModel, applied } = session.mark;
  await writeMark(session, {
    ...(applied === undefined ? {} : { applied }),
    ...(made === undefined || connection === undefined ? {} : { connection: made }),
    ...(jobId === undefined || jobId !== job?.job.id ? {} : { job: jobId }),
    ...(dataModel === undefined || dataModel !== model?.model.id ? {} : { dataModel }),
  });
}

async function rememberAll(session: Session, installation: Installation): Promise<void> {
  const { jobId, dataModelId, mark, connectionId } = session;
  const { connection = connectionId === null ? undefined : 'found' } = mark;
  await writeMark(session, {
    ...(connection === undefined ? {} : { connection }),
    ...(jobId === undefined ? {} : { job: jobId }),
    ...(dataModelId === undefined ? {} : { dataModel: dataModelId }),
    applied: fingerprint(installation),
  });
}
