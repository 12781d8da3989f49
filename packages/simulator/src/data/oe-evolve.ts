/** What happens in an OE tenant while time goes on. */
import type { OeData } from './oe-data.ts';
import { continueRun, startRun } from './oe-run.ts';
import { isoTime } from './office-time.ts';
import { countOption, DEFAULT_SEED, shareOption, timeOption } from './options.ts';
import { at, createRandom, type Random } from './random.ts';
import { homeAt, startTime, streamNamed } from './oe-tenant.ts';
import type { ProcessHome } from './oe-tenant.ts';

/** How far a tenant goes on. */
export interface OeEvolution {
  /** Default 1. */
  seed?: number | undefined;
  /** New present, RFC 3339 with a zone; later than every `updatedAt` of the tenant. */
  now: string;
  /**
   * Share of the running runs that go on. For each hundred runs of the tenant, five times this share start and one time this share is deleted.
   * From 0 to 1, default 0.5.
   */
  share?: number | undefined;
}

/** Process IDs of the runs that an evolution touched, each in one list only. */
export interface OeChanges {
  created: string[];
  updated: string[];
  deleted: string[];
}

/**
 * Lets a generated tenant go on until a new present: running runs receive events and may end, new runs start, and some runs vanish as with a deleted digital process.
 * Changes the data in place; a run that goes on is replaced by a new object, so that earlier copies of the list keep its former state.
 * Throws a `RangeError` that names an option with a wrong value.
 */
export function evolveOeTenant(data: OeData, options: OeEvolution): OeChanges {
  const random = createRandom(countOption('seed', options.seed ?? DEFAULT_SEED), `evolve ${options.now}`);
  const until = timeOption('now', options.now);
  const share = shareOption('share', options.share ?? 0.5);
  const from = latestUpdate(data) + 1;
  if (from >= until)
    throw new RangeError(`now must be later than the tenant's latest update, ${isoTime(from - 1)}; got ${options.now}`);
  const homes = homesOf(data);
  const runCount = data.processContexts.length;
  const span = { from, until };
  const deleted = deleteRuns(random, data, (runCount * share) / 100);
  const updated = goOn(random, data, homes, { ...span, share });
  const created = startRuns(random, data, [...homes.values()], { ...span, count: (runCount * share) / 20 });
  return { created, updated, deleted };
}

interface Span {
  readonly from: number;
  readonly until: number;
}

function deleteRuns(random: Random, data: OeData, count: number): string[] {
  return Array.from({ length: Math.min(Math.round(count), data.processContexts.length) }, () => {
    const index = random.int(0, data.processContexts.length - 1);
    const gone = at(data.processContexts, index);
    data.processContexts.splice(index, 1);
    return gone.context.processid;
  });
}

function goOn(
  random: Random,
  data: OeData,
  homes: ReadonlyMap<string, ProcessHome>,
  span: Span & { share: number },
): string[] {
  const touched: string[] = [];
  for (const [index, run] of data.processContexts.entries()) {
    const home = homes.get(run.context.executionTemplateID);
    if (home === undefined || run.status !== 'running' || !random.chance(span.share)) continue;
    const next = structuredClone(run);
    if (!continueRun(random, home.stream, next, { ...span, patience: 0.95 })) continue;
    data.processContexts[index] = next;
    touched.push(next.context.processid);
  }
  return touched;
}

function startRuns(
  random: Random,
  data: OeData,
  homes: readonly ProcessHome[],
  span: Span & { count: number },
): string[] {
  if (homes.length === 0) return [];
  return Array.from({ length: Math.round(span.count) }, () => {
    const home = random.pick(homes);
    // Time is left for the first event to be read and written.
    const start = startTime(random, home.stream, span.from, Math.max(span.from + 1, span.until - 120_000));
    const run = startRun(random, homeAt(random, home, start), start);
    continueRun(random, home.stream, run, { from: 0, until: span.until, patience: 0.95 });
    data.processContexts.push(run);
    return run.context.processid;
  });
}

function homesOf(data: OeData): Map<string, ProcessHome> {
  const homes = new Map<string, ProcessHome>();
  for (const process of data.digitalProcesses) {
    const stream = streamNamed(process.name);
    if (stream !== undefined) homes.set(process.id, { stream, process });
  }
  return homes;
}

function latestUpdate(data: OeData): number {
  let latest = 0;
  for (const run of data.processContexts) latest = Math.max(latest, Date.parse(run.metadata.updatedAt));
  return latest;
}
