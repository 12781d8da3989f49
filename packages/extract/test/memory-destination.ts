/** A destination in memory, with transactions, that remembers what was done to it. */
import type { Batch, Column, JsonObject, PlainValues, TableBatch, TableSchema } from '@millrace/flatten';
import {
  deletedAt,
  type Destination,
  type Receipt,
  type StoredState,
  type Transaction,
  type TransactionOptions,
} from '../src/index.ts';

type Cell = boolean | number | bigint | string | null;
export type Row = Readonly<Record<string, Cell>>;

interface Contents {
  tables: Map<string, TableSchema>;
  rows: Map<string, Map<string, Row>>;
  feeds: Record<string, JsonObject>;
  receipts: Receipt[];
}

export class MemoryDestination implements Destination {
  readonly url = 'memory:';
  contents: Contents = { tables: new Map(), rows: new Map(), feeds: {}, receipts: [] };
  readonly transactions: TransactionOptions[] = [];
  /** Rows handed over by all transactions, rolled back or not. */
  writtenRows = 0;
  /** Called before each commit; may throw. */
  beforeCommit: (receipt: Receipt) => void = () => undefined;

  open(): Promise<StoredState> {
    return Promise.resolve({
      tables: [...this.contents.tables.values()],
      // Through text, as a real destination would keep it.
      feeds: JSON.parse(JSON.stringify(this.contents.feeds)) as Record<string, JsonObject>,
    });
  }

  begin(options: TransactionOptions): Promise<Transaction> {
    this.transactions.push(options);
    const { tables, rows, feeds, receipts } = this.contents;
    const draft: Contents = {
      tables: new Map(tables),
      rows: new Map([...rows].map(([name, map]) => [name, new Map(map)])),
      feeds: { ...feeds },
      receipts: [...receipts],
    };
    if (options.mode === 'replace') {
      for (const [name, table] of draft.tables) if (table.root === options.root) draft.rows.set(name, new Map());
    }
    let done = false;
    return Promise.resolve({
      write: (batch: Batch) => {
        if (options.mode === 'append') mustBeNew(this.contents, batch);
        this.#take(draft, batch);
        return Promise.resolve();
      },
      commit: ({ state, receipt }: { state: JsonObject; receipt: Receipt }) => {
        if (done) return Promise.reject(new Error('the transaction is over'));
        this.beforeCommit(receipt);
        done = true;
        draft.feeds[options.feed] = state;
        draft.receipts.push(receipt);
        this.contents = draft;
        return Promise.resolve();
      },
      sweep: (present: readonly TableBatch[], at: Date) => {
        const root = tables.get(options.root);
        const marked = new Map(draft.rows.get(options.root));
        const keys = new Set(
          present.flatMap((batch) => rowsOf(batch).map((row) => keyText(batch.table.primaryKey, row))),
        );
        const counts = { deleted: 0, restored: 0, missing: 0 };
        for (const [key, row] of marked) {
          const there = keys.delete(keyText(root?.primaryKey ?? [], row));
          const mark = row[deletedAt] ?? null;
          if ((mark === null) === there) continue;
          if (there) counts.restored += 1;
          else counts.deleted += 1;
          marked.set(key, { ...row, [deletedAt]: there ? null : BigInt(at.getTime()) });
        }
        counts.missing = keys.size;
        draft.rows.set(options.root, marked);
        return Promise.resolve(counts);
      },
      rollback: () => {
        done = true;
        return Promise.resolve();
      },
    });
  }

  async *receipts(): AsyncIterable<Receipt> {
    yield* this.contents.receipts;
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  /** Rows of a table, ascending by primary key. */
  table(name: string): Row[] {
    const rows = this.contents.rows.get(name) ?? new Map<string, Row>();
    return [...rows].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }

  #take(draft: Contents, batch: Batch): void {
    for (const each of batch.tables) {
      const { table, rows: count } = each;
      draft.tables.set(table.name, table);
      const added = rowsOf(each);
      this.writtenRows += count;
      if (table.parent === undefined) removeChildren(draft, table, added);
      const rows = draft.rows.get(table.name) ?? new Map<string, Row>();
      draft.rows.set(table.name, rows);
      for (const row of added) rows.set(keyText(table.primaryKey, row), row);
    }
  }
}

/** Holds the engine to its word that none of the documents was brought before. */
function mustBeNew({ rows }: Contents, batch: Batch): void {
  for (const each of batch.tables) {
    const there = rows.get(each.table.name);
    const old = rowsOf(each).find((row) => there?.has(keyText(each.table.primaryKey, row)) === true);
    if (old !== undefined) throw new Error(`${JSON.stringify(each.table.primaryKey.map((key) => old[key]))} is there`);
  }
}

function rowsOf({ rows, columns }: TableBatch): Row[] {
  const cells = columns.map(columnCells);
  return Array.from({ length: rows }, (_, index) =>
    Object.fromEntries(columns.map((column, at) => [column.schema.name, cells[at]?.[index] ?? null])),
  );
}

/** The child rows of documents that are written anew. */
function removeChildren(draft: Contents, root: TableSchema, documents: readonly Row[]): void {
  const keys = new Set(documents.map((row) => keyText(root.primaryKey, row)));
  for (const table of draft.tables.values()) {
    if (table.root !== root.name || table.parent === undefined) continue;
    const rows = draft.rows.get(table.name);
    for (const [at, child] of rows ?? []) if (keys.has(keyText(table.rootKey, child))) rows?.delete(at);
  }
}

function keyText(columns: readonly string[], row: Row): string {
  return JSON.stringify(columns.map((column) => String(row[column])));
}

function columnCells(column: Column): Cell[] {
  const { values } = column;
  const present =
    values.kind === 'dictionary'
      ? ((dictionary) => [...values.indices].map((index) => dictionary[index] ?? null))(plainCells(values.dictionary))
      : plainCells(values);
  let next = 0;
  return Array.from({ length: column.rows }, (_, row) => {
    const valid = column.validity === undefined || ((column.validity[row >> 3] ?? 0) >> (row & 7)) % 2 === 1;
    return valid ? (present[next++] ?? null) : null;
  });
}

function plainCells(values: PlainValues): Cell[] {
  switch (values.kind) {
    case 'boolean':
      return [...values.values].map((value) => value === 1);
    case 'bytes': {
      const view = new DataView(values.data.buffer, values.data.byteOffset, values.data.byteLength);
      const cells: string[] = [];
      for (let at = 0; cells.length < values.count; ) {
        const length = view.getUint32(at, true);
        cells.push(new TextDecoder().decode(values.data.subarray(at + 4, at + 4 + length)));
        at += 4 + length;
      }
      return cells;
    }
    default:
      return [...values.values];
  }
}
