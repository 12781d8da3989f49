import { type Column, columnValues, createFlattener, rows } from '@millrace/flatten';
import { ColumnCursor } from '@millrace/flatten/cursor';
import { batchFromRows, childTable, rootTable, tableFromRows } from '@millrace/flatten/build';
import { mergeSchemas, schemaChanges, widenValue } from '@millrace/flatten/schemas';
import { describe, expect, test } from 'vitest';

const table = rootTable(
  't',
  { id: 'INTEGER', b: 'BOOLEAN', f: 'FLOAT', d: 'DATE', at: 'DATETIME', s: 'STRING', j: 'JSON' },
  ['id'],
);
const full = {
  id: -(2n ** 63n),
  b: true,
  f: -0.1,
  d: '1969-12-31',
  at: '0001-01-01T00:00:00.000Z',
  s: 'a😀é',
  j: '{"a":[1]}',
};
const empty = { id: 1, b: null, f: null, d: null, at: null, s: null, j: null };

describe('rows and columns', () => {
  test('come back as they went in, NULL included', () => {
    const batch = tableFromRows(table, [full, { id: 1 }, { ...full, id: 4_294_967_296, s: '' }]);
    expect(rows(batch)).toEqual([full, empty, { ...full, id: 4_294_967_296, s: '' }]);
  });

  test('take any ISO 8601 form for a DATETIME', () => {
    const batch = tableFromRows(table, [{ id: 1, at: '2025-01-31T02:45:49.13+02:00' }]);
    expect(rows(batch)[0]?.['at']).toBe('2025-01-31T00:45:49.130Z');
  });

  test('grow the lengths in the schema', () => {
    const [, , , , , s] = tableFromRows(table, [full]).table.columns;
    expect(s).toMatchObject({ name: 's', maxChars: 4, maxBytes: 7 });
  });

  test.each([
    ['text for a number', { id: 'x' }, 'x is no INTEGER, which the column id holds'],
    ['a fraction for an integer', { id: 1.5 }, '1.5 is no INTEGER'],
    ['an integer beyond 2^63', { id: 2n ** 63n }, 'is no INTEGER'],
    ['an unknown column', { nope: 1 }, 't has no column nope'],
  ])('refuse %s', (_, row, message) => {
    expect(() => tableFromRows(table, [row])).toThrow(message);
  });

  test('build families', () => {
    const child = childTable(table, 't$a', { value: 'STRING' });
    expect(child).toMatchObject({ primaryKey: ['t_id', '_position'], rootKey: ['t_id'], parent: 't', root: 't' });
    const grandchild = childTable(child, 't$a$b', { value: 'STRING' });
    expect(grandchild.primaryKey).toEqual(['t_id', 't$a__position', '_position']);
    const batch = batchFromRows([
      { table, rows: [{ id: 1 }, { id: 2 }] },
      { table: child, rows: [{ t_id: 1, _position: 0, value: 'x' }] },
    ]);
    expect(batch.documents).toBe(2);
  });
});

describe('cursor', () => {
  const values = (column: Column, read: (cursor: ColumnCursor) => unknown): unknown[] => {
    const cursor = new ColumnCursor(column);
    const result: unknown[] = [];
    while (cursor.next()) result.push(cursor.isNull ? null : read(cursor));
    return result;
  };

  test('reads each type in its raw form', () => {
    const { columns } = tableFromRows(table, [full, empty, { ...full, id: 7 }]);
    const [id, b, f, d, at, s, j] = columns as [Column, Column, Column, Column, Column, Column, Column];
    expect(values(id, (cursor) => cursor.bigint)).toEqual([-(2n ** 63n), 1n, 7n]);
    expect(values(b, (cursor) => cursor.number)).toEqual([1, null, 1]);
    expect(values(f, (cursor) => cursor.number)).toEqual([-0.1, null, -0.1]);
    expect(values(d, (cursor) => cursor.number)).toEqual([-1, null, -1]);
    expect(values(at, (cursor) => cursor.number)).toEqual([-62_135_596_800_000, null, -62_135_596_800_000]);
    expect(values(s, (cursor) => cursor.text)).toEqual(['a😀é', null, 'a😀é']);
    expect(values(j, (cursor) => new TextDecoder().decode(cursor.bytes))).toEqual(['{"a":[1]}', null, '{"a":[1]}']);
  });

  test('reads through dictionaries', () => {
    const flattener = createFlattener({ table: 't', primaryKey: [['id']] });
    flattener.push(
      '[{"id":"A","s":"x"},{"id":"B"},{"id":"C","s":"x"},{"id":"D","s":"x"},{"id":"E","s":"y"},{"id":"F","s":"x"}]',
    );
    const column = flattener.take().tables[0]?.columns[1];
    if (column === undefined) throw new Error('missing');
    expect(column.values.kind).toBe('dictionary');
    expect(values(column, (cursor) => cursor.text)).toEqual(columnValues(column));
    expect(columnValues(column)).toEqual(['x', null, 'x', 'x', 'y', 'x']);
  });
});

describe('widening what is stored', () => {
  test.each([
    ['INTEGER to FLOAT', { type: 'INTEGER' }, { type: 'FLOAT' }, 5, 5],
    ['INTEGER to STRING', { type: 'INTEGER', wide: true }, { type: 'STRING' }, 2n ** 60n, '1152921504606846976'],
    ['FLOAT to STRING', { type: 'FLOAT' }, { type: 'STRING' }, 1e21, '1e+21'],
    ['BOOLEAN to STRING', { type: 'BOOLEAN' }, { type: 'STRING' }, false, 'false'],
    ['DATE to DATETIME', { type: 'DATE' }, { type: 'DATETIME' }, '2025-02-25', '2025-02-25T00:00:00.000Z'],
    ['DATE to STRING', { type: 'DATE' }, { type: 'STRING' }, '2025-02-25', '2025-02-25'],
    [
      'DATETIME to STRING',
      { type: 'DATETIME' },
      { type: 'STRING' },
      '2025-02-25T01:00:00.900Z',
      '2025-02-25T01:00:00.900Z',
    ],
    ['NULL', { type: 'INTEGER' }, { type: 'STRING' }, null, null],
    ['no change', { type: 'STRING' }, { type: 'STRING' }, 'x', 'x'],
  ] as const)('%s', (_, from, to, value, want) => {
    expect(widenValue(from, to, value)).toBe(want);
  });

  test('gives date-times the spelling that they had', () => {
    const flattener = createFlattener({ table: 't', primaryKey: [['id']] });
    flattener.push('[{"id":1,"a":"2025-02-25T14:52:10.9Z"},{"id":2,"a":"2025-02-25"}]');
    const before = flattener.take().tables[0]?.table.columns[1];
    flattener.push('[{"id":3,"a":"x"}]');
    const after = flattener.take().tables[0]?.table.columns[1];
    if (before === undefined || after === undefined) throw new Error('missing');
    expect([before.type, after.type]).toEqual(['DATETIME', 'STRING']);
    expect(widenValue(before, after, '2025-02-25T14:52:10.900Z')).toBe('2025-02-25T14:52:10.9Z');
    expect(widenValue(before, after, '2025-02-25T00:00:00.000Z')).toBe('2025-02-25');
  });
});

describe('schemas', () => {
  test('merge column by column', () => {
    const other = rootTable('t', { id: 'FLOAT', new: 'DATE' }, ['id']);
    const merged = mergeSchemas([table], [other, rootTable('u', { id: 'DATE' }, ['id'])]);
    expect(merged.map(({ name }) => name)).toEqual(['t', 'u']);
    expect(schemaChanges([table], merged)).toEqual([
      { kind: 'type widened', table: 't', column: 'id', from: 'INTEGER', to: 'FLOAT' },
      { kind: 'column added', table: 't', column: 'new', type: 'DATE' },
      { kind: 'table added', table: 'u' },
    ]);
  });

  test('merge to the first where the second says nothing new', () => {
    const [merged] = mergeSchemas([table], [rootTable('t', { id: 'INTEGER' }, ['id'])]);
    expect(merged).toBe(table);
    const longer = { ...table, columns: table.columns.map((column) => ({ ...column, maxChars: 100 })) };
    expect(mergeSchemas([table], [longer])).toEqual([longer]);
    expect(mergeSchemas([longer], [table])[0]).toBe(longer);
  });

  test('do not merge when the keys differ', () => {
    expect(() => mergeSchemas([table], [rootTable('t', { s: 'STRING' }, ['s'])])).toThrow('has the primary key id');
  });
});
