import { duckdb, oeActivityLog, renderTransformation, type TransformationMode } from '@millrace/model';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openDatabase, type Database, type Row } from './database.ts';
import { vendorActivityLog } from './vendor-activity-log.ts';

const time = (second: number): string => new Date(Date.UTC(2026, 0, 2, 3, 4, second)).toISOString();

interface Given {
  readonly accounts?: readonly Row[];
  readonly processes?: readonly Row[];
  readonly types?: readonly Row[];
  readonly contexts?: readonly Row[];
  /** `[case, id, eventType, second]` */
  readonly events?: readonly (readonly [string, string | null, string, number])[];
}

const process = { id: 'P1', name: 'Orders', tenant: 'T1' };
const types = [
  { id: 'E1', key: 'order.created', name: 'Order created' },
  { id: 'E2', key: 'order.paid', name: 'Order paid' },
];
const contexts = [{ context$processid: 'C1', context$executionTemplateID: 'P1' }];

let database: Database;
beforeEach(async () => {
  database = await openDatabase();
});
afterEach(() => database.close());

async function given(rows: Given): Promise<void> {
  await database.fill(oeActivityLog, 'account', rows.accounts ?? [{ id: 'T1', name: 'Acme' }]);
  await database.fill(oeActivityLog, 'digital_process', rows.processes ?? [process]);
  await database.fill(oeActivityLog, 'event_type', rows.types ?? types);
  await database.fill(oeActivityLog, 'process_context', rows.contexts ?? contexts);
  const events = (rows.events ?? []).map(([run, id, eventType, second], index) => ({
    process_context$context$processid: run,
    _position: index,
    id,
    eventType,
    occurredAt: time(second),
    readAt: time(second + 1),
  }));
  await database.fill(oeActivityLog, 'process_context_event', events);
}

const ours = (mode: TransformationMode = 'full'): Promise<void> =>
  database.transform(renderTransformation(oeActivityLog, 'activity_log', { dialect: duckdb, mode }));

async function vendors(options = { primaryKeys: false }): Promise<void> {
  for (const statement of vendorActivityLog(options)) await database.run(statement);
}

const log = async (columns: string): Promise<readonly unknown[]> =>
  (await database.query(`SELECT ${columns} FROM activity_log ORDER BY case_id, sorting, event_id`)).map((row) =>
    Object.values(row),
  );

test('gives one row per event, with the columns of the vendor’s log', async () => {
  await given({ events: [['C1', 'A', 'order.created', 1]] });
  await ours();
  expect(await database.query('SELECT * FROM activity_log')).toEqual([
    {
      digital_process_name: 'Orders',
      event_name: 'Order created',
      event_key: 'order.created',
      event_id: 'A',
      case_id: 'C1',
      occurred_at: time(1),
      read_at: time(2),
      sorting: Date.parse(time(2)),
    },
  ]);
});

test('is the vendor’s log where nothing is unusual', async () => {
  await given({
    events: [
      ['C1', 'A', 'order.created', 1],
      ['C1', 'B', 'order.paid', 5],
    ],
  });
  await vendors();
  const theirs = await log('*');
  await ours();
  expect(await log('*')).toEqual(theirs);
  expect(theirs).toHaveLength(2);
});

describe('what the vendor’s script gets wrong', () => {
  test('its primary key allows each event type once in all', async () => {
    await given({
      events: [
        ['C1', 'A', 'order.created', 1],
        ['C1', 'B', 'order.created', 2],
      ],
    });
    await expect(vendors({ primaryKeys: true })).rejects.toThrow('order.created');
    await database.run('DROP TABLE activity_log');
    await ours();
    expect(await log('event_id')).toEqual([['A'], ['B']]);
  });

  test('it drops events whose type is not registered', async () => {
    await given({
      events: [
        ['C1', 'A', '_timer-event', 1],
        ['C1', 'B', 'order.paid', 2],
      ],
    });
    await vendors();
    expect(await log('event_id')).toEqual([['B']]);
    await ours();
    expect(await log('event_id, event_name, event_key')).toEqual([
      ['A', '_timer-event', '_timer-event'],
      ['B', 'Order paid', 'order.paid'],
    ]);
  });

  test('it drops runs whose value stream was deleted', async () => {
    await given({ processes: [], events: [['C1', 'A', 'order.created', 1]] });
    await vendors();
    expect(await log('event_id')).toEqual([]);
    await ours();
    expect(await log('event_id, digital_process_name')).toEqual([['A', null]]);
  });

  test('it doubles events whose type is registered twice', async () => {
    await given({
      types: [...types, { id: 'E3', key: 'order.created', name: 'Order made' }],
      events: [['C1', 'A', 'order.created', 1]],
    });
    await vendors();
    expect(await log('event_id')).toEqual([['A'], ['A']]);
    await ours();
    expect(await log('event_id, event_name')).toEqual([['A', 'Order created']]);
  });

  test('it keeps one of two runs that one event started at different times', async () => {
    await given({ events: [['C1', 'A', 'order.created', 1]] });
    await vendors();
    const second = { context$processid: 'C2', context$executionTemplateID: 'P1' };
    await given({
      contexts: [...contexts, second],
      events: [
        ['C1', 'A', 'order.created', 1],
        ['C2', 'A', 'order.created', 1],
      ],
    });
    await vendors();
    expect(await log('case_id, event_id')).toEqual([['C1', 'A']]);
    await ours('delta');
    expect(await log('case_id, event_id')).toEqual([
      ['C1', 'A'],
      ['C2', 'A'],
    ]);
  });

  test('it takes an event without an ID anew with every load', async () => {
    await given({ events: [['C1', null, 'order.created', 1]] });
    await vendors();
    await vendors();
    expect(await log('event_id')).toEqual([[null], [null]]);
    await database.run('DROP TABLE activity_log');
    await ours('delta');
    await ours('delta');
    expect(await log('event_id')).toEqual([['#1']]);
  });

  test('it never corrects what changed in a run', async () => {
    const before = ['C1', 'A', 'order.created', 1] as const;
    await given({ events: [before, ['C1', 'B', 'order.paid', 2]] });
    await vendors();
    await given({ events: [['C1', 'A', 'order.paid', 1]] });
    await vendors();
    expect(await log('event_id, event_key')).toEqual([
      ['A', 'order.created'],
      ['B', 'order.paid'],
    ]);
    await ours('delta');
    expect(await log('event_id, event_key')).toEqual([['A', 'order.paid']]);
  });

  test('one of its steps links the account to the value stream’s ID, where nothing matches', async () => {
    await given({});
    const linked = (on: string): Promise<readonly unknown[]> =>
      database.query(`SELECT account.name FROM account JOIN digital_process ON account.id = digital_process.${on}`);
    expect(await linked('id')).toEqual([]);
    expect(await linked('tenant')).toEqual([{ name: 'Acme' }]);
    expect(oeActivityLog.foreignKeys).toContainEqual(
      expect.objectContaining({
        dimension: { table: 'account', columns: ['id'] },
        fact: { table: 'digital_process', columns: ['tenant'] },
      }),
    );
  });
});

test('numbers events of a run that have the same ID or none', async () => {
  await given({
    events: [
      ['C1', 'A', 'order.created', 1],
      ['C1', 'A', 'order.paid', 2],
      ['C1', null, 'order.paid', 3],
      ['C1', '', 'order.paid', 4],
    ],
  });
  await ours();
  expect(await log('event_id')).toEqual([['A'], ['A#2'], ['#1'], ['#2']]);
});

test('shows a renamed value stream and a renamed event type after a delta', async () => {
  await given({ events: [['C1', 'A', 'order.created', 1]] });
  await ours('delta');
  await given({
    processes: [{ ...process, name: 'Sales' }],
    types: [{ id: 'E1', key: 'order.created', name: 'Order opened' }],
    events: [['C1', 'A', 'order.created', 1]],
  });
  await ours('delta');
  expect(await log('digital_process_name, event_name')).toEqual([['Sales', 'Order opened']]);
});

test('sorts by the time of the event where OE does not say when it stored it', async () => {
  await given({ events: [['C1', 'A', 'order.created', 1]] });
  await database.run('UPDATE process_context_event SET "readAt" = NULL');
  await ours();
  expect(await log('read_at, sorting')).toEqual([[null, Date.parse(time(1))]]);
});
