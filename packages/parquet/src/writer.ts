import type { TableBatch, TableSchema } from '@millrace/flatten';
import { ByteWriter } from './byte-writer.ts';
import { forgetBlocks } from './blocks.ts';
import { batchColumns, columnSize } from './check-batch.ts';
import { writeChunk } from './column-chunk.ts';
import { ParquetBatchError } from './errors.ts';
import { fileMetadata, type FileColumn, type RowGroupInfo } from './metadata.ts';
import { type CheckedOptions, checkOptions, type ParquetOptions } from './options.ts';
import { ValidityBuilder } from './validity.ts';
import { createValueBuilder, type ValueBuilder, type ValueCursor } from './value-builder.ts';
import { forgetWorkspace } from './workspace.ts';

/** Writes one Parquet file. The bytes that its calls give, one after the other, are the file. */
export interface ParquetWriter {
  /**
   * Takes the rows of a batch. Gives the row groups that are full, often none. The batch's buffers may be used again afterwards, and the bytes
   * belong to the caller.
   * @throws ParquetBatchError when the batch has other columns or types than the file; nothing of it is taken. After any other error, of
   * `compress` or for buffers that contradict themselves, the writer takes nothing more.
   */
  write(batch: TableBatch): Uint8Array[];
  /** Gives the last row group and the footer. Nothing can be written afterwards. */
  finish(): Uint8Array[];
  /** Rows taken so far. */
  readonly rows: number;
  /** Bytes given so far. */
  readonly bytes: number;
}

/**
 * Opens a Parquet file for the rows of one table. Every column is nullable; a column that a batch lacks is NULL in its rows.
 * @throws TypeError or RangeError for a wrong option.
 */
export function createParquetWriter(table: TableSchema, options: ParquetOptions = {}): ParquetWriter {
  return new FileWriter(table, checkOptions(options));
}

/** The key of the footer's metadata that holds the table's schema. */
export const TABLE_SCHEMA_KEY = 'millrace:table';

interface OpenColumn {
  readonly file: FileColumn;
  readonly validity: ValidityBuilder;
  readonly values: ValueBuilder;
}

/** Share of `rowGroupBytes` at which a row group is closed: what is left would be filled in ever smaller steps. */
const FULL = 0.9;

/** Where row groups are put together: one for all files of a thread, unless a row group was larger than this. */
const MOST_KEPT = 2 ** 25;
let spareOutput: ByteWriter | undefined;

/** Gives back the memory that this thread keeps for its next file. Files that are open lose nothing. */
export function releaseMemory(): void {
  spareOutput = undefined;
  forgetBlocks();
  forgetWorkspace();
}

const magic = (): Uint8Array => Uint8Array.of(0x50, 0x41, 0x52, 0x31);

class FileWriter implements ParquetWriter {
  rows = 0;
  bytes = 0;
  private table: TableSchema;
  /** The last batch's, which mostly is the next one's. */
  private newest: TableSchema | undefined;
  private readonly options: CheckedOptions;
  private readonly columns: readonly OpenColumn[];
  private readonly rowGroups: RowGroupInfo[] = [];
  /** Rows of the row group that is filling. */
  private openRows = 0;
  /** `writing` outlives a call only where that has thrown. */
  private state: 'open' | 'writing' | 'finished' = 'open';

  constructor(table: TableSchema, options: CheckedOptions) {
    if (table.columns.length === 0) {
      throw new ParquetBatchError(`table ${table.name} has no columns: a Parquet file needs one at least`, table.name);
    }
    this.table = table;
    this.options = options;
    this.columns = table.columns.map((column, index) => {
      const type = column.type === 'DATETIME' && options.timestamps === 'int96' ? 'INT96' : column.type;
      const file = { name: options.columnName(column.name, index), type } as const;
      return { file, validity: new ValidityBuilder(), values: createValueBuilder(type, options) };
    });
  }

  write(batch: TableBatch): Uint8Array[] {
    this.checkOpen();
    const { rowGroupRows, rowGroupBytes } = this.options;
    const columns = batchColumns(this.table, batch);
    this.state = 'writing';
    const cursors: (ValueCursor | undefined)[] = [];
    let size = 0;
    for (const column of columns) {
      cursors.push(column === undefined ? undefined : { values: column.values, index: 0, offset: 0 });
      if (column !== undefined) size += columnSize(column);
    }
    const rowSize = Math.max(1, size / batch.rows);
    const chunks: Uint8Array[] = [];
    for (let from = 0; from < batch.rows; ) {
      const fitting = Math.max(1, Math.floor((rowGroupBytes - this.openSize()) / rowSize));
      const rows = Math.min(batch.rows - from, rowGroupRows - this.openRows, fitting);
      let index = 0;
      for (const { validity, values } of this.columns) {
        const cursor = cursors[index];
        if (cursor === undefined) validity.append(new Uint8Array((rows + 7) >> 3), 0, rows);
        else values.append(cursor, validity.append(columns[index]?.validity, from, rows));
        index++;
      }
      from += rows;
      this.openRows += rows;
      if (this.openRows >= rowGroupRows || this.openSize() >= rowGroupBytes * FULL) chunks.push(this.closeRowGroup());
    }
    this.rows += batch.rows;
    if (batch.table !== this.newest) this.takeTable(batch.table);
    this.state = 'open';
    return chunks;
  }

  finish(): Uint8Array[] {
    this.checkOpen();
    this.state = 'finished';
    const chunks = this.openRows > 0 ? [this.closeRowGroup()] : [];
    const { metadata, tableSchema, createdBy, logicalTypes } = this.options;
    const pairs = Object.entries(metadata);
    if (tableSchema) pairs.push([TABLE_SCHEMA_KEY, JSON.stringify(this.table)]);
    const footer = fileMetadata({
      columns: this.columns.map(({ file }) => file),
      rowGroups: this.rowGroups,
      metadata: pairs,
      createdBy,
      logicalTypes,
    });
    const end = this.emit((out) => {
      out.append(footer);
      out.uint32(footer.length);
      out.append(magic());
    });
    return [...chunks, end];
  }

  /** What a newer table says of its columns counts. */
  private takeTable(table: TableSchema): void {
    const newest = new Map(table.columns.map((column) => [column.name, column]));
    this.table = { ...table, columns: this.table.columns.map((column) => newest.get(column.name) ?? column) };
    this.newest = table;
  }

  private checkOpen(): void {
    if (this.state === 'finished') throw new Error('the Parquet file is finished: open another writer');
    if (this.state === 'writing') {
      throw new Error('the Parquet file is broken, because an earlier batch failed half-way: open another writer');
    }
  }

  private openSize(): number {
    let size = 0;
    for (const { values } of this.columns) size += values.size();
    return size;
  }

  private closeRowGroup(): Uint8Array {
    return this.emit((out) => {
      const base = this.bytes;
      const offset = base + out.length;
      const chunks = this.columns.map(({ file, validity, values }) => {
        const chunk = writeChunk(out, base, file, validity, values, this.options);
        validity.clear();
        values.clear();
        return chunk;
      });
      this.rowGroups.push({ rows: this.openRows, offset, chunks });
      this.openRows = 0;
    });
  }

  /** The next bytes of the file. */
  private emit(fill: (out: ByteWriter) => void): Uint8Array {
    const out = spareOutput ?? new ByteWriter();
    spareOutput = undefined;
    if (this.bytes === 0) out.append(magic());
    fill(out);
    const bytes = out.written().slice();
    this.bytes += bytes.length;
    if (out.length <= MOST_KEPT) {
      out.clear();
      spareOutput = out;
    }
    return bytes;
  }
}
