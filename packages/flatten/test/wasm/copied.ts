import type { Batch, Column, PlainValues } from '@millrace/flatten';

/** A batch in memory of its own. */
export function copied(batch: Batch): Batch {
  return {
    ...batch,
    tables: batch.tables.map((table) => ({ ...table, columns: table.columns.map(copiedColumn) })),
  };
}

function copiedColumn(column: Column): Column {
  const { validity, values } = column;
  return {
    ...column,
    ...(validity === undefined ? {} : { validity: validity.slice() }),
    values:
      values.kind === 'dictionary'
        ? { ...values, indices: values.indices.slice(), dictionary: copiedValues(values.dictionary) }
        : copiedValues(values),
  };
}

function copiedValues(plain: PlainValues): PlainValues {
  switch (plain.kind) {
    case 'boolean':
      return { ...plain, values: plain.values.slice() };
    case 'int32':
      return { ...plain, values: plain.values.slice() };
    case 'int64':
      return { ...plain, values: plain.values.slice() };
    case 'double':
      return { ...plain, values: plain.values.slice() };
    default:
      return { ...plain, data: plain.data.slice() };
  }
}
