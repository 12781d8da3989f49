import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { DatabaseSync } from 'node:sqlite';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  EventFormatError,
  writeOcelJson,
  writeOcelSqlite,
  type OcelEvent,
  type OcelLog,
  type OcelObject,
  type OcelType,
} from '../src/index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ocel-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const time = '2026-01-02T03:04:05.006Z';
const objectTypes: readonly OcelType[] = [
  {
    name: 'order',
    attributes: [
      { name: 'total', type: 'float' },
      { name: 'number', type: 'integer' },
      { name: 'paid', type: 'boolean' },
      { name: 'due', type: 'time' },
    ],
  },
  { name: 'customer', attributes: [] },
];
const eventTypes: readonly OcelType[] = [{ name: 'created "now"', attributes: [{ name: 'by', type: 'string' }] }];
const order: OcelObject = {
  id: 'o1',
  type: 'order',
  values: [12.5, 2n ** 60n, true, time],
  relationships: [{ objectId: 'c1', qualifier: 'of' }],
};
const customer: OcelObject = { id: 'c1', type: 'customer', values: [], relationships: [] };
const created: OcelEvent = {
  id: 'e1',
  type: 'created "now"',
  time,
  values: ['é'],
  relationships: [{ objectId: 'o1', qualifier: 'it' }],
};

interface Parts extends Partial<Pick<OcelLog, 'objectTypes' | 'eventTypes'>> {
  readonly objects?: readonly OcelObject[];
  readonly events?: readonly OcelEvent[];
}

function logOf({ objects = [order, customer], events = [created], ...types }: Parts = {}): OcelLog {
  return {
    objectTypes,
    eventTypes,
    ...types,
    async *objects() {
      yield* objects;
    },
    async *events() {
      yield* events;
    },
  };
}

test('writes JSON as the format wants it, with every digit of an integer', async () => {
  const output = join(folder, 'log.json');
  expect(await writeOcelJson({ log: logOf(), output })).toEqual({
    objects: 2,
    events: 1,
    eventObjectRelations: 1,
    objectObjectRelations: 1,
  });
  expect(await readFile(output, 'utf8')).toMatchInlineSnapshot(`
    "{"objectTypes":[{"name":"order","attributes":[{"name":"total","type":"float"},{"name":"number","type":"integer"},{"name":"paid","type":"boolean"},{"name":"due","type":"time"}]},{"name":"customer","attributes":[]}],
    "eventTypes":[{"name":"created \\"now\\"","attributes":[{"name":"by","type":"string"}]}],
    "objects":[
    {"id":"o1","type":"order","attributes":[{"name":"total","time":"1970-01-01T00:00:00.000Z","value":12.5},{"name":"number","time":"1970-01-01T00:00:00.000Z","value":1152921504606846976},{"name":"paid","time":"1970-01-01T00:00:00.000Z","value":true},{"name":"due","time":"1970-01-01T00:00:00.000Z","value":"2026-01-02T03:04:05.006Z"}],"relationships":[{"objectId":"c1","qualifier":"of"}]},
    {"id":"c1","type":"customer","attributes":[],"relationships":[]}],
    "events":[
    {"id":"e1","type":"created \\"now\\"","time":"2026-01-02T03:04:05.006Z","attributes":[{"name":"by","value":"é"}],"relationships":[{"objectId":"o1","qualifier":"it"}]}]}
    "
  `);
});

test('writes JSON that can be parsed when there is nothing', async () => {
  const output = join(folder, 'empty.json');
  await writeOcelJson({ log: logOf({ objects: [], events: [] }), output });
  expect(JSON.parse(await readFile(output, 'utf8'))).toMatchObject({ objects: [], events: [] });
});

function query(file: string, sql: string): readonly unknown[] {
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    return database
      .prepare(sql)
      .all()
      .map((row) => ({ ...row }));
  } finally {
    database.close();
  }
}

test('writes an SQLite database with the tables, keys and references of the format', async () => {
  const output = join(folder, 'log.sqlite');
  await writeOcelSqlite({ log: logOf(), output });
  expect(query(output, 'SELECT * FROM event_map_type')).toEqual([
    { ocel_type: 'created "now"', ocel_type_map: 'creatednow' },
  ]);
  expect(query(output, 'SELECT * FROM event_creatednow')).toEqual([{ ocel_id: 'e1', ocel_time: time, by: 'é' }]);
  expect(
    query(output, 'SELECT total, CAST(number AS TEXT) AS number, paid, due, ocel_changed_field FROM object_order'),
  ).toEqual([{ total: 12.5, number: String(2n ** 60n), paid: 1, due: time, ocel_changed_field: null }]);
  expect(query(output, 'SELECT * FROM event_object')).toEqual([
    { ocel_event_id: 'e1', ocel_object_id: 'o1', ocel_qualifier: 'it' },
  ]);
  expect(query(output, 'SELECT * FROM object_object')).toEqual([
    { ocel_source_id: 'o1', ocel_target_id: 'c1', ocel_qualifier: 'of' },
  ]);
  const keys = `SELECT m.name, group_concat(p.name) AS key FROM sqlite_master m JOIN pragma_table_info(m.name) p WHERE m.type = 'table' AND p.pk > 0 GROUP BY m.name ORDER BY m.name`;
  expect(query(output, keys)).toEqual([
    { name: 'event', key: 'ocel_id' },
    { name: 'event_creatednow', key: 'ocel_id' },
    { name: 'event_map_type', key: 'ocel_type' },
    { name: 'event_object', key: 'ocel_event_id,ocel_object_id,ocel_qualifier' },
    { name: 'object', key: 'ocel_id' },
    { name: 'object_map_type', key: 'ocel_type' },
    { name: 'object_object', key: 'ocel_source_id,ocel_target_id,ocel_qualifier' },
  ]);
  const references = `SELECT m.name || '.' || f."from" || ' ' || f."table" || '.' || f."to" AS reference FROM sqlite_master m JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table' ORDER BY 1`;
  expect(query(output, references).map((row) => Object.values(row as object)[0])).toEqual([
    'event.ocel_type event_map_type.ocel_type',
    'event_creatednow.ocel_id event.ocel_id',
    'event_object.ocel_event_id event.ocel_id',
    'event_object.ocel_object_id object.ocel_id',
    'object.ocel_type object_map_type.ocel_type',
    'object_customer.ocel_id object.ocel_id',
    'object_object.ocel_source_id object.ocel_id',
    'object_object.ocel_target_id object.ocel_id',
    'object_order.ocel_id object.ocel_id',
  ]);
});

test('gives each type a table of its own and each attribute a column, whatever they are called', async () => {
  const output = join(folder, 'names.sqlite');
  const names = ['map_type', 'object', 'maptype', 'Map-Type', '🧾', '?', 'a$b/c.d'];
  const types = names.map(
    (name): OcelType => ({
      name,
      attributes: ['ocel_id', 'x"y', 'a', 'A'].map((attribute) => ({ name: attribute, type: 'string' })),
    }),
  );
  const objects = names.map(
    (type, index): OcelObject => ({ id: `${index}`, type, values: ['1', '2', '3', '4'], relationships: [] }),
  );
  await writeOcelSqlite({ log: logOf({ objectTypes: types, objects, events: [] }), output });
  const tables = query(output, 'SELECT ocel_type_map AS name FROM object_map_type ORDER BY rowid').map((row) =>
    String(Object.values(row as object)[0]),
  );
  expect(tables).toEqual(['maptype', 'object2', 'maptype2', 'MapType3', 'Type', 'Type2', 'abcd']);
  expect(query(output, 'SELECT * FROM object_abcd')).toEqual([
    {
      ocel_id: '6',
      ocel_time: '1970-01-01T00:00:00.000Z',
      ocel_changed_field: null,
      ocel_id_2: '1',
      'x"y': '2',
      a: '3',
      A_2: '4',
    },
  ]);
});

const refused: readonly [string, Parts, RegExp][] = [
  [
    'a type that is not declared',
    { objects: [{ ...order, type: 'x' }] },
    /'o1' has the type 'x', which is not declared/,
  ],
  [
    'a value of another type',
    { objects: [{ ...order, values: ['12', 1, true, time] }] },
    /has "12" as 'total', which is no float/,
  ],
  [
    'a number beyond what is exact',
    { objects: [{ ...order, values: [1, 2 ** 60, true, time] }] },
    /as 'number', which is no integer/,
  ],
  ['too few values', { objects: [{ ...order, values: [] }] }, /has 0 values; its type declares 4/],
  [
    'a time without a zone',
    { events: [{ ...created, time: '2026-01-02T03:04:05' }] },
    /has the time '2026-01-02T03:04:05'/,
  ],
  ['a day that there is not', { events: [{ ...created, time: '2026-13-02T03:04:05Z' }] }, /has the time/],
  [
    'a type that is declared twice',
    { eventTypes: [...eventTypes, ...eventTypes] },
    /'created "now"' is declared twice/,
  ],
];

test.each(refused)('refuses %s and leaves nothing', async (_, parts, message) => {
  for (const write of [writeOcelJson, writeOcelSqlite]) {
    const output = join(folder, 'refused');
    await expect((async () => write({ log: logOf(parts), output }))()).rejects.toThrow(message);
    await expect((async () => write({ log: logOf(parts), output }))()).rejects.toThrow(EventFormatError);
    expect((await readdir(folder)).filter((name) => name.startsWith('refused'))).toEqual([]);
  }
});

test.each([
  ['an ID that comes twice', { objects: [order, customer, order] }, /'o1' cannot be stored: UNIQUE constraint failed/],
  ['an object that is not there', { objects: [order] }, /A row of object_object names an ID that is not in object\./],
] satisfies [string, Parts, RegExp][])('refuses %s in SQLite', async (_, parts, message) => {
  const output = join(folder, 'broken.sqlite');
  await expect(writeOcelSqlite({ log: logOf(parts), output })).rejects.toThrow(message);
  expect(existsSync(output)).toBe(false);
});
