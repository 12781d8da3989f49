/** UTF-8 in and out. */
import { EncodingError, type ErrorPlace, PageSizeError } from './errors.ts';

const encoder = /* @__PURE__ */ new TextEncoder();
const fatalDecoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const plainDecoder = /* @__PURE__ */ new TextDecoder('utf-8', { ignoreBOM: true });

/** Strings longer than this are left to the platform's encoder. */
const SHORT = 96;

/**
 * Text of UTF-8 bytes, a byte order mark included.
 * @param pathAtEnd finds where valid bytes before a broken one lead
 * @throws EncodingError naming the first byte that is not UTF-8; PageSizeError
 */
export function decodeUtf8(
  bytes: Uint8Array,
  place: ErrorPlace = {},
  pathAtEnd?: (valid: Uint8Array) => ErrorPlace['path'],
): string {
  try {
    return fatalDecoder.decode(bytes);
  } catch (cause) {
    const byteOffset = firstInvalidByte(bytes);
    if (byteOffset === undefined) throw new PageSizeError(bytes.length, place, { cause });
    const path = pathAtEnd?.(bytes.subarray(0, byteOffset));
    throw new EncodingError('The page is not valid UTF-8; send it as UTF-8, or decode it before it is pushed', {
      ...place,
      ...(path === undefined ? {} : { path }),
      byteOffset,
    });
  }
}

/** Text of bytes that this package encoded itself. */
export function decodeOwn(bytes: Uint8Array): string {
  return plainDecoder.decode(bytes);
}

/** UTF-8 of a string. A lone surrogate becomes U+FFFD, since UTF-8 has no way to write one. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

let scratch = new Uint8Array(0);
const SCRATCH_LIMIT = 1 << 20;

/** UTF-8 of a string in a buffer that the next call overwrites. */
export function encodeScratch(text: string): Uint8Array {
  const room = text.length * 3;
  if (room > SCRATCH_LIMIT) return encoder.encode(text);
  if (scratch.length < room) scratch = new Uint8Array(Math.max(room, 4096));
  return scratch.subarray(0, encoder.encodeInto(text, scratch).written);
}

/** Length in UTF-8 bytes. */
export function utf8Length(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (unit >= 0xd800 && unit <= 0xdbff && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00) {
      bytes += 2;
      i++;
    } else bytes += 2;
  }
  return bytes;
}

/** Writes a string at an offset and gives the offset after it. The target must have three bytes of room for each UTF-16 unit. */
export function writeUtf8(text: string, target: Uint8Array, offset: number): number {
  const length = text.length;
  if (length <= SHORT) {
    let i = 0;
    for (; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit > 0x7f) break;
      target[offset + i] = unit;
    }
    if (i === length) return offset + length;
  }
  return offset + encoder.encodeInto(text, target.subarray(offset)).written;
}

/** Offset of the first byte that breaks UTF-8 (the start of the broken sequence); `undefined` when there is none. */
function firstInvalidByte(bytes: Uint8Array): number | undefined {
  let i = 0;
  while (i < bytes.length) {
    const lead = bytes[i] ?? 0;
    if (lead < 0x80) {
      i++;
      continue;
    }
    const size = sequenceSize(lead);
    if (size === 0 || !continues(bytes, i, size, lead)) return i;
    i += size;
  }
  return undefined;
}

function sequenceSize(lead: number): number {
  if (lead >= 0xc2 && lead <= 0xdf) return 2;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  return 0;
}

function continues(bytes: Uint8Array, start: number, size: number, lead: number): boolean {
  const second = bytes[start + 1] ?? 0;
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return false;
  for (let k = 2; k < size; k++) if (((bytes[start + k] ?? 0) & 0xc0) !== 0x80) return false;
  return true;
}
