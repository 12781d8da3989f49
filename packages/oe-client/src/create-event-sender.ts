/** Sends CloudEvents to the Orchestration Engine. */
import {
  apiError,
  createHttp,
  type HttpOptions,
  isoInstant,
  knownOptions,
  OptionError,
  parseBaseUrl,
  readJson,
} from '@millrace/http';
import { signEvent } from './event-signature.ts';
import type { EventReceipt } from './generated/oe.ts';
import { oeOperations } from './generated/oe-operations.ts';

/** Options of {@link createEventSender}: those here, and those of the HTTP layer below. */
export interface EventSenderOptions
  extends Pick<
    HttpOptions,
    'fetch' | 'retry' | 'timeout' | 'totalTimeout' | 'budgets' | 'headers' | 'onWait' | 'clock' | 'random'
  > {
  /** Where events are received. Default `https://signals.emporix.io`. */
  readonly receiverUrl?: string;
  /** Source ID of the receiver, `src_…`. */
  readonly sourceId: string;
  /** Secret of the receiver; events are signed with it, and it is not sent. */
  readonly secret: string;
  /** What `ce-source` says, a URI reference. Default: `sourceId`. */
  readonly source?: string;
}

/** An event. */
export interface OutgoingEvent {
  /** Key of the event type. */
  readonly type: string;
  /** Any JSON value. Default: no body. */
  readonly data?: unknown;
  /** `ce-id`: unique with its source. Default: a random UUID. Give one to be able to send the same event again. */
  readonly id?: string;
  /** When it happened. Default: not said, so that it is when it is received. */
  readonly time?: Date | string;
}

/** What {@link createEventSender} gives. */
export interface EventSender {
  /** Every process whose trigger has this type starts a new run. */
  start(event: OutgoingEvent, options?: { readonly signal?: AbortSignal }): Promise<EventReceipt>;
  /** Sends an event to one run that waits for this type. The ID in the body would not do: OE goes by the header alone. */
  resume(instanceId: string, event: OutgoingEvent, options?: { readonly signal?: AbortSignal }): Promise<EventReceipt>;
}

const KNOWN: readonly (keyof EventSenderOptions)[] = [
  'receiverUrl',
  'sourceId',
  'secret',
  'source',
  'fetch',
  'retry',
  'timeout',
  'totalTimeout',
  'budgets',
  'headers',
  'onWait',
  'clock',
  'random',
];

/**
 * Makes a sender. Nothing is sent before the first event. An event is sent once: whether OE drops an ID that it has seen is not known, so
 * a failure is yours to send again. Throws `OptionError` when an option is wrong; sending throws the errors of `@millrace/http`.
 *
 * That an event was received does not say that it was processed: one with a wrong signature, or that nothing waits for, is kept in the event
 * log of OE.
 */
export function createEventSender(options: EventSenderOptions): EventSender {
  knownOptions(options, KNOWN, 'createEventSender');
  const { receiverUrl = 'https://signals.emporix.io', sourceId, secret, source = sourceId, ...httpOptions } = options;
  const base = parseBaseUrl(receiverUrl, 'receiverUrl', 'https://signals.emporix.io');
  nonEmpty(sourceId, 'sourceId', 'src_9f8e7d6c5b4a');
  nonEmpty(secret, 'secret', 'the secret of the receiver');
  const http = createHttp(httpOptions);
  const url = base + oeOperations.sendEvent.path.replace('{source}', encodeURIComponent(sourceId));
  const send = async (
    event: OutgoingEvent,
    instance: Readonly<Record<string, string>>,
    signal: AbortSignal | undefined,
  ): Promise<EventReceipt> => {
    const { type, data, id = crypto.randomUUID(), time } = event;
    const body = data === undefined ? '' : JSON.stringify(data);
    const response = await http.fetch(url, {
      method: oeOperations.sendEvent.method,
      headers: {
        'content-type': 'application/json',
        'ce-specversion': '1.0',
        'ce-id': headerText(id, 'id'),
        'ce-source': headerText(source, 'source'),
        'ce-type': headerText(type, 'type'),
        ...(time === undefined ? {} : { 'ce-time': isoInstant(time, 'time') }),
        ...instance,
        'x-emporix-hmac': await signEvent(secret, body),
      },
      body,
      ...(signal === undefined ? {} : { signal }),
    });
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (!response.ok) throw await apiError(response, { body: new TextDecoder().decode(bytes) });
    // The OpenAPI description says what it is; it is not checked.
    return (bytes.length === 0 ? {} : await readJson(response, bytes)) as EventReceipt;
  };
  return {
    start: (event, { signal } = {}) => send(event, {}, signal),
    resume: async (instanceId, event, { signal } = {}) =>
      send(event, { 'ce-instanceid': headerText(instanceId, 'instanceId') }, signal),
  };
}

function nonEmpty(value: string, option: string, example: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new OptionError(option, `${option} must be a non-empty string, such as ${example}.`);
}

/** CloudEvents writes what no header can hold as percent-encoded UTF-8: https://github.com/cloudevents/spec, HTTP binding 3.1.3.2. */
function headerText(value: string, option: string): string {
  return nonEmpty(value, option, 'order.created')
    .toWellFormed()
    .replaceAll(/[^\u0021\u0023-\u0024\u0026-\u007e]/gu, (character) => encodeURIComponent(character));
}
