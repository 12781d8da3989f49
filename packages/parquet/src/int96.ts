/**
 * INT96 timestamps: nanoseconds of the day in eight bytes, then the Julian day in four, both little-endian. Out of date and without an order
 * of its own, but what older writers and their readers agree on.
 * https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift
 */

/** Bytes of a value. */
export const INT96_BYTES = 12;

const DAY = 86_400_000;
const NANOS = 1_000_000;
const JULIAN_DAY_OF_1970 = 2_440_588;
const TWO_32 = 2 ** 32;
/** Beyond them a Julian day does not fit its four bytes. */
const MOST_DAYS = 2 ** 31 - 1 - JULIAN_DAY_OF_1970;

/**
 * Milliseconds since 1970, given as pairs of words with the low one first, as INT96.
 * @throws RangeError for a time some five million years away from 1970.
 */
export function int96FromMillis(words: Int32Array, count: number): Uint8Array {
  const bytes = new Uint8Array(count * INT96_BYTES);
  const view = new DataView(bytes.buffer);
  for (let index = 0; index < count; index++) {
    const millis = (words[index * 2 + 1] ?? 0) * TWO_32 + ((words[index * 2] ?? 0) >>> 0);
    const day = Math.floor(millis / DAY);
    if (Math.abs(day) > MOST_DAYS) {
      throw new RangeError(`a time of ${millis} ms since 1970 does not fit INT96: write timestamps as 'millis'`);
    }
    const nanos = (millis - day * DAY) * NANOS;
    const high = Math.floor(nanos / TWO_32);
    const at = index * INT96_BYTES;
    view.setUint32(at, nanos - high * TWO_32, true);
    view.setUint32(at + 4, high, true);
    view.setInt32(at + 8, day + JULIAN_DAY_OF_1970, true);
  }
  return bytes;
}
