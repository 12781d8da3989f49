/** A generated OE tenant. */
import type { OeAccount, OeData, OeDigitalProcess, OeEventType, OeProcessContext, OeVersion } from './oe-data.ts';
import { continueRun, startRun, type RunHome } from './oe-run.ts';
import { DAY, HOUR, isoTime, nightTime, officeTime } from './office-time.ts';
import { countOption, DEFAULT_NOW, DEFAULT_SEED, timeOption } from './options.ts';
import { at, createRandom, type Random } from './random.ts';
import { DELETED_STREAM, EVENT_TYPES, TIMER_EVENT, VALUE_STREAMS, type ValueStream } from './value-streams.ts';

export type {
  OeAccount,
  OeContextHead,
  OeData,
  OeDigitalProcess,
  OeEvent,
  OeEventType,
  OeProcessContext,
  OeStep,
  OeTrigger,
  OeUser,
  OeVersion,
} from './oe-data.ts';

/** What to generate. */
export interface OeTenantOptions {
  /** Default 1. */
  seed?: number | undefined;
  /** Time of the tenant's latest state, RFC 3339 with a zone. Default `2026-06-01T12:00:00.000Z`. */
  now?: string | undefined;
  /** Default 3. */
  accounts?: number | undefined;
  /** Default 8. Beyond 8, the value streams repeat for further regions. */
  digitalProcesses?: number | undefined;
  /** Registered event types. Default 20, which are all that the value streams send, but for two that are never registered. */
  eventTypes?: number | undefined;
  /** Runs. Default 3,000, over the 180 days before `now`. */
  processContexts?: number | undefined;
}

const SPAN_DAYS = 180;
const DRAFT_SHARE = 0.07;
const DELETED_SHARE = 0.005;
/** OE writes the zero time of its programming language where nothing ever happened. */
const NEVER = '0001-01-01T00:00:00Z';

/**
 * Generates a tenant: accounts, digital processes with versions and drafts, event types, and runs that are running, finished, failed or terminated.
 * The same options give the same data. A few runs belong to a digital process that was deleted and is not listed.
 * Throws a `RangeError` that names an option with a wrong value.
 */
export function generateOeTenant(options: OeTenantOptions = {}): OeData {
  const seed = countOption('seed', options.seed ?? DEFAULT_SEED);
  const now = timeOption('now', options.now ?? DEFAULT_NOW);
  const accounts = generateAccounts(
    createRandom(seed, 'accounts'),
    now,
    countOption('accounts', options.accounts ?? 3, 1),
  );
  const processCount = countOption('digitalProcesses', options.digitalProcesses ?? VALUE_STREAMS.length, 1);
  const processRandom = createRandom(seed, 'digital processes');
  const homes = Array.from({ length: processCount }, (_, index) =>
    generateProcess(processRandom, streamAt(index), at(accounts, index % accounts.length), now),
  );
  const deleted = generateProcess(processRandom, DELETED_STREAM, at(accounts, 0), now);
  return {
    accounts,
    digitalProcesses: homes.map((home) => home.process),
    eventTypes: generateEventTypes(
      createRandom(seed, 'event types'),
      now,
      countOption('eventTypes', options.eventTypes ?? EVENT_TYPES.length),
    ),
    processContexts: generateRuns(
      createRandom(seed, 'runs'),
      homes,
      deleted,
      now,
      countOption('processContexts', options.processContexts ?? 3000),
    ),
  };
}

/** The value stream of a generated digital process, by its name. */
export function streamNamed(name: string): ValueStream | undefined {
  return VALUE_STREAMS.find((stream) => name === stream.name || name.startsWith(`${stream.name} (`));
}

/** Where runs of a digital process go. */
export interface ProcessHome {
  readonly stream: ValueStream;
  readonly process: OeDigitalProcess;
}

/** A version for a run that starts at the given time: the published one of that time, or the draft. */
export function homeAt(random: Random, { stream, process }: ProcessHome, start: number): RunHome {
  const published = process.versions.filter(
    (version) => version.number > 0 && Date.parse(version.activatedAt) <= start,
  );
  const draft = process.versions.find((version) => version.number === 0);
  const version = (random.chance(DRAFT_SHARE) ? draft : published.at(-1)) ?? at(process.versions, 0);
  return { stream, process, version };
}

/** A time for a run to start: at night for a stream that a timer starts, else in office hours. */
export function startTime(random: Random, stream: ValueStream, from: number, to: number): number {
  return (stream.schedule === undefined ? officeTime : nightTime)(random, from, to);
}

function generateAccounts(random: Random, now: number, count: number): OeAccount[] {
  const names = ['Aldermoor Europe', 'Aldermoor Americas', 'Aldermoor Asia-Pacific 東京'];
  return Array.from({ length: count }, (_, index) => ({
    id: random.ulid(now - (700 - index) * DAY),
    name: names[index] ?? `Aldermoor ${index + 1}`,
    description: index === 0 ? 'Production' : '',
    integromatTeam: { id: 1000 + random.int(1, 900), organizationId: 400 + index, name: `team-${index + 1}` },
    hookdeck: { sourceUrl: `https://signals.example.com/e/src_${random.hex(12)}` },
    magicLinks: { schedulingScenario: String(random.int(1000, 9999)), submittedEventType: 'magic-link.submitted' },
  }));
}

function generateProcess(random: Random, stream: ValueStream, account: OeAccount, now: number): ProcessHome {
  const created = now - random.int(300, 600) * DAY + random.int(0, DAY);
  const versions = generateVersions(random, created, now);
  const active = at(versions, versions.length - 1);
  const creator = random.uuid();
  return {
    stream,
    process: {
      // A digital process and its first version are created in the same millisecond.
      id: random.ulid(created),
      tenant: account.id,
      name: stream.name,
      version: { id: active.id, number: active.number },
      trigger: stream.start.map(([key]) => ({
        trigger_type: key === TIMER_EVENT ? 'timer' : 'webhook',
        event_type: key,
        scenario_ids: random.chance(0.3) ? [String(random.int(1000, 9999))] : [],
        timeExpression: stream.schedule ?? '',
      })),
      metadata: {
        createdAt: isoTime(created),
        activatedAt: active.activatedAt,
        createdBy: creator,
        activatedBy: random.chance(0.5) ? creator : '',
        createdByUser: { user_id: '', user_name: '', user_email: '' },
        activatedByUser: { user_id: '', user_name: '', user_email: '' },
      },
      steps: Object.keys(stream.follows).map(() => ({
        stepType: random.weighted([
          ['scenario', 6],
          ['cloudfunction', 2],
          ['subflow', 1],
          ['trigger', 1],
        ]),
        scenarios: [{ scenario_id: String(random.int(1000, 9999)), url: '', method: '' }],
      })),
      state: 'active',
      versions,
    },
  };
}

function generateVersions(random: Random, created: number, now: number): OeVersion[] {
  const draft: OeVersion = {
    id: `draft-${random.ulid(created)}`,
    number: 0,
    state: null,
    createdAt: isoTime(created),
    activatedAt: NEVER,
  };
  const count = random.int(2, 5);
  const versions: OeVersion[] = [];
  for (let number = 1; number <= count; number++) {
    // The first is older than every run, so that each run finds a published version.
    const made = number === 1 ? created : now - Math.floor((SPAN_DAYS * DAY * (count - number + 0.5)) / count);
    versions.push({
      id: random.ulid(made),
      number,
      state: number === count ? 'active' : 'inactive',
      createdAt: isoTime(made),
      activatedAt: isoTime(made + random.int(1, 40) * 60_000),
    });
  }
  return [draft, ...versions];
}

function generateEventTypes(random: Random, now: number, count: number): OeEventType[] {
  return Array.from({ length: count }, (_, index) => {
    const [key, name] = EVENT_TYPES[index] ?? [`custom.event-${index + 1}`, `custom.event-${index + 1}`];
    return { id: random.ulid(now - (600 - index) * DAY), key, name };
  });
}

function generateRuns(
  random: Random,
  homes: readonly ProcessHome[],
  deleted: ProcessHome,
  now: number,
  count: number,
): OeProcessContext[] {
  const weights = homes.map((home): [ProcessHome, number] => [home, home.stream.weight]);
  const ofDeleted = count >= 10 ? Math.max(1, Math.round(count * DELETED_SHARE)) : 0;
  const runs: OeProcessContext[] = [];
  for (let index = 0; index < count; index++) {
    const home = index < ofDeleted ? deleted : random.weighted(weights);
    const from = now - SPAN_DAYS * DAY;
    // The deleted process had its runs long ago.
    const to = home === deleted ? now - 120 * DAY : now - HOUR / 10;
    const start = startTime(random, home.stream, from, to);
    const run = startRun(random, homeAt(random, home, start), start);
    continueRun(random, home.stream, run, { from: 0, until: now, patience: 0.985 });
    runs.push(run);
  }
  runs.sort(byCreation);
  shareUpdateTimes(runs);
  return runs;
}

function byCreation(a: OeProcessContext, b: OeProcessContext): number {
  return a.metadata.createdAt < b.metadata.createdAt ? -1 : a.metadata.createdAt > b.metadata.createdAt ? 1 : 0;
}

// Now and then two runs are written in the same millisecond, which a delta load by time must survive.
function shareUpdateTimes(runs: readonly OeProcessContext[]): void {
  const byUpdate = runs.toSorted((a, b) => (a.metadata.updatedAt < b.metadata.updatedAt ? -1 : 1));
  for (let index = 0; index + 1 < byUpdate.length; index += 150) {
    at(byUpdate, index).metadata.updatedAt = at(byUpdate, index + 1).metadata.updatedAt;
  }
}

function streamAt(index: number): ValueStream {
  const stream = at(VALUE_STREAMS, index % VALUE_STREAMS.length);
  const round = Math.floor(index / VALUE_STREAMS.length);
  return round === 0 ? stream : { ...stream, name: `${stream.name} (region ${round + 1})` };
}
