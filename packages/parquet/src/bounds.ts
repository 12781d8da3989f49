/** Smallest and largest value of a column chunk, as the bytes that a Parquet file keeps of them. */

/** The least and the greatest. */
export interface Bounds {
  readonly min: Uint8Array;
  readonly max: Uint8Array;
}

/** Longer strings are no bounds: they would swell the footer. */
const LONGEST = 64;

/** Of byte strings in PLAIN layout, ordered byte by byte as UTF-8 is by code points. */
export function bytesBounds(page: Uint8Array): Bounds | undefined {
  if (page.length === 0) return undefined;
  const view = new DataView(page.buffer, page.byteOffset, page.byteLength);
  let min = 0;
  let max = 0;
  let minPrefix = prefix(view, 0);
  let maxPrefix = minPrefix;
  for (let at = 4 + view.getUint32(0, true); at < page.length; at += 4 + view.getUint32(at, true)) {
    const start = prefix(view, at);
    if (start <= minPrefix && compareBytes(view, at, min) < 0) {
      min = at;
      minPrefix = start;
    } else if (start >= maxPrefix && compareBytes(view, at, max) > 0) {
      max = at;
      maxPrefix = start;
    }
  }
  if (view.getUint32(min, true) > LONGEST || view.getUint32(max, true) > LONGEST) return undefined;
  const bytesAt = (at: number): Uint8Array => page.slice(at + 4, at + 4 + view.getUint32(at, true));
  return { min: bytesAt(min), max: bytesAt(max) };
}

/** The first four bytes, filled up with zeros: their order is the values', as far as it goes. */
function prefix(view: DataView, at: number): number {
  const length = view.getUint32(at, true);
  if (length >= 4) return view.getUint32(at + 4, false);
  let bytes = 0;
  for (let index = 0; index < 4; index++) bytes = bytes * 256 + (index < length ? view.getUint8(at + 4 + index) : 0);
  return bytes;
}

function compareBytes(view: DataView, left: number, right: number): number {
  const leftLength = view.getUint32(left, true);
  const rightLength = view.getUint32(right, true);
  const length = Math.min(leftLength, rightLength);
  for (let at = 4; at < 4 + length; at++) {
    const different = view.getUint8(left + at) - view.getUint8(right + at);
    if (different !== 0) return different;
  }
  return leftLength - rightLength;
}

/** Of signed 64-bit integers given as pairs of words, the low one first. */
export function int64Bounds(words: Int32Array, count: number): Bounds | undefined {
  if (count === 0) return undefined;
  let minLow = (words[0] ?? 0) >>> 0;
  let minHigh = words[1] ?? 0;
  let maxLow = minLow;
  let maxHigh = minHigh;
  for (let at = 2; at < count * 2; at += 2) {
    const low = (words[at] ?? 0) >>> 0;
    const high = words[at + 1] ?? 0;
    if (high < minHigh || (high === minHigh && low < minLow)) {
      minLow = low;
      minHigh = high;
    } else if (high > maxHigh || (high === maxHigh && low > maxLow)) {
      maxLow = low;
      maxHigh = high;
    }
  }
  return { min: wordBytes(minLow, minHigh), max: wordBytes(maxLow, maxHigh) };
}

/** Of signed 32-bit integers. */
export function int32Bounds(values: Int32Array, count: number): Bounds | undefined {
  if (count === 0) return undefined;
  let min = values[0] ?? 0;
  let max = min;
  for (let at = 1; at < count; at++) {
    const value = values[at] ?? 0;
    if (value < min) min = value;
    else if (value > max) max = value;
  }
  return { min: wordBytes(min), max: wordBytes(max) };
}

/** Of doubles. None when there is a NaN, which has no place in an order. */
export function doubleBounds(values: Float64Array, count: number): Bounds | undefined {
  if (count === 0) return undefined;
  let min = Infinity;
  let max = -Infinity;
  for (let at = 0; at < count; at++) {
    const value = values[at] ?? 0;
    if (value < min) min = value;
    if (value > max) max = value;
    if (Number.isNaN(value)) return undefined;
  }
  // Zeros are equal here and not in every reader: the bounds take in both.
  return { min: doubleBytes(min === 0 ? -0 : min), max: doubleBytes(max === 0 ? 0 : max) };
}

/** Of booleans, one byte each. */
export function booleanBounds(values: Uint8Array): Bounds | undefined {
  if (values.length === 0) return undefined;
  return { min: Uint8Array.of(values.includes(0) ? 0 : 1), max: Uint8Array.of(values.includes(1) ? 1 : 0) };
}

function wordBytes(...words: number[]): Uint8Array {
  const bytes = new Uint8Array(words.length * 4);
  const view = new DataView(bytes.buffer);
  for (const [index, word] of words.entries()) view.setInt32(index * 4, word, true);
  return bytes;
}

function doubleBytes(value: number): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setFloat64(0, value, true);
  return bytes;
}
