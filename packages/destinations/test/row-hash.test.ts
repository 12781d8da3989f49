import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Cell } from '../src/canonical-text.ts';
import { RowHash } from '../src/row-hash.ts';
import { column, rootTable, tableBatch } from './tables.ts';

const table = rootTable('t', [
  column('id', 'STRING'),
  column('n', 'INTEGER'),
  column('x', 'FLOAT'),
  column('flag', 'BOOLEAN'),
  column('day', 'DATE'),
]);

function idOf(name: string): Buffer {
  return createHash('sha256').update(name).digest().subarray(0, 4);
}

function bytesOf(type: string, cell: Exclude<Cell, null>): Buffer {
  const bytes = Buffer.alloc(8);
  if (type === 'STRING') {
    const text = Buffer.from(String(cell));
    bytes.writeUInt32LE(text.length);
    return Buffer.concat([bytes.subarray(0, 4), text]);
  }
  if (type === 'BOOLEAN') return Buffer.of(cell === true ? 1 : 0);
  if (type === 'DATE') bytes.writeInt32LE(Number(cell));
  else if (type === 'INTEGER') bytes.writeBigInt64LE(BigInt(cell));
  else bytes.writeDoubleLE(Number(cell) + 0);
  return type === 'DATE' ? bytes.subarray(0, 4) : bytes;
}

/** The definition, in plain words. */
function hashOf(rows: readonly (readonly Cell[])[]): string {
  const sums = [0n, 0n, 0n, 0n];
  const order = table.columns
    .map(({ name, type }, index) => ({ id: idOf(name), type, index }))
    .sort((a, b) => a.id.readUInt32LE() - b.id.readUInt32LE());
  for (const row of rows) {
    const parts = order.flatMap(({ id, type, index }) => {
      const cell = row[index] ?? null;
      return cell === null ? [] : [id, bytesOf(type, cell)];
    });
    const digest = createHash('blake2s256').update(Buffer.concat(parts)).digest();
    for (let lane = 0; lane < 4; lane++)
      sums[lane] = ((sums[lane] ?? 0n) + digest.readBigUInt64LE(lane * 8)) & ((1n << 64n) - 1n);
  }
  return sums.map((sum) => sum.toString(16).padStart(16, '0')).join('');
}

const cells = fc.tuple(
  fc.option(fc.string({ maxLength: 300, unit: 'grapheme' })),
  fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  fc.option(fc.double({ noNaN: true })),
  fc.option(fc.boolean()),
  fc.option(fc.integer({ min: -100_000, max: 100_000 })),
);

test('the hash of rows is the sum of the BLAKE2s of each, whatever its length', () => {
  fc.assert(
    fc.property(fc.array(cells, { minLength: 1, maxLength: 23 }), (rows) => {
      expect(new RowHash().addBatch(tableBatch(table, rows)).content()).toEqual({
        rows: rows.length,
        hash: hashOf(rows),
      });
    }),
    { numRuns: 200 },
  );
});

test('rows can be taken out again, and their order does not matter', () => {
  const batch = (...ids: string[]) =>
    tableBatch(
      table,
      ids.map((id) => [id, null, null, null, null]),
    );
  const some = new RowHash().addBatch(batch('a', 'b', 'c')).subtract(new RowHash().addBatch(batch('b')));
  expect(some.content()).toEqual(new RowHash().addBatch(batch('c', 'a')).content());
});

test('the kernel is what its sources give', () => {
  const script = fileURLToPath(new URL('../scripts/build-wasm.ts', import.meta.url));
  expect(() => execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' })).not.toThrow();
});
