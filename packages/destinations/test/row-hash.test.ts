import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import type { TableBatch } from '@millrace/flatten';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Cell } from '../src/canonical-text.ts';
import { hashKernel } from '../src/hash-kernel.ts';
import { RowHash } from '../src/row-hash.ts';
import { blake3 } from './blake3.ts';
import { column, rootTable, tableBatch } from './tables.ts';

const table = rootTable('t', [
  column('id', 'STRING'),
  column('n', 'INTEGER'),
  column('x', 'FLOAT'),
  column('flag', 'BOOLEAN'),
  column('day', 'DATE'),
  column('more', 'STRING'),
]);

function idOf(name: string): Buffer {
  return createHash('sha256').update(name).digest().subarray(0, 3);
}

/** What a cell is in a row: how many bytes, and these. */
function bytesOf(type: string, cell: Exclude<Cell, null>): Buffer {
  const bytes = Buffer.alloc(8);
  if (type === 'STRING') {
    const text = Buffer.from(String(cell));
    return text.length <= 32
      ? Buffer.concat([Buffer.of(text.length), text])
      : Buffer.concat([Buffer.of(255), blake3(text)]);
  }
  if (type === 'BOOLEAN') return Buffer.of(1, cell === true ? 1 : 0);
  if (type === 'FLOAT') {
    bytes.writeDoubleLE(Number(cell) + 0);
    return Buffer.concat([Buffer.of(8), bytes]);
  }
  bytes.writeBigInt64LE(BigInt(cell));
  const length = 8 - [...bytes].toReversed().findIndex((byte) => byte !== 0);
  return length > 8 ? Buffer.of(0) : Buffer.concat([Buffer.of(length), bytes.subarray(0, length)]);
}

/** The definition, in plain words. */
function hashOf({ columns }: typeof table, rows: readonly (readonly Cell[])[]): string {
  const sums = [0n, 0n, 0n, 0n];
  const order = columns
    .map(({ name, type }, index) => ({ id: idOf(name), type, index }))
    .sort((a, b) => a.id.readUIntLE(0, 3) - b.id.readUIntLE(0, 3));
  for (const row of rows) {
    const parts = order.flatMap(({ id, type, index }) => {
      const cell = row[index] ?? null;
      return cell === null ? [] : [id, bytesOf(type, cell)];
    });
    const digest = blake3(Buffer.concat(parts));
    for (let lane = 0; lane < 4; lane++)
      sums[lane] = ((sums[lane] ?? 0n) + digest.readBigUInt64LE(lane * 8)) & ((1n << 64n) - 1n);
  }
  return sums.map((sum) => sum.toString(16).padStart(16, '0')).join('');
}

const texts = fc.oneof(
  fc.string({ maxLength: 40, unit: 'grapheme' }),
  fc.integer({ min: 0, max: 9000 }).map((length) => 'ab'.repeat(length)),
);

const cells = fc.tuple(
  fc.option(texts),
  fc.option(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })),
  fc.option(fc.double({ noNaN: true })),
  fc.option(fc.boolean()),
  fc.option(fc.integer({ min: -100_000, max: 100_000 })),
  fc.option(
    fc.constantFrom('', 'x', 'a text of exactly thirty-two bytes'.slice(0, 32), 'a text that is longer than that'),
  ),
);

// From https://github.com/BLAKE3-team/BLAKE3/blob/master/test_vectors/test_vectors.json
const published: readonly (readonly [length: number, hash: string])[] = [
  [0, 'af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262'],
  [1, '2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213'],
  [1023, '10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11'],
  [1024, '42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7'],
  [1025, 'd00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444'],
  [2048, 'e776b6028c7cd22a4d0ba182a8bf62205d2ef576467e838ed6f2529b85fba24a'],
  [2049, '5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030'],
  [3073, '7124b49501012f81cc7f11ca069ec9226cecb8a2c850cfe644e327d22d3e1cd3'],
  [6145, 'f1323a8631446cc50536a9f705ee5cb619424d46887f3c376c695b70e0f0507f'],
  [7169, 'a003fc7a51754a9b3c7fae0367ab3d782dccf28855a03d435f8cfe74605e7817'],
];

test('BLAKE3 in plain words gives the published hashes', () => {
  for (const [length, hash] of published) {
    const input = Buffer.from(Uint8Array.from({ length }, (_, index) => index % 251));
    expect(blake3(input).toString('hex'), `${length} bytes`).toBe(hash);
  }
});

test('the kernel gives the BLAKE3 of texts, however long', () => {
  const lengths = fc.oneof(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 20_000 }));
  fc.assert(
    fc.property(fc.array(lengths, { minLength: 1, maxLength: 30 }), (list) => {
      const messages = list.map((length, seed) => {
        const text = Buffer.from(Uint8Array.from({ length }, (_, index) => (index * 7 + seed) % 251));
        const size = Buffer.alloc(4);
        size.writeUInt32LE(length);
        return Buffer.concat([size, text]);
      });
      const hashes = hashKernel().hashTexts(Uint8Array.from(Buffer.concat(messages)), messages.length);
      const found = messages.map((_, index) =>
        Buffer.from(hashes.slice(index * 8, index * 8 + 8).buffer).toString('hex'),
      );
      expect(found).toEqual(messages.map((message) => blake3(message).toString('hex')));
    }),
    { numRuns: 50 },
  );
});

test('the hash of rows is the sum of the BLAKE3s of each, whatever its length', () => {
  fc.assert(
    fc.property(fc.array(cells, { minLength: 1, maxLength: 23 }), (rows) => {
      expect(new RowHash().addBatch(tableBatch(table, rows)).content()).toEqual({
        rows: rows.length,
        hash: hashOf(table, rows),
      });
    }),
    { numRuns: 200 },
  );
});

test('a row may be longer than a chunk of the hash', () => {
  const wide = rootTable(
    'wide',
    Array.from({ length: 150 }, (_, index) => column(`column ${index}`, 'STRING')),
  );
  const rows = Array.from({ length: 40 }, (_, row) =>
    wide.columns.map(({ name }, index) =>
      index * 7 < row * 29 ? `${name} of row ${row}, of more than 32 bytes` : null,
    ),
  );
  expect(new RowHash().addBatch(tableBatch(wide, rows)).content().hash).toBe(hashOf(wide, rows));
});

/** The same rows, with dictionaries for the texts. */
function withDictionaries(batch: TableBatch, rows: readonly (readonly Cell[])[]): TableBatch {
  const columns = batch.columns.map((each, index) => {
    if (each.schema.type !== 'STRING') return each;
    const present = rows.map((row) => row[index] ?? null).filter((cell) => cell !== null);
    const distinct = [...new Set(present)].toReversed();
    const only = rootTable('entries', [each.schema]);
    const [entries] = tableBatch(
      only,
      distinct.map((cell) => [cell]),
    ).columns;
    if (entries === undefined || entries.values.kind === 'dictionary') throw new TypeError('No entries');
    const indices = Uint32Array.from(present, (cell) => distinct.indexOf(cell));
    return { ...each, values: { kind: 'dictionary' as const, indices, dictionary: entries.values } };
  });
  return { ...batch, columns };
}

test('a dictionary changes no hash', () => {
  fc.assert(
    fc.property(fc.array(cells, { minLength: 1, maxLength: 23 }), (rows) => {
      const batch = tableBatch(table, rows);
      expect(new RowHash().addBatch(withDictionaries(batch, rows)).content()).toEqual(
        new RowHash().addBatch(batch).content(),
      );
    }),
    { numRuns: 100 },
  );
});

test('rows can be taken out again, and their order does not matter', () => {
  const batch = (...ids: string[]) =>
    tableBatch(
      table,
      ids.map((id) => [id, null, null, null, null, null]),
    );
  const some = new RowHash().addBatch(batch('a', 'b', 'c')).subtract(new RowHash().addBatch(batch('b')));
  expect(some.content()).toEqual(new RowHash().addBatch(batch('c', 'a')).content());
});

test('the kernel is what its sources give', () => {
  const script = fileURLToPath(new URL('../scripts/build-wasm.ts', import.meta.url));
  expect(() => execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' })).not.toThrow();
});
