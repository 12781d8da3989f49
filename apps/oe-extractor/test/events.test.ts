import { createEventSender } from '@millrace/oe-client';
import { expect, test } from 'vitest';
import { credentialsOf, emptyFolder, oeExtractIn, query, smallTenant } from './support.ts';

test('a process that is run by events is extracted: run, payloads, post-action feedback, and an activity for each event', async () => {
  const engine = await smallTenant({ sizes: { processContexts: 30 } });
  const process = engine.data.digitalProcesses.find(
    ({ state, trigger }) => state === 'active' && trigger.some((each) => each.trigger_type === 'webhook'),
  );
  const type = process?.trigger[0]?.event_type ?? '';
  const folder = await emptyFolder();
  await oeExtractIn(folder, ['run'], credentialsOf(engine));

  const sender = createEventSender({ receiverUrl: engine.url, ...engine.eventSource });
  engine.clock.advance(3_600_000);
  await sender.start({ type, id: 'order-4711', data: { order: { number: 4711 } } });
  const run = engine.data.processContexts.find(({ context }) => context.metadata.externalID === 'order-4711');
  const instance = run?.context.instanceid ?? '';
  for (const [step, data] of [
    ['parts.reserved', { parts: [{ sku: 'A' }, { sku: 'B' }] }],
    ['celonis_postaction_feedback', { quotes: [{ id: 'Q1', price: 9.5 }] }],
  ] as const) {
    engine.clock.advance(60_000);
    await sender.resume(instance, { type: step, data });
  }
  engine.clock.advance(600_000);
  expect((await oeExtractIn(folder, ['run'], credentialsOf(engine))).code).toBe(0);

  const id = `'${run?.context.processid}'`;
  expect(
    await query(
      folder,
      `SELECT status, "context$metadata$externalID" FROM process_context WHERE "context$processid" = ${id}`,
    ),
  ).toEqual([['finished', 'order-4711']]);
  expect(await query(folder, `SELECT event_key FROM activity_log WHERE case_id = ${id} ORDER BY sorting`)).toEqual([
    [type],
    ['parts.reserved'],
    ['celonis_postaction_feedback'],
  ]);
  const feedback = `SELECT id, price FROM "process_context$context$celonis_postaction_feedback$quotes" WHERE "process_context_context$processid" = ${id}`;
  expect(await query(folder, feedback)).toEqual([['Q1', '9.5']]);
});
