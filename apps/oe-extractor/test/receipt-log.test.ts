import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { parse } from 'csv-parse/sync';
import { oeFromProcessLog, type OeProcessContext } from '@millrace/simulator';
import { describe, expect, test } from 'vitest';
import { credentialsOf, emptyFolder, oeExtractIn, query, smallTenant } from './support.ts';

/** A real process: doi 10.4121/uuid:a07386a5-7be3-4367-9535-70bc9e77dbe6. Not part of this repository. */
const log = new URL('../../../../shared/data/process-log-receipt.csv', import.meta.url);

interface Event {
  readonly case: string;
  readonly activity: string;
  readonly time: string;
}

/** Cases in the order of their first event, each the list of its activities in the order of the file. */
function tracesOf(events: readonly Event[]): Map<string, string[]> {
  const traces = new Map<string, string[]>();
  for (const event of events) traces.set(event.case, [...(traces.get(event.case) ?? []), event.activity]);
  return traces;
}

/** The activity log of the database in the folder, each case in order. */
async function extracted(folder: string): Promise<Event[]> {
  const rows = await query(
    folder,
    `SELECT c."context$metadata$externalID", a.event_name, strftime(a.occurred_at, '%Y-%m-%dT%H:%M:%S.%gZ')
     FROM activity_log a JOIN process_context c ON c."context$processid" = a.case_id ORDER BY a.case_id, a.sorting, a.event_id`,
  );
  return rows.map(([caseId = '', activity = '', time = '']) => ({ case: caseId, activity, time }));
}

/** What the file says, and what is known of it. */
function expectWholeLog(got: readonly Event[], csv: string): void {
  const want = parse<Record<string, string>>(csv, { columns: true }).map((record) => ({
    case: record['case:concept:name'] ?? '',
    activity: record['concept:name'] ?? '',
    time: new Date(record['time:timestamp'] ?? '').toISOString(),
  }));
  expect(got).toHaveLength(8577);
  const line = (event: Event): string => `${event.case}|${event.activity}|${event.time}`;
  expect(got.map(line).toSorted()).toEqual(want.map(line).toSorted());
  const traces = tracesOf(got);
  expect(Object.fromEntries(traces)).toEqual(Object.fromEntries(tracesOf(want)));
  expect(traces.size).toBe(1434);
  expect(new Set(got.map(({ activity }) => activity)).size).toBe(27);
  const variants = Map.groupBy(traces.values(), (trace) => trace.join(' > '));
  expect(variants.size).toBe(116);
  expect(Math.max(...[...variants.values()].map((cases) => cases.length))).toBe(713);
  const follows = [...traces.values()].flatMap((trace) => trace.slice(1).map((next, at) => `${trace[at]} > ${next}`));
  expect(follows).toHaveLength(7143);
  expect(new Set(follows).size).toBe(99);
}

/** The runs as they stood at an instant: those that had begun, with the events that had been read. */
function asOf(contexts: readonly OeProcessContext[], instant: string): OeProcessContext[] {
  return contexts.flatMap((context) => {
    const events = context.events.filter(({ readAt }) => readAt <= instant);
    const updatedAt = events
      .map(({ readAt }) => readAt)
      .toSorted()
      .at(-1);
    return updatedAt === undefined ? [] : [{ ...context, events, metadata: { ...context.metadata, updatedAt } }];
  });
}

describe.skipIf(!existsSync(log))('a real process log', () => {
  test('comes out of the engine as it went in: every case, activity, timestamp and order', async () => {
    const csv = await readFile(log, 'utf8');
    const engine = await smallTenant({ data: oeFromProcessLog(csv) });
    const folder = await emptyFolder();
    expect((await oeExtractIn(folder, ['run'], credentialsOf(engine))).code).toBe(0);
    expectWholeLog(await extracted(folder), csv);
  });

  test('comes out the same when it is served in ten growing slices, each extracted as a delta', async () => {
    const csv = await readFile(log, 'utf8');
    const data = oeFromProcessLog(csv);
    const all = [...data.processContexts];
    const times = all.flatMap(({ events }) => events.map(({ readAt }) => readAt)).toSorted();
    const engine = await smallTenant({ data });
    const folder = await emptyFolder();
    for (let slice = 1; slice <= 10; slice += 1) {
      const instant = times[Math.ceil((times.length * slice) / 10) - 1] ?? '';
      engine.data.processContexts.splice(0, engine.data.processContexts.length, ...asOf(all, instant));
      engine.clock.set(new Date(Date.parse(instant) + 1000).toISOString());
      expect((await oeExtractIn(folder, ['run'], credentialsOf(engine))).code).toBe(0);
    }
    expectWholeLog(await extracted(folder), csv);
  });
});
