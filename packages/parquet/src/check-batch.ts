import type { Column, ColumnType, PlainValues, TableBatch, TableSchema } from '@millrace/flatten';
import { ParquetBatchError } from './errors.ts';
import { countBits } from './validity.ts';

const KINDS: Record<ColumnType, PlainValues['kind']> = {
  BOOLEAN: 'boolean',
  INTEGER: 'int64',
  FLOAT: 'double',
  DATE: 'int32',
  DATETIME: 'int64',
  STRING: 'bytes',
  JSON: 'bytes',
};

/**
 * The columns of a batch in the order of the file; `undefined` for one that the batch does not have, whose rows are NULL.
 * Throws a ParquetBatchError where a batch does not fit the file.
 */
export function batchColumns(file: TableSchema, batch: TableBatch): readonly (Column | undefined)[] {
  const { name: table, columns: wanted } = file;
  const given = batch.columns;
  if (given.length === wanted.length && given.every(({ schema }, index) => schema.name === wanted[index]?.name)) {
    given.forEach((column, index) => checkColumn(table, batch.rows, column, wanted[index]?.type));
    return given;
  }
  const byName = new Map(given.map((column) => [column.schema.name, column]));
  const columns = wanted.map(({ name, type }) => {
    const column = byName.get(name);
    byName.delete(name);
    if (column !== undefined) checkColumn(table, batch.rows, column, type);
    return column;
  });
  const [unknown] = byName.keys();
  if (unknown !== undefined) {
    throw new ParquetBatchError(
      `the batch of table ${table} has a column ${JSON.stringify(unknown)} that the file was not opened with: finish this file and open another with the batch's table`,
      table,
      unknown,
    );
  }
  return columns;
}

function checkColumn(table: string, rows: number, column: Column, type: ColumnType | undefined): void {
  const problem = type === undefined ? 'is not of the file' : problemOf(rows, column, type);
  if (problem === undefined) return;
  const { name } = column.schema;
  throw new ParquetBatchError(`column ${JSON.stringify(name)} of table ${table} ${problem}`, table, name);
}

/** What is wrong with a column for a file that has it in a type. */
function problemOf(rows: number, column: Column, type: ColumnType): string | undefined {
  if (column.schema.type !== type) {
    return `is ${column.schema.type} in the batch and ${type} in the file: finish this file and open another with the batch's table`;
  }
  const { values, nullCount, validity } = column;
  const plain = values.kind === 'dictionary' ? values.dictionary : values;
  if (plain.kind !== KINDS[type]) return `is ${type}, whose values are ${KINDS[type]}, and has ${plain.kind}`;
  if (column.rows !== rows) return `has ${column.rows} rows, its batch ${rows}`;
  const count = values.kind === 'dictionary' ? values.indices.length : plainCount(plain);
  if (count !== rows - nullCount) return `has ${count} values for ${rows} rows with ${nullCount} NULLs`;
  if (validity === undefined) return nullCount > 0 ? 'has NULLs and no validity' : undefined;
  if (validity.length * 8 < rows || countBits(validity, 0, rows) !== count) {
    return `has ${count} values and another number of bits in its validity`;
  }
  return undefined;
}

function plainCount(values: PlainValues): number {
  return values.kind === 'bytes' ? values.count : values.values.length;
}

/** Bytes that the values of a column take up. */
export function columnSize({ values }: Column): number {
  if (values.kind === 'dictionary') return values.indices.byteLength + plainSize(values.dictionary);
  return plainSize(values);
}

function plainSize(values: PlainValues): number {
  return values.kind === 'bytes' ? values.data.length : values.values.byteLength;
}
