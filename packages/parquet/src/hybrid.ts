/**
 * The hybrid of runs and bit-packed groups in which Parquet keeps definition levels and dictionary indices.
 * https://parquet.apache.org/docs/file-format/data-pages/encodings/#RLE
 */
import type { ByteWriter } from './byte-writer.ts';

/** Bits of an index into a dictionary of so many entries. */
export function indexWidth(entries: number): number {
  return Math.max(1, 32 - Math.clz32(entries - 1));
}

/** Writes values of up to 24 bits: runs where they pay, groups of eight between them. */
export function writeHybrid(out: ByteWriter, values: Uint32Array, count: number, width: number): void {
  // A run interrupts the groups and costs about five bytes of headers.
  const worthwhile = Math.max(8, Math.ceil(40 / width));
  let packed = 0;
  let at = 0;
  while (at < count) {
    const value = values[at] ?? 0;
    let end = at + 1;
    while (end < count && values[end] === value) end++;
    if (end - at >= worthwhile) {
      const start = at + ((packed - at) & 7);
      if (end - start >= worthwhile) {
        if (start > packed) writeGroups(out, values, packed, start, width);
        writeRun(out, value, end - start, width);
        packed = end;
      }
    }
    at = end;
  }
  if (count > packed) writeGroups(out, values, packed, count, width);
}

function writeRun(out: ByteWriter, value: number, length: number, width: number): void {
  out.varint(length * 2);
  for (let shift = 0; shift < width; shift += 8) out.byte((value >>> shift) & 255);
}

/** Bit-packs values, the last group filled up with zeros. */
function writeGroups(out: ByteWriter, values: Uint32Array, from: number, to: number, width: number): void {
  const groups = (to - from + 7) >> 3;
  out.varint(groups * 2 + 1);
  const size = groups * width;
  out.reserve(size);
  const { bytes } = out;
  const end = out.length + size;
  let next = out.length;
  let bits = 0;
  let held = 0;
  for (let index = from; index < to; index++) {
    bits |= (values[index] ?? 0) << held;
    held += width;
    while (held >= 8) {
      bytes[next++] = bits;
      bits >>>= 8;
      held -= 8;
    }
  }
  if (held > 0) bytes[next++] = bits;
  bytes.fill(0, next, end);
  out.length = end;
}

/** Levels of a flat nullable column, with their length before them: 1 where the row has a value. */
export function writeDefinitionLevels(out: ByteWriter, validity: Uint8Array | undefined, rows: number): void {
  out.uint32(0);
  const start = out.length;
  if (validity === undefined) writeRun(out, 1, rows, 1);
  else writeBitmap(out, validity, rows);
  out.view.setUint32(start - 4, out.length - start, true);
}

/** Bytes of equal bits before a run is shorter than the bitmap itself. */
const RUN_BYTES = 6;

function writeBitmap(out: ByteWriter, bits: Uint8Array, rows: number): void {
  const whole = rows >> 3;
  let packed = 0;
  let at = 0;
  while (at < whole) {
    const byte = bits[at];
    let end = at + 1;
    if (byte === 0 || byte === 255) {
      while (end < whole && bits[end] === byte) end++;
      if (end - at >= RUN_BYTES) {
        writeBits(out, bits, packed, at);
        writeRun(out, byte & 1, (end - at) * 8, 1);
        packed = end;
      }
    }
    at = end;
  }
  writeBits(out, bits, packed, (rows + 7) >> 3);
}

function writeBits(out: ByteWriter, bits: Uint8Array, from: number, to: number): void {
  if (from === to) return;
  out.varint((to - from) * 2 + 1);
  out.append(bits.subarray(from, to));
}
