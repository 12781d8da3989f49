/** What a value costs as documents get wider and deeper: it must stay the same. */
import { createFlattener } from '@millrace/flatten';
import { createParquetWriter } from '@millrace/parquet';
import { median } from './children.ts';
import { rounded } from './tasks.ts';

const VALUES = 200_000;
/** Fewer rows would measure what a column costs, not a value. */
const LEAST_ROWS = 1000;
const ROUNDS = 5;

/** Nanoseconds a value from bytes to columns and on to Parquet, by shape. */
export function measureWidths(): Readonly<Record<string, number>> {
  const result: Record<string, number> = {};
  for (const width of [10, 100, 1000]) {
    for (const depth of [1, 8]) {
      const rows = Math.max(VALUES / width, LEAST_ROWS);
      const page = new TextEncoder().encode(
        JSON.stringify(Array.from({ length: rows }, (_, id) => wideDocument(id, width, depth))),
      );
      const flattener = createFlattener({ table: 'wide', primaryKey: [['id']] }, { engine: 'wasm' });
      const columns: number[] = [];
      const parquet: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        const start = performance.now();
        flattener.push(page);
        const { tables } = flattener.take({ views: true });
        columns.push(performance.now() - start);
        for (const batch of tables) {
          const writer = createParquetWriter(batch.table);
          writer.write(batch);
          writer.finish();
        }
        parquet.push(performance.now() - start);
      }
      const nanoseconds = (ms: readonly number[]): number => rounded((median(ms) * 1e6) / (rows * width));
      result[`${width} columns, ${depth} deep, to columns`] = nanoseconds(columns);
      result[`${width} columns, ${depth} deep, to Parquet`] = nanoseconds(parquet);
    }
  }
  return result;
}

function wideDocument(id: number, width: number, depth: number): unknown {
  let value: unknown = Object.fromEntries(
    Array.from({ length: width }, (_, i) => [`column${i}`, i % 2 === 0 ? id + i : `text ${(id * 31 + i) % 100}`]),
  );
  for (let level = 1; level < depth; level++) value = { [`level${level}`]: value };
  return { id, value };
}
