import type { ColumnType, DictionaryValues, PlainValues } from '@millrace/flatten';
import type { ByteWriter } from './byte-writer.ts';
import { BytesBuilder } from './bytes-builder.ts';
import type { EncodedValues } from './encoded.ts';
import { BooleanBuilder, DoubleBuilder, Int32Builder, Int64Builder } from './fixed-builders.ts';

/** How far the values of a column of a batch are read. */
export interface ValueCursor {
  readonly values: PlainValues | DictionaryValues;
  /** Values read. */
  index: number;
  /** Strings without a dictionary: bytes read. */
  offset: number;
}

/** Collects the values of one column of a row group. */
export interface ValueBuilder {
  /** Appends the next values and moves the cursor. They are copied. */
  append(cursor: ValueCursor, count: number): void;
  /** Bytes held now. */
  size(): number;
  /** The values for their pages; `scratch` is cleared and may be written. */
  encode(scratch: ByteWriter): EncodedValues;
  clear(): void;
}

/** The builder for a type. `rows` is how many a row group has, about; with `delta` integers and times may be written as differences. */
export function createValueBuilder(type: ColumnType, rows: number, delta: boolean): ValueBuilder {
  switch (type) {
    case 'BOOLEAN':
      return new BooleanBuilder();
    case 'INTEGER':
    case 'DATETIME':
      return new Int64Builder(delta);
    case 'FLOAT':
      return new DoubleBuilder();
    case 'DATE':
      return new Int32Builder(delta);
    case 'STRING':
    case 'JSON':
      return new BytesBuilder(rows);
    default:
      throw new TypeError(`unknown column type: ${String(type)}`);
  }
}
