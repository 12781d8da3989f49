/** What a value costs as documents get wider and deeper: it must stay the same. */
import { createFlattener, type Flattener } from '@millrace/flatten';
import { createParquetWriter } from '@millrace/parquet';
import { median } from './children.ts';
import { rounded } from './tasks.ts';

/** The same for all: a column costs something, however few values it has. */
const ROWS = 2000;
const MEASURED_ROUNDS = 15;
/** Until everything is compiled. */
const FIRST_ROUNDS = 3;

interface Shape {
  readonly name: string;
  readonly page: Uint8Array;
  readonly values: number;
  readonly flattener: Flattener;
  /** Milliseconds of each round. */
  readonly columns: number[];
  readonly parquet: number[];
}

/** What values cost. */
interface Widths {
  /** From bytes to columns and on to Parquet, by shape. */
  readonly nanosecondsPerValue: Readonly<Record<string, number>>;
  /** A value of 1,000 columns to one of 10, and one that lies 8 deep to one that lies 1 deep: at most 1 where the cost of a row is linear. */
  readonly growth: Readonly<Record<string, number>>;
}

/** Shapes take turns, so that a busy moment of the machine meets them all. */
export function measureWidths(): Widths {
  const shapes = [10, 100, 1000].flatMap((width) => [1, 8].map((depth) => shapeOf(width, depth)));
  for (let round = -FIRST_ROUNDS; round < MEASURED_ROUNDS; round++) {
    for (const shape of shapes) {
      const { columns, parquet } = measure(shape);
      if (round < 0) continue;
      shape.columns.push(columns);
      shape.parquet.push(parquet);
    }
  }
  const cost = (ms: readonly number[], values: number): number => (median(ms) * 1e6) / values;
  const nanosecondsPerValue: Record<string, number> = {};
  const costs = new Map<string, number>();
  for (const { name, values, columns, parquet } of shapes) {
    costs.set(name, cost(columns, values));
    nanosecondsPerValue[`${name}, to columns`] = rounded(cost(columns, values));
    nanosecondsPerValue[`${name}, to Parquet`] = rounded(cost(parquet, values));
  }
  const ratio = (more: string, less: string): number => rounded((costs.get(more) ?? NaN) / (costs.get(less) ?? NaN));
  return {
    nanosecondsPerValue,
    growth: {
      '1000 to 10 columns': ratio(nameOf(1000, 1), nameOf(10, 1)),
      '8 to 1 deep': ratio(nameOf(1000, 8), nameOf(1000, 1)),
    },
  };
}

function nameOf(width: number, depth: number): string {
  return `${width} columns, ${depth} deep`;
}

function shapeOf(width: number, depth: number): Shape {
  const documents = Array.from({ length: ROWS }, (_, id) => wideDocument(id, width, depth));
  return {
    name: nameOf(width, depth),
    page: new TextEncoder().encode(JSON.stringify(documents)),
    values: ROWS * width,
    flattener: createFlattener({ table: 'wide', primaryKey: [['id']] }, { engine: 'wasm' }),
    columns: [],
    parquet: [],
  };
}

function measure({ page, flattener }: Shape): { readonly columns: number; readonly parquet: number } {
  const start = performance.now();
  flattener.push(page);
  const { tables } = flattener.take({ views: true });
  const columns = performance.now() - start;
  for (const batch of tables) {
    const writer = createParquetWriter(batch.table);
    writer.write(batch);
    writer.finish();
  }
  return { columns, parquet: performance.now() - start };
}

function wideDocument(id: number, width: number, depth: number): unknown {
  let value: unknown = Object.fromEntries(
    Array.from({ length: width }, (_, i) => [`column${i}`, i % 2 === 0 ? id + i : `text ${(id * 31 + i) % 100}`]),
  );
  for (let level = 1; level < depth; level++) value = { [`level${level}`]: value };
  return { id, value };
}
