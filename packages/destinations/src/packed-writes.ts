/** Rows on their way to the encoding thread: the columns of many tables in one buffer, which goes there and back. */
import type { Column, PlainValues } from '@millrace/flatten';
import type { PartWrite } from './encoding.ts';
import type { PartRows, PartSpec } from './part-encoder.ts';

type RowColumn = Omit<Column, 'schema'>;

/** Rows for a file, but for their columns. */
interface PackedWrite {
  readonly part: number;
  readonly spec?: PartSpec;
  readonly rows: number;
  readonly columns: number;
  readonly keyColumns: PartRows['keyColumns'];
}

/** Rows as they are sent. */
export interface PackedWrites {
  /** What is known of each column, and behind all of that the values. */
  readonly buffer: ArrayBuffer;
  /** Bytes of the buffer that are in use. */
  readonly length: number;
  readonly writes: readonly PackedWrite[];
}

/** Words for a column: its NULLs, and where its validity, its indices and its values are, and how many. */
const WORDS = 9;
const NOWHERE = -1;
const KINDS = ['boolean', 'int32', 'int64', 'double', 'bytes'] as const satisfies readonly PlainValues['kind'][];
/** Added to the number of the kind of a dictionary's values. */
const DICTIONARY = 8;

/** Copies rows into a buffer that `take` gives; it may have more bytes than it is asked for. */
export function packWrites(writes: readonly PartWrite[], take: (bytes: number) => ArrayBuffer): PackedWrites {
  const columns = writes.flatMap(({ rows }) => rows.columns);
  const words = new Int32Array(columns.length * WORDS);
  const views: ArrayBufferView[] = [];
  const places: number[] = [];
  /** The tables of a family have the values of their key in common. */
  const dictionaries = new Map<ArrayBufferView, number>();
  let end = alignedUp(words.byteLength);
  const place = (view: ArrayBufferView): number => {
    const at = end;
    views.push(view);
    places.push(at);
    end = alignedUp(end + view.byteLength);
    return at;
  };
  for (const [index, { nullCount, validity, values }] of columns.entries()) {
    const isDictionary = values.kind === 'dictionary';
    const plain = isDictionary ? values.dictionary : values;
    const data = plain.kind === 'bytes' ? plain.data : plain.values;
    const at = index * WORDS;
    let dataAt = isDictionary ? dictionaries.get(data) : undefined;
    if (dataAt === undefined) {
      dataAt = place(data);
      if (isDictionary) dictionaries.set(data, dataAt);
    }
    words[at] = nullCount;
    words[at + 1] = validity === undefined ? NOWHERE : place(validity);
    words[at + 2] = validity?.byteLength ?? 0;
    words[at + 3] = KINDS.indexOf(plain.kind) + (isDictionary ? DICTIONARY : 0);
    words[at + 4] = isDictionary ? place(values.indices) : NOWHERE;
    words[at + 5] = isDictionary ? values.indices.length : 0;
    words[at + 6] = dataAt;
    words[at + 7] = data.byteLength;
    words[at + 8] = plain.kind === 'bytes' ? plain.count : plain.values.length;
  }
  const buffer = take(end);
  const bytes = new Uint8Array(buffer);
  bytes.set(new Uint8Array(words.buffer));
  for (const [index, view] of views.entries()) {
    bytes.set(new Uint8Array(view.buffer, view.byteOffset, view.byteLength), places[index]);
  }
  return {
    buffer,
    length: end,
    writes: writes.map(({ part, spec, rows }) => ({
      part,
      ...(spec === undefined ? {} : { spec }),
      rows: rows.rows,
      columns: rows.columns.length,
      keyColumns: rows.keyColumns,
    })),
  };
}

/** The rows again; their columns are views of the buffer. One after the other: those of all tables at once would outlive the short-lived space. */
export function* unpackWrites({ buffer, writes }: PackedWrites): Generator<PartWrite> {
  const words = new Int32Array(
    buffer,
    0,
    writes.reduce((sum, { columns }) => sum + columns * WORDS, 0),
  );
  const dictionaries = new Map<number, PlainValues>();
  let at = 0;
  const column = (rows: number): RowColumn => {
    const word = (index: number): number => words[at + index] ?? 0;
    const nullCount = word(0);
    const kind = word(3);
    const dataAt = word(6);
    const isDictionary = kind >= DICTIONARY;
    let plain = isDictionary ? dictionaries.get(dataAt) : undefined;
    if (plain === undefined) {
      plain = plainValues(buffer, kind % DICTIONARY, dataAt, word(7), word(8));
      if (isDictionary) dictionaries.set(dataAt, plain);
    }
    const values = isDictionary
      ? { kind: 'dictionary' as const, indices: new Uint32Array(buffer, word(4), word(5)), dictionary: plain }
      : plain;
    const result =
      word(1) === NOWHERE
        ? { rows, nullCount, values }
        : { rows, nullCount, validity: new Uint8Array(buffer, word(1), word(2)), values };
    at += WORDS;
    return result;
  };
  for (const { part, spec, rows, columns, keyColumns } of writes) {
    const unpacked: PartRows = { rows, keyColumns, columns: Array.from({ length: columns }, () => column(rows)) };
    yield spec === undefined ? { part, rows: unpacked } : { part, spec, rows: unpacked };
  }
}

function plainValues(buffer: ArrayBuffer, kind: number, at: number, bytes: number, count: number): PlainValues {
  switch (KINDS[kind]) {
    case 'boolean':
      return { kind: 'boolean', values: new Uint8Array(buffer, at, count) };
    case 'int32':
      return { kind: 'int32', values: new Int32Array(buffer, at, count) };
    case 'int64':
      return { kind: 'int64', values: new BigInt64Array(buffer, at, count) };
    case 'double':
      return { kind: 'double', values: new Float64Array(buffer, at, count) };
    case 'bytes':
      return { kind: 'bytes', data: new Uint8Array(buffer, at, bytes), count };
    default:
      throw new TypeError(`Unknown layout of a column: ${kind}`);
  }
}

function alignedUp(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
