import { existsSync, readFileSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import type { OeData } from '../../src/data/oe-data.ts';
import { oeFromProcessLog, ProcessLogError } from '../../src/data/process-log.ts';
import { parseLogTime } from '../../src/data/process-log-time.ts';

const receiptLog = new URL('../../../../../shared/data/process-log-receipt.csv', import.meta.url);
const HEADER = 'case:concept:name,concept:name,time:timestamp,case:channel,org:resource';

function activities(data: OeData): string[][] {
  const names = new Map(data.eventTypes.map((type) => [type.key, type.name]));
  return data.processContexts.map((run) => run.events.map((event) => names.get(event.eventType) ?? ''));
}

describe('a process log', () => {
  test('becomes one run for each case and one event for each row', () => {
    const data = oeFromProcessLog(
      `${HEADER}\nA,Check,2024-01-01 10:00:00.500+01:00,web,Ann\nB,Check,2024-01-01 11:00:00Z,web,\nA,"Send, sign",2024-01-02T08:00:00,web,Bob\n`,
    );
    expect(activities(data)).toEqual([['Check', 'Send, sign'], ['Check']]);
    expect(data.eventTypes.map(({ key, name }) => [key, name])).toEqual([
      ['check', 'Check'],
      ['send-sign', 'Send, sign'],
    ]);
    const run = data.processContexts[0];
    expect(run).toMatchObject({
      status: 'finished',
      context: {
        metadata: { externalID: 'A' },
        case: { 'case:concept:name': 'A', 'case:channel': 'web' },
        check: { 'org:resource': 'Ann' },
        rows: [
          { eventId: run?.events[0]?.id, 'org:resource': 'Ann', 'time:timestamp': '2024-01-01 10:00:00.500+01:00' },
          { eventId: run?.events[1]?.id, 'org:resource': 'Bob' },
        ],
      },
    });
    expect(run?.events.map((event) => event.occurredAt)).toEqual([
      '2024-01-01T09:00:00.500Z',
      '2024-01-02T08:00:00.000Z',
    ]);
    expect(data.processContexts[1]?.context['check']).toMatchObject({ 'org:resource': null });
  });

  test('keeps the order of rows with equal timestamps, and each timestamp as it is', () => {
    const rows = ['C', 'A', 'B', 'A'].map((activity) => `1,${activity},2024-01-01T00:00:00.123Z,web,x`);
    const data = oeFromProcessLog([HEADER, ...rows, '1,Z,2024-01-01T00:00:00.124Z,web,x'].join('\n'));
    const events = data.processContexts[0]?.events ?? [];
    expect(activities(data)).toEqual([['C', 'A', 'B', 'A', 'Z']]);
    expect(events.map((event) => event.occurredAt.slice(-5))).toEqual(
      ['.123Z', '.123Z', '.123Z', '.123Z', '.124Z'].map((text) => text.slice(-5)),
    );
    expect(events.map((event) => event.readAt.slice(-4))).toEqual(['123Z', '124Z', '125Z', '126Z', '127Z']);
    expect(events.map((event) => event.id)).toEqual(events.map((event) => event.id).toSorted());
  });

  test('is put in order by decimals beyond the millisecond', () => {
    const data = oeFromProcessLog(
      `${HEADER}\n1,late,2024-01-01T00:00:00.000900Z,web,x\n1,early,2024-01-01T00:00:00.000100Z,web,x`,
    );
    expect(activities(data)).toEqual([['early', 'late']]);
  });

  test('may come in pieces, with a byte order mark, and with other column names', () => {
    const data = oeFromProcessLog(['\uFEFFid,wh', 'at,when\n1,Go,2024-0', '1-01\n'], {
      case: 'id',
      activity: 'what',
      timestamp: 'when',
    });
    expect(activities(data)).toEqual([['Go']]);
    expect(data.processContexts[0]?.context['case']).toEqual({ id: '1' });
  });

  test('gives each activity a key of its own, away from those of the context itself', () => {
    const names = ['Check!', 'check?', 'Metadata', 'rows', '検査', '確認'];
    const data = oeFromProcessLog([HEADER, ...names.map((name) => `1,${name},2024-01-01,web,x`)].join('\n'));
    expect(data.eventTypes.map((type) => type.key)).toEqual([
      'check',
      'check-2',
      'metadata-2',
      'rows-2',
      'activity',
      'activity-2',
    ]);
    expect(activities(data)).toEqual([names]);
  });

  test('keeps a case column in the rows where it changes within a case', () => {
    const data = oeFromProcessLog(`${HEADER}\n1,a,2024-01-01,web,x\n1,b,2024-01-02,phone,x`);
    expect(data.processContexts[0]?.context['case']).toEqual({ 'case:concept:name': '1' });
    expect(data.processContexts[0]?.context['rows']).toMatchObject([
      { 'case:channel': 'web' },
      { 'case:channel': 'phone' },
    ]);
  });

  test('gives the same tenant each time', () => {
    const csv = `${HEADER}\n1,a,2024-01-01,web,x\n2,b,2024-01-02,phone,x`;
    expect(oeFromProcessLog(csv)).toEqual(oeFromProcessLog(csv));
  });

  test.each([
    ['without rows', HEADER, /no rows/, undefined],
    ['without a column', 'a,b\n1,2', /no column "case:concept:name". It has: a, b/, undefined],
    ['with a wrong time', `${HEADER}\n1,a,2024-01-01,web,x\n1,a,soon,web,x`, /Line 3 .*"soon" is no timestamp/, 3],
    ['without an activity', `${HEADER}\n1,,2024-01-01,web,x`, /Line 2 .*nothing in column "concept:name"/, 2],
    ['that is no CSV', `${HEADER}\n1,"a`, /no CSV/, undefined],
  ])('is refused %s', (_name, csv, message, line) => {
    let error: unknown;
    try {
      oeFromProcessLog(csv);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(ProcessLogError);
    expect(error).toMatchObject({ message: expect.stringMatching(message), line });
  });
});

test.each([
  ['2011-10-11 13:45:40.276000+02:00', '2011-10-11T11:45:40.276Z', 0],
  ['2011-10-11T13:45:40.2769999-0730', '2011-10-11T21:15:40.276Z', 999_900],
  ['2011-10-11 13:45Z', '2011-10-11T13:45:00.000Z', 0],
  ['2011-10-11T13:45:40,5', '2011-10-11T13:45:40.500Z', 0],
  ['1969-12-31T23:59:59.999Z', '1969-12-31T23:59:59.999Z', 0],
  ['2024-02-29', '2024-02-29T00:00:00.000Z', 0],
  ['2023-02-29', undefined, 0],
  ['2023-13-01', undefined, 0],
  ['2023-01-01T24:00', undefined, 0],
  ['11/10/2011', undefined, 0],
  ['', undefined, 0],
])('reads the timestamp %j', (text, iso, nanos) => {
  const time = parseLogTime(text);
  expect(time === undefined ? undefined : new Date(time.ms).toISOString()).toBe(iso);
  expect(time?.nanos ?? 0).toBe(nanos);
});

describe.skipIf(!existsSync(receiptLog))('the receipt log of a real municipality', () => {
  const csv = existsSync(receiptLog) ? readFileSync(receiptLog, 'utf8') : `${HEADER}\n1,a,2024-01-01,web,x`;
  const data = oeFromProcessLog(csv);
  const traces = activities(data);

  test('has its known numbers of events, cases, activities, variants and pairs', () => {
    const variants = Object.values(Object.groupBy(traces, (trace) => trace.join(' > '))).map(
      (cases) => cases?.length ?? 0,
    );
    const pairs = traces.flatMap((trace) => trace.slice(1).map((activity, index) => `${trace[index]} > ${activity}`));
    expect({
      events: traces.flat().length,
      cases: traces.length,
      activities: new Set(traces.flat()).size,
      variants: variants.length,
      commonest: Math.max(...variants),
      pairs: new Set(pairs).size,
      follows: pairs.length,
    }).toEqual({ events: 8577, cases: 1434, activities: 27, variants: 116, commonest: 713, pairs: 99, follows: 7143 });
  });

  test('has every row in its place, with every column and the timestamp to the millisecond', () => {
    const rows = parse<Record<string, string>>(csv, { columns: true });
    const names = new Map(data.eventTypes.map((type) => [type.key, type.name]));
    const runs = new Map(data.processContexts.map((run) => [run.context.metadata.externalID, run]));
    const positions = new Map<string, number>();
    for (const row of rows) {
      const id = row['case:concept:name'] ?? '';
      const run = runs.get(id);
      const position = positions.get(id) ?? 0;
      positions.set(id, position + 1);
      const event = run?.events[position];
      const list = run?.context['rows'];
      const kept: unknown = Array.isArray(list) ? list[position] : undefined;
      const attributes = run?.context['case'];
      const { eventId, ...columns } = { ...(attributes as object), ...(kept as object) } as Record<
        string,
        string | null
      >;
      expect(eventId).toBe(event?.id);
      expect(Object.fromEntries(Object.entries(columns).map(([key, value]) => [key, value ?? '']))).toEqual(row);
      expect(names.get(event?.eventType ?? '')).toBe(row['concept:name']);
      expect(Date.parse(event?.occurredAt ?? '')).toBe(Date.parse((row['time:timestamp'] ?? '').replace(' ', 'T')));
      expect((event?.readAt ?? '') >= (event?.occurredAt ?? '')).toBe(true);
    }
    expect(rows).toHaveLength(8577);
  });
});
