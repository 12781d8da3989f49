/** Runs of value streams: how one starts, goes on, and ends. */
import type { OeDigitalProcess, OeEvent, OeProcessContext, OeVersion } from './oe-data.ts';
import { cloudFunction, eventPayload } from './oe-payloads.ts';
import { HOUR, isoTime } from './office-time.ts';
import type { Random } from './random.ts';
import { isOutcome, nextStep, type ValueStream } from './value-streams.ts';

/** Where a run belongs. */
export interface RunHome {
  readonly stream: ValueStream;
  readonly process: OeDigitalProcess;
  readonly version: OeVersion;
}

/** A new run with its first event. `start` is the time of the event, epoch milliseconds. */
export function startRun(random: Random, { stream, process, version }: RunHome, start: number): OeProcessContext {
  const draft = version.number === 0;
  const event = receive(random, random.weighted(stream.start), start, 0);
  const created = Date.parse(event.readAt) + random.int(2, 60);
  const run: OeProcessContext = {
    metadata: { tenant: process.tenant, createdAt: isoTime(created), updatedAt: isoTime(created) },
    context: {
      executionTemplateID: process.id,
      executionTemplateVersionID: version.id,
      instanceid: random.uuid(),
      processid: `${version.id}-${process.tenant}-${random.ulid(Date.parse(event.readAt))}`,
      metadata: { externalID: draft ? `ui-test-${random.uuid()}` : random.uuid(), scenarioid: '' },
      _draft: draft,
      _executionEnvironment: 'production',
      _replayid: '',
    },
    status: 'running',
    events: [],
  };
  append(run, event, random);
  return run;
}

/**
 * Lets a run go on in `[from, until)` (epoch milliseconds); changes it in place and says whether anything happened.
 * `patience` is the share of steps after which a run does not wait for ever.
 */
export function continueRun(
  random: Random,
  stream: ValueStream,
  run: OeProcessContext,
  span: { readonly from: number; readonly until: number; readonly patience: number },
): boolean {
  let changed = false;
  while (run.status === 'running' && random.chance(span.patience)) {
    const updated = Math.max(Date.parse(run.metadata.updatedAt), span.from);
    const occurred = run.events.map((event) => event.eventType);
    const step = nextStep(stream, occurred, random);
    const time = updated + 1 + Math.round(step.hours * HOUR);
    if (isOutcome(step.to)) {
      if (time >= span.until) break;
      run.status = step.to;
      run.metadata.updatedAt = isoTime(time);
    } else {
      const event = receive(random, step.to, time, updated);
      if (Date.parse(event.readAt) + MAX_BOOKKEEPING >= span.until) break;
      append(run, event, random);
    }
    changed = true;
  }
  return changed;
}

/** Runs are written within this many milliseconds after an event was read. */
const MAX_BOOKKEEPING = 900;

function receive(random: Random, eventType: string, time: number, after: number): OeEvent {
  const slow = random.chance(0.01) ? random.int(1000, 90_000) : 0;
  const read = Math.max(time + random.int(3, 40) + Math.round(random.exponential(120)), after + 1) + slow;
  return { id: random.ulid(read), eventType, occurredAt: isoTime(time), readAt: isoTime(read) };
}

function append(run: OeProcessContext, event: OeEvent, random: Random): void {
  const earlier = run.events.filter((other) => other.eventType === event.eventType).length;
  const time = Date.parse(event.occurredAt);
  const moment = { instanceId: run.context.instanceid, eventType: event.eventType, earlier, time };
  const read = Date.parse(event.readAt);
  run.context[event.eventType] = eventPayload(moment);
  const called = cloudFunction(moment);
  if (called !== undefined) {
    run.context[called.name] = {
      metadata: { occurredAt: isoTime(read + random.int(1, 10)), type: 'cloud-function' },
      result: called.result,
    };
  }
  run.events.push(event);
  const written = Math.max(read + random.int(10, MAX_BOOKKEEPING), Date.parse(run.metadata.createdAt));
  run.metadata.updatedAt = isoTime(written);
}
