import type { DictionaryValues, PlainValues } from '@millrace/flatten';
import { BytesBuilder } from './bytes-builder.ts';
import type { EncodedValues } from './encoded.ts';
import { BooleanBuilder, DoubleBuilder, Int32Builder, Int64Builder, Int96Builder } from './fixed-builders.ts';
import type { FileType } from './metadata.ts';
import type { CheckedOptions } from './options.ts';
import type { Workspace } from './workspace.ts';

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
  /** Writes the values for their pages, with room for `before` bytes before those of the data page. */
  encode(work: Workspace, before: number): EncodedValues;
  clear(): void;
}

/** The builder for a type. */
export function createValueBuilder(type: FileType, { delta }: CheckedOptions): ValueBuilder {
  switch (type) {
    case 'BOOLEAN':
      return new BooleanBuilder();
    case 'INTEGER':
    case 'DATETIME':
      return new Int64Builder(delta);
    case 'INT96':
      return new Int96Builder();
    case 'FLOAT':
      return new DoubleBuilder();
    case 'DATE':
      return new Int32Builder(delta);
    case 'STRING':
    case 'JSON':
      return new BytesBuilder(delta);
    default:
      throw new TypeError(`unknown column type: ${String(type)}`);
  }
}
