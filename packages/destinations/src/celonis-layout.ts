/** How a table stands in a pool: its columns with their declared lengths. */
import type { ColumnTransport } from '@millrace/celonis-client/data-push';
import type { ColumnType, TableSchema } from '@millrace/flatten';
import { nameKey } from './schema-union.ts';

/** A column of a table in a pool. */
export interface PoolColumn {
  readonly name: string;
  /** The column of the table that it holds. */
  readonly of: string;
  readonly type: ColumnType;
  /** Declared length of a text, in characters. */
  readonly length?: number;
  /** Which part of a text too long for one column it holds, from 0. */
  readonly part?: number;
}

/** A table of a pool. */
export interface PoolLayout {
  readonly columns: readonly PoolColumn[];
  readonly keys: readonly string[];
}

/** The column that the server adds to every pushed table: the time at which a row came. */
export const changeDate = '_CELONIS_CHANGE_DATE';

/**
 * The longest text of a column in a pool, in characters: what the vendor's own Kafka connector lets a length be.
 * https://github.com/celonis/kafka-ems-connector
 */
export const LONGEST_TEXT = 65_000;

const SHORTEST = 80;

/** Room for a text: the next power of two, so that a column that grows is declared anew now and then, not at each push. */
function roomFor(characters: number): number {
  let room = SHORTEST;
  while (room < characters) room = room === SHORTEST ? 128 : room * 2;
  return Math.min(room, LONGEST_TEXT);
}

function isText(type: ColumnType): boolean {
  return type === 'STRING' || type === 'JSON';
}

/**
 * The layout of a table whose longest texts are known. A text beyond {@link LONGEST_TEXT} goes on in further columns, `<column>$2`, `<column>$3`.
 * @param longest characters of the longest text by column
 * @param before what the pool has: lengths do not shrink
 */
export function layoutOf(
  table: TableSchema,
  longest: ReadonlyMap<string, number>,
  before: PoolLayout | undefined,
): PoolLayout {
  const taken = new Set(table.columns.map(({ name }) => nameKey(name)));
  const declared = new Map(before?.columns.map((column) => [column.name, column]));
  const columns = table.columns.flatMap(({ name, type }): PoolColumn[] => {
    if (!isText(type)) return [{ name, of: name, type }];
    const known = before?.columns.filter((column) => column.of === name) ?? [];
    const characters = longest.get(name) ?? 0;
    const parts = Math.max(1, known.length, Math.ceil(characters / LONGEST_TEXT));
    return Array.from({ length: parts }, (_, part) => {
      const own = known[part]?.name ?? (part === 0 ? name : freeName(`${name}$${part + 1}`, taken));
      const room = parts > 1 && part < parts - 1 ? LONGEST_TEXT : roomFor(characters - part * LONGEST_TEXT);
      const length = Math.max(room, declared.get(own)?.length ?? 0);
      return { name: own, of: name, type, length, ...(part === 0 ? {} : { part }) };
    });
  });
  return { columns, keys: table.primaryKey };
}

function freeName(wish: string, taken: Set<string>): string {
  let name = wish;
  while (taken.has(nameKey(name))) name += '_';
  taken.add(nameKey(name));
  return name;
}

/** What keeps rows of one layout out of a table of another, in words; empty when nothing does. */
export function layoutDifferences(before: PoolLayout, after: PoolLayout): string[] {
  const known = new Map(before.columns.map((column) => [column.name, column]));
  const found = after.columns.flatMap(({ name, type, length = 0 }): string[] => {
    const column = known.get(name);
    if (column === undefined) return [`column "${name}" is new`];
    if (isText(column.type) !== isText(type) || (!isText(type) && column.type !== type))
      return [`column "${name}" is ${type}, in the pool ${column.type}`];
    const { length: there = 0 } = column;
    return length > there ? [`column "${name}" needs ${length} characters, the pool's has ${there}`] : [];
  });
  const sameKey = before.keys.length === after.keys.length && before.keys.every((key, at) => key === after.keys[at]);
  return sameKey ? found : [...found, `its key is ${after.keys.join(', ')}, in the pool ${before.keys.join(', ')}`];
}

/** The columns as a push job declares them: a text whose length nothing declares is cut at 80 characters by the server. */
export function declaredColumns({ columns, keys }: PoolLayout): ColumnTransport[] {
  return columns.map(({ name, type, length, part }) => ({
    columnName: name,
    columnType: isText(type) ? 'STRING' : type,
    ...(length === undefined ? {} : { fieldLength: length }),
    ...(part === undefined && keys.includes(name) ? { pkField: true } : {}),
  }));
}

/** Part of a layout as the record keeps it. */
export function readLayout(text: string): PoolLayout {
  return JSON.parse(text) as PoolLayout;
}
