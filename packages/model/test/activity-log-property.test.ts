import { duckdb, oeActivityLog, renderTransformation } from '@millrace/model';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { openDatabase, type Database, type Row } from './database.ts';

interface Tenant {
  readonly digital_process: readonly Row[];
  readonly event_type: readonly Row[];
  readonly process_context: readonly Row[];
  readonly process_context_event: readonly Row[];
}

const instant = fc.option(
  fc.integer({ min: Date.UTC(1969, 0), max: Date.UTC(2030, 0) }).map((millis) => new Date(millis).toISOString()),
);
const name = fc.option(fc.constantFrom('', "O'Brien", 'Order', 'Ordér 🧾', 'x"y'));
const key = fc.constantFrom('order.created', 'acr/s2k/return.created', '_timer-event', 'a b');
const processId = fc.constantFrom('P1', 'P2', 'P3');
const event = fc.record({
  id: fc.option(fc.constantFrom('', 'A', 'B', 'C', 'D')),
  eventType: key,
  occurredAt: instant,
  readAt: instant,
});

const tenant: fc.Arbitrary<Tenant> = fc
  .record({
    digital_process: fc.uniqueArray(fc.record({ id: processId, name }), { selector: ({ id }) => id }),
    event_type: fc.array(fc.record({ key, name }), { maxLength: 4 }),
    runs: fc.uniqueArray(
      fc.record({ id: fc.constantFrom('C1', 'C2', 'C3', 'C4'), processId, events: fc.array(event, { maxLength: 6 }) }),
      { selector: ({ id }) => id },
    ),
  })
  .map(({ digital_process, event_type, runs }) => ({
    digital_process,
    event_type: event_type.map((type, index) => ({ id: `E${index}`, ...type })),
    process_context: runs.map((run) => ({ context$processid: run.id, context$executionTemplateID: run.processId })),
    process_context_event: runs.flatMap((run) =>
      run.events.map((item, _position) => ({ process_context$context$processid: run.id, _position, ...item })),
    ),
  }));

const runs = process.env['MILLRACE_FULL'] ? 1_000 : 40;

async function fill(database: Database, rows: Tenant): Promise<void> {
  for (const [table, content] of Object.entries(rows)) await database.fill(oeActivityLog, table, content);
}

const rowsOf = (database: Database): Promise<readonly Record<string, unknown>[]> =>
  database.query('SELECT * FROM activity_log ORDER BY case_id, event_id');

test('a delta gives what a full build gives, and both what plain code gives, on random data', {
  timeout: 300_000,
}, async () => {
  const database = await openDatabase();
  const render = (mode: 'full' | 'delta') =>
    renderTransformation(oeActivityLog, 'activity_log', { dialect: duckdb, mode });
  await fc.assert(
    fc.asyncProperty(fc.array(tenant, { minLength: 1, maxLength: 3 }), async (states) => {
      await database.run('DROP TABLE IF EXISTS activity_log');
      for (const state of states) {
        await fill(database, state);
        await database.transform(render('delta'));
        expect(await rowsOf(database)).toEqual(recompute(state));
      }
      const delta = await rowsOf(database);
      await database.transform(render('full'));
      expect(await rowsOf(database)).toEqual(delta);
    }),
    { numRuns: runs },
  );
  database.close();
});

function recompute(rows: Tenant): readonly Row[] {
  const seen = new Map<string, number>();
  const log = rows.process_context_event.map((event): Row => {
    const caseId = String(event['process_context$context$processid']);
    const context = rows.process_context.find((row) => row['context$processid'] === caseId);
    const process = rows.digital_process.find((row) => row['id'] === context?.['context$executionTemplateID']);
    const names = rows.event_type
      .filter((type) => type['key'] === event['eventType'] && type['name'])
      .map((type) => String(type['name']));
    const id = String(event['id'] ?? '');
    const number = (seen.get(`${caseId} ${id}`) ?? 0) + 1;
    seen.set(`${caseId} ${id}`, number);
    const sortedBy = event['readAt'] ?? event['occurredAt'];
    return {
      digital_process_name: process?.['name'] ?? null,
      event_name: names.toSorted(byBytes)[0] ?? event['eventType'],
      event_key: event['eventType'],
      event_id: number === 1 && id !== '' ? id : `${id}#${number}`,
      case_id: caseId,
      occurred_at: event['occurredAt'],
      read_at: event['readAt'],
      sorting: sortedBy ? Date.parse(String(sortedBy)) : null,
    };
  });
  return log.toSorted(
    (left, right) =>
      byBytes(String(left['case_id']), String(right['case_id'])) ||
      byBytes(String(left['event_id']), String(right['event_id'])),
  );
}

function byBytes(left: string, right: string): number {
  return Buffer.compare(Buffer.from(left), Buffer.from(right));
}
