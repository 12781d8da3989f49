import { type OeSimulator, startOeSimulator } from '@millrace/simulator';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createEventSender,
  type EventSender,
  isNotFoundError,
  isOptionError,
  isServerError,
  signEvent,
} from '../src/index.ts';

let oe: OeSimulator;

beforeAll(async () => {
  oe = await startOeSimulator({ sizes: { processContexts: 0 } });
});
afterAll(() => oe.close());

function sender(more: { secret?: string; sourceId?: string } = {}): EventSender {
  return createEventSender({ receiverUrl: oe.url, ...oe.eventSource, ...more, retry: false });
}

/** The trigger of a process, by which it starts. */
function startType(): string {
  const process = oe.data.digitalProcesses.find(
    ({ state, trigger }) => state === 'active' && trigger.some(({ trigger_type: type }) => type === 'webhook'),
  );
  return process?.trigger[0]?.event_type ?? '';
}

test('signs as the vendor’s clients do', async () => {
  expect(await signEvent('secret', 'data')).toBe('GywWt1vSqHDBFBU8zaW8/KYzFLxyL6Fg1pDeEzzLuds=');
});

describe('an event over HTTP', () => {
  test('starts a run, goes on with it, and is in its context with payload and time', async () => {
    const type = startType();
    const started = await sender().start({
      type,
      id: 'e-1',
      data: { order: 'Ö 1' },
      time: new Date('2026-05-31T10:00:00Z'),
    });
    expect(started).toMatchObject({ status: 'SUCCESS', request_id: expect.stringMatching(/^req_.{20}$/) });
    const [run] = oe.data.processContexts.filter(({ context }) => context.metadata.externalID === 'e-1');
    expect(run?.context[type]).toEqual({ order: 'Ö 1' });
    expect(run?.events[0]).toMatchObject({ eventType: type, occurredAt: '2026-05-31T10:00:00.000Z' });

    oe.clock.advance(60_000);
    await sender().resume(run?.context.instanceid ?? '', { type: 'order.paid' });
    expect(run?.events.map(({ eventType }) => eventType)).toEqual([type, 'order.paid']);
    expect(run?.context['order.paid']).toEqual({});
    expect(run?.metadata.updatedAt).toBe(oe.clock.now().toISOString());
    await sender().resume(run?.context.processid ?? '', {
      type: 'celonis_postaction_feedback',
      data: { quotes: [1, 2] },
    });
    expect(run?.status).toBe('finished');
  });

  test('with a wrong signature is received and not processed', async () => {
    const before = oe.data.processContexts.length;
    await sender({ secret: 'wrong' }).start({ type: startType() });
    expect(oe.receivedEvents.at(-1)).toMatchObject({ verified: false, runs: [] });
    expect(oe.data.processContexts.length).toBe(before);
  });

  test('that nothing waits for is received and not processed', async () => {
    await sender().resume('no-such-run', { type: 'order.paid' });
    expect(oe.receivedEvents.at(-1)).toMatchObject({ verified: true, runs: [], instanceId: 'no-such-run' });
  });

  test('with an instance ID in its body alone starts or resumes nothing', async () => {
    const run = oe.data.processContexts[0];
    const events = run?.events.length;
    await sender().start({ type: 'order.paid', data: { instanceId: run?.context.instanceid } });
    expect(run?.events.length).toBe(events);
  });

  test('with a type that no header can hold comes through', async () => {
    await sender().start({ type: 'größe % "neu"', id: 'ü' });
    expect(oe.receivedEvents.at(-1)).toMatchObject({ type: 'größe % "neu"', id: 'ü' });
  });

  test('to a source that there is not: the error is thrown', async () => {
    const failure: unknown = await sender({ sourceId: 'src_nobody' })
      .start({ type: 'a' })
      .catch((error: unknown) => error);
    expect(isNotFoundError(failure)).toBe(true);
    expect(String(failure)).not.toContain(oe.eventSource.secret);
  });

  test('is sent once, since a second one could start a second run', async () => {
    oe.faults = { failures: [{ kind: 'status', status: 503 }] };
    const before = oe.requests.length;
    const failure: unknown = await createEventSender({ receiverUrl: oe.url, ...oe.eventSource })
      .start({ type: 'a' })
      .catch((error: unknown) => error);
    oe.faults = {};
    expect(isServerError(failure)).toBe(true);
    expect(oe.requests.length).toBe(before + 1);
  });
});

test('an instant that is none and an empty type are refused before anything is sent', async () => {
  const before = oe.requests.length;
  for (const event of [{ type: 'a', time: 'monday' }, { type: '' }]) {
    const failure: unknown = await sender()
      .start(event)
      .catch((error: unknown) => error);
    expect(isOptionError(failure)).toBe(true);
  }
  expect(oe.requests.length).toBe(before);
});

test.for<readonly [string, () => unknown]>([
  ['an empty source ID', () => createEventSender({ sourceId: '', secret: 's' })],
  ['an empty secret', () => createEventSender({ sourceId: 'src', secret: '' })],
  ['a receiver that is no URL', () => createEventSender({ sourceId: 'src', secret: 's', receiverUrl: 'signals' })],
  // @ts-expect-error there is no such option
  ['an unknown option', () => createEventSender({ sourceId: 'src', secret: 's', key: 1 })],
])('%s is refused', ([, act]) => {
  let failure: unknown;
  try {
    act();
  } catch (error) {
    failure = error;
  }
  expect(isOptionError(failure)).toBe(true);
});
