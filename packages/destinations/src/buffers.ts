/** Memory of batches and files, which a heap that is nearly empty would be long in giving back. */
import type { Column, PlainValues, TableBatch } from '@millrace/flatten';
import type { PartChunks, PartWrite } from './encoding.ts';

/** Rows that stay when the memory that they were in is used for others. */
export function ownTables(tables: readonly TableBatch[]): TableBatch[] {
  const copies = new Map<ArrayBufferView, PlainValues>();
  return tables.map((batch) => ({ ...batch, columns: batch.columns.map((column) => ownColumn(column, copies)) }));
}

function ownColumn(column: Column, copies: Map<ArrayBufferView, PlainValues>): Column {
  const { validity, values } = column;
  const isDictionary = values.kind === 'dictionary';
  const plain = isDictionary ? values.dictionary : values;
  const view = plain.kind === 'bytes' ? plain.data : plain.values;
  // The tables of a family have the values of their key in common.
  const own = copies.get(view) ?? ownValues(plain);
  copies.set(view, own);
  return {
    ...column,
    ...(validity === undefined ? {} : { validity: new Uint8Array(validity) }),
    values: isDictionary ? { ...values, indices: new Uint32Array(values.indices), dictionary: own } : own,
  };
}

function ownValues(plain: PlainValues): PlainValues {
  switch (plain.kind) {
    case 'boolean':
      return { ...plain, values: new Uint8Array(plain.values) };
    case 'int32':
      return { ...plain, values: new Int32Array(plain.values) };
    case 'int64':
      return { ...plain, values: new BigInt64Array(plain.values) };
    case 'double':
      return { ...plain, values: new Float64Array(plain.values) };
    default:
      return { ...plain, data: new Uint8Array(plain.data) };
  }
}

/** The buffers of rows, those that hold nothing else. */
export function rowBuffers(writes: readonly PartWrite[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { rows } of writes) {
    for (const { validity, values } of rows.columns) {
      if (validity !== undefined) addOwn(buffers, validity);
      const plain = values.kind === 'dictionary' ? values.dictionary : values;
      if (values.kind === 'dictionary') addOwn(buffers, values.indices);
      addOwn(buffers, plain.kind === 'bytes' ? plain.data : plain.values);
    }
  }
  return [...buffers];
}

/** The buffers of bytes, those that hold nothing else. */
export function chunkBuffers(answers: readonly PartChunks[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { chunks } of answers) for (const chunk of chunks) addOwn(buffers, chunk);
  return [...buffers];
}

function addOwn(buffers: Set<ArrayBuffer>, { buffer, byteLength }: ArrayBufferView): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && byteLength > 0) buffers.add(buffer);
}

/** Gives memory back at once. Nothing may look at it any more. */
export function release(buffers: Iterable<ArrayBuffer>): void {
  for (const buffer of buffers) buffer.transfer(0);
}
