/**
 * The event receiver of OE: events start runs and go to runs that wait. Sources: https://docs.celonis.com/en/event-authentication.html,
 * https://developer.emporix.io/oe/management-dashboard/events/cloud-events-in-oe. What it answers is known from one client only.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Answer, ApiRequest } from '../api.ts';
import type { OeData, OeDigitalProcess, OeProcessContext } from '../data/oe-data.ts';
import { createRandom, type Random } from '../data/random.ts';
import { refuseOe } from './refusals.ts';

/** Who may send events, and what they are signed with. */
export interface OeEventSource {
  /** `src_` and 12 characters; the last part of the receiver's URL. */
  readonly sourceId: string;
  readonly secret: string;
}

/** An event as the event log has it. */
export interface OeReceivedEvent {
  /** `req_` and 20 characters. */
  readonly requestId: string;
  readonly id: string;
  readonly type: string;
  readonly instanceId?: string;
  /** Whether its signature was right. */
  readonly verified: boolean;
  /** `processid` of the runs that it started or went on with; empty when it was not processed. */
  readonly runs: readonly string[];
}

/** Ends a run: https://docs.celonis.com/en/sending-data-from-orchestration-engine-to-celonis-platform.html */
const lastStep = 'celonis_postaction_feedback';

/** Takes events. */
export class OeEventReceiver {
  readonly received: OeReceivedEvent[] = [];
  readonly #data: OeData;
  readonly #source: OeEventSource;
  readonly #seed: number;

  constructor(data: OeData, source: OeEventSource, seed: number) {
    this.#data = data;
    this.#source = source;
    this.#seed = seed;
  }

  /** Answers `sendEvent`. An event that is not processed is stored and answered like any other. */
  receive(request: ApiRequest): Answer {
    const { values, rawBody, plan } = request;
    if (values.path['source'] !== this.#source.sourceId)
      return refuseOe({ kind: 'unknown-path', path: `source ${String(values.path['source'])}` }, plan.auth);
    const payload = rawBody.length === 0 ? {} : parsed(rawBody);
    if (payload === undefined)
      return refuseOe(
        { kind: 'bad-request', problems: [{ in: 'body', name: '', kind: 'type', message: 'the body is no JSON' }] },
        plan.auth,
      );
    const header = (name: string): string | undefined => {
      const value = values.header[name];
      return value === undefined || value === '' ? undefined : decodeURIComponent(String(value));
    };
    const random = createRandom(this.received.length, `${this.#seed} event`);
    const instanceId = header('ce-instanceid') ?? header('ce-cxpinstanceid');
    const event: IncomingEvent = {
      id: header('ce-id') ?? '',
      type: header('ce-type') ?? '',
      occurredAt: instant(header('ce-time')) ?? request.clock.now().toISOString(),
      readAt: request.clock.now().toISOString(),
      payload,
    };
    const verified = this.#isSigned(rawBody, header('x-emporix-hmac') ?? '');
    const runs = verified ? this.#process(event, instanceId, random) : [];
    const requestId = `req_${random.hex(20)}`;
    this.received.push({
      requestId,
      id: event.id,
      type: event.type,
      ...(instanceId === undefined ? {} : { instanceId }),
      verified,
      runs: runs.map(({ context }) => context.processid),
    });
    return { status: 200, body: { status: 'SUCCESS', message: 'The event was received.', request_id: requestId } };
  }

  #isSigned(body: Uint8Array, signature: string): boolean {
    const want = createHmac('sha256', this.#source.secret).update(body).digest();
    const got = Buffer.from(signature, 'base64');
    return got.length === want.length && timingSafeEqual(got, want);
  }

  #process(event: IncomingEvent, instanceId: string | undefined, random: Random): readonly OeProcessContext[] {
    const started = this.#data.digitalProcesses
      .filter(({ state, trigger }) => state === 'active' && trigger.some((each) => each.event_type === event.type))
      .map((process) => startRun(process, event, random));
    this.#data.processContexts.push(...started);
    const waiting = this.#data.processContexts.find(
      ({ context, status }) =>
        status === 'running' &&
        instanceId !== undefined &&
        [context.instanceid, context.processid].includes(instanceId),
    );
    // A start trigger takes no notice of the instance ID.
    if (waiting === undefined) return started;
    append(waiting, event, random);
    return [waiting, ...started];
  }
}

interface IncomingEvent {
  readonly id: string;
  readonly type: string;
  readonly occurredAt: string;
  readonly readAt: string;
  readonly payload: unknown;
}

function startRun(process: OeDigitalProcess, event: IncomingEvent, random: Random): OeProcessContext {
  const { id, tenant, version } = process;
  const run: OeProcessContext = {
    metadata: { tenant, createdAt: event.readAt, updatedAt: event.readAt },
    context: {
      executionTemplateID: id,
      executionTemplateVersionID: version.id,
      instanceid: random.uuid(),
      processid: `${version.id}-${tenant}-${random.ulid(Date.parse(event.readAt))}`,
      metadata: { externalID: event.id, scenarioid: '' },
      _draft: false,
      _executionEnvironment: 'production',
      _replayid: '',
    },
    status: 'running',
    events: [],
  };
  append(run, event, random);
  return run;
}

function append(run: OeProcessContext, event: IncomingEvent, random: Random): void {
  const { type: eventType, occurredAt, readAt, payload } = event;
  // A repeated type overwrites its payload; the list of events is the whole history.
  run.context[eventType] = payload;
  run.events.push({ id: random.ulid(Date.parse(readAt)), eventType, occurredAt, readAt });
  run.metadata.updatedAt = readAt;
  if (eventType === lastStep) run.status = 'finished';
}

function parsed(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body));
  } catch {
    return undefined;
  }
}

function instant(text: string | undefined): string | undefined {
  const time = Date.parse(text ?? '');
  return Number.isNaN(time) ? undefined : new Date(time).toISOString();
}
