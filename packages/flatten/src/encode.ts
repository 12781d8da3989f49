/** Values to the buffers of a batch. */
import type { Column, DictionaryValues, PlainValues } from './batch.ts';
import { millisOf, parseDate } from './dates.ts';
import type { ColumnSchema, ColumnType } from './schema.ts';
import { canonicalText, type Scalar } from './types.ts';
import { utf8Length, writeUtf8 } from './utf8.ts';

/** A dictionary is given up when after this many values most were distinct, or at this size. */
const DICTIONARY_TRIAL = 1024;
const DICTIONARY_TRIAL_DISTINCT = 600;
const DICTIONARY_LIMIT = 4000;

/** So many values of a batch tell whether a dictionary pays. */
const DICTIONARY_ENOUGH = 256;

/** Of a longer text it pays to count the bytes before making room for them. */
const LONG_TEXT = 1 << 16;

/** Notes of a batch's texts, written without a dictionary that would have been too large, whether the next is to try one. */
export function noteDropped(form: TextForm, count: number): void {
  if (count >= DICTIONARY_ENOUGH) form.plain = true;
}

/** How the texts of a column are written. */
export interface TextForm {
  /** In full. Set once a dictionary was given up: later batches are not to pay for another trial. */
  plain: boolean;
}

/** A column of `rows` rows from its present values and the row of each (absent: the first rows, one each). */
export function encodeColumn(
  schema: ColumnSchema,
  rows: number,
  values: readonly Scalar[],
  rowOf: readonly number[] | undefined,
  form: TextForm = { plain: false },
): Column {
  const encoded = encodeValues(schema.type, values, form);
  const nullCount = rows - values.length;
  if (nullCount === 0) return { schema, rows, nullCount, values: encoded };
  const validity = new Uint8Array((rows + 7) >> 3);
  for (let i = 0; i < values.length; i++) {
    const row = rowOf === undefined ? i : (rowOf[i] ?? 0);
    validity[row >> 3] = (validity[row >> 3] ?? 0) | (1 << (row & 7));
  }
  return { schema, rows, nullCount, validity, values: encoded };
}

/** Present values in the layout of their type; strings with a dictionary where it pays. */
function encodeValues(type: ColumnType, values: readonly Scalar[], form: TextForm): PlainValues | DictionaryValues {
  switch (type) {
    case 'BOOLEAN':
      return { kind: 'boolean', values: Uint8Array.from(values, (value) => (value === true ? 1 : 0)) };
    case 'INTEGER':
      return { kind: 'int64', values: integers(values) };
    case 'FLOAT':
      return { kind: 'double', values: Float64Array.from(values, (value) => Number(value) || 0) };
    case 'DATE':
      return { kind: 'int32', values: Int32Array.from(values, (value) => parseDate(String(value)) ?? 0) };
    case 'DATETIME':
      return { kind: 'int64', values: integers(values.map((value) => millisOf(String(value)))) };
    case 'JSON':
      return plainTexts(values);
    default:
      return dictionary(values, form) ?? plainTexts(values);
  }
}

/** 64-bit integers, written as two halves: making a `bigint` of each number costs ten times as much. */
export function integers(values: ArrayLike<Scalar>): BigInt64Array {
  const result = new BigInt64Array(values.length);
  const halves = new Int32Array(result.buffer);
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value === 'number') {
      halves[2 * i] = value;
      halves[2 * i + 1] = Math.floor(value / 4_294_967_296);
    } else if (typeof value === 'bigint') result[i] = value;
  }
  return result;
}

function plainTexts(values: readonly Scalar[]): PlainValues {
  const texts = values.map(canonicalText);
  let room = 0;
  for (const text of texts) room += 4 + (text.length > LONG_TEXT ? utf8Length(text) : text.length * 3);
  const data = new Uint8Array(room);
  let at = 0;
  for (const text of texts) {
    const end = writeUtf8(text, data, at + 4);
    const length = end - at - 4;
    data[at] = length;
    data[at + 1] = length >> 8;
    data[at + 2] = length >> 16;
    data[at + 3] = length >> 24;
    at = end;
  }
  // Cut to size: the reader may keep the buffer.
  return { kind: 'bytes', data: data.slice(0, at), count: texts.length };
}

function dictionary(values: readonly Scalar[], form: TextForm): DictionaryValues | undefined {
  if (form.plain) return undefined;
  const known = new Map<string, number>();
  const indices = new Uint32Array(values.length);
  for (let i = 0; i < values.length; i++) {
    const text = canonicalText(values[i] ?? '');
    let index = known.get(text);
    if (index === undefined) {
      index = known.size;
      if (index >= DICTIONARY_LIMIT || (i >= DICTIONARY_TRIAL && index > DICTIONARY_TRIAL_DISTINCT && index * 2 > i)) {
        form.plain = true;
        return undefined;
      }
      known.set(text, index);
    }
    indices[i] = index;
  }
  // A few values that are all different gain nothing.
  if (known.size * 2 > values.length) {
    noteDropped(form, values.length);
    return undefined;
  }
  return { kind: 'dictionary', indices, dictionary: plainTexts([...known.keys()]) };
}
