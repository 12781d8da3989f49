/** Rows of one table as the bytes of one file, as they come, and what is to be known of them. */
import { createHash } from 'node:crypto';
import type { TableContent } from '@millrace/extract';
import type { Column, ColumnSchema, TableBatch, TableSchema } from '@millrace/flatten';
import type { ParquetCodec } from './encode-parquet.ts';
import { formatOf } from './formats.ts';
import { RowHash } from './row-hash.ts';
import { documentKeys } from './row-keys.ts';
import type { FileWriter, TableFormat } from './table-format.ts';

/** What a file is to be. */
export interface PartSpec {
  readonly format: TableFormat['kind'];
  /** Of Parquet. */
  readonly codec: ParquetCodec;
  /** Whether the columns are named by their place: `c0`, `c1`, …; of Parquet. */
  readonly numbered: boolean;
  /** Whether it is to be known which documents the rows are of. */
  readonly keyed: boolean;
  readonly table: TableSchema;
}

/** Rows with the columns of the file's table, in its order. */
export interface PartRows {
  readonly rows: number;
  readonly columns: readonly Omit<Column, 'schema'>[];
  /** The columns of the root key as these rows have them. */
  readonly keyColumns: readonly ColumnSchema[];
}

/** A file that is finished. */
export interface PartEnd {
  readonly bytes: number;
  /** Hexadecimal. */
  readonly sha256: string;
  readonly content: TableContent;
  /** Root keys, four words a document; empty unless they were asked for. */
  readonly keys: Uint32Array<ArrayBuffer>;
}

/** Encodes one file. What its calls give, one after the other, is the file. */
export class PartEncoder {
  readonly #spec: PartSpec;
  readonly #writer: FileWriter;
  readonly #sha256 = createHash('sha256');
  readonly #content = new RowHash();
  readonly #keys: Uint32Array[] = [];
  #bytes = 0;

  constructor(spec: PartSpec) {
    this.#spec = spec;
    this.#writer = formatOf(spec.format, spec).open(spec.table);
  }

  write({ rows, columns, keyColumns }: PartRows): Uint8Array[] {
    const { table, keyed } = this.#spec;
    const batch: TableBatch = {
      table,
      rows,
      columns: table.columns.map((wanted, index): Column => {
        const column = columns[index];
        if (column === undefined) throw new TypeError(`The rows of ${table.name} have no column ${wanted.name}`);
        const schema = keyColumns.find(({ name }) => name === wanted.name) ?? wanted;
        const { nullCount, validity, values } = column;
        return validity === undefined
          ? { schema, rows, nullCount, values }
          : { schema, rows, nullCount, validity, values };
      }),
    };
    this.#content.addBatch(batch);
    if (keyed) this.#keys.push(documentKeys(batch));
    return this.#count(this.#writer.write(batch));
  }

  finish(): { readonly chunks: Uint8Array[]; readonly end: PartEnd } {
    const chunks = this.#count(this.#writer.finish());
    const keys = new Uint32Array(this.#keys.reduce((length, words) => length + words.length, 0));
    let at = 0;
    for (const words of this.#keys) {
      keys.set(words, at);
      at += words.length;
    }
    const end = { bytes: this.#bytes, sha256: this.#sha256.digest('hex'), content: this.#content.content(), keys };
    return { chunks, end };
  }

  #count(chunks: Uint8Array[]): Uint8Array[] {
    for (const chunk of chunks) {
      this.#bytes += chunk.byteLength;
      this.#sha256.update(chunk);
    }
    return chunks;
  }
}

/** The rows of a batch, which has the columns of the file's table. */
export function partRows({ table, rows, columns }: TableBatch): PartRows {
  return {
    rows,
    columns: columns.map(({ rows: count, nullCount, validity, values }) =>
      validity === undefined ? { rows: count, nullCount, values } : { rows: count, nullCount, validity, values },
    ),
    keyColumns: columns.flatMap(({ schema }) => (table.rootKey.includes(schema.name) ? [schema] : [])),
  };
}
