// Snappy, the block format: https://github.com/google/snappy/blob/main/format_description.txt
import { copy, varint } from './bytes';

/** Matches are looked for within blocks of this size, so that every distance fits 16 bits. */
const BLOCK: usize = 1 << 16;
/** Bits of a hash: the table grows with the input, from 256 to 16,384 places. */
const LEAST_HASH_BITS: u32 = 8;
const MOST_HASH_BITS: u32 = 14;
/** Matching stops so many bytes before a block's end: the rest is not worth it. */
const MARGIN: usize = 15;
/** Hash of four bytes to their last place, counted from the start of the block. */
const table: usize = memory.data(32_768, 16);

let shift: u32 = 0;

/** Compresses bytes. Gives the end, at most length + length / 6 + 32 further. */
export function writeSnappy(to: usize, from: usize, length: usize): usize {
  to = varint(to, length);
  const bits = max<u32>(LEAST_HASH_BITS, min<u32>(MOST_HASH_BITS, 32 - clz<u32>(<u32>length)));
  shift = 32 - bits;
  while (length > 0) {
    const size = min<usize>(length, BLOCK);
    memory.fill(table, 0, (<usize>2) << bits);
    to = writeBlock(to, from, size);
    from += size;
    length -= size;
  }
  return to;
}

// @ts-ignore: decorator
@inline
function placeOf(word: u32): usize {
  return table + ((<usize>((word * 0x1e35a7bd) >> shift)) << 1);
}

function writeBlock(to: usize, start: usize, size: usize): usize {
  const end = start + size;
  const limit = end - MARGIN;
  let literal = start;
  let at = start + 1;
  while (size > MARGIN) {
    // The longer nothing matches, the larger the steps: what cannot be compressed costs little.
    let misses: usize = 32;
    let found: usize = 0;
    while (at <= limit) {
      const word = load<u32>(at);
      const place = placeOf(word);
      const candidate = start + load<u16>(place);
      store<u16>(place, <u16>(at - start));
      if (load<u32>(candidate) === word) {
        found = candidate;
        break;
      }
      at += misses++ >> 5;
    }
    if (found === 0) break;
    to = writeLiteral(to, literal, at - literal);
    // The match, and those that follow on its heels.
    while (true) {
      const after = matchEnd(found, at, end);
      to = writeCopy(to, at - found, after - at);
      at = after;
      literal = at;
      if (at > limit) break;
      store<u16>(placeOf(load<u32>(at - 1)), <u16>(at - 1 - start));
      const word = load<u32>(at);
      const place = placeOf(word);
      found = start + load<u16>(place);
      store<u16>(place, <u16>(at - start));
      if (load<u32>(found) !== word) break;
    }
    if (at > limit) break;
    at++;
  }
  return literal < end ? writeLiteral(to, literal, end - literal) : to;
}

/** The end of the longest match; four bytes are known to be equal. */
// @ts-ignore: decorator
@inline
function matchEnd(found: usize, at: usize, end: usize): usize {
  found += 4;
  at += 4;
  while (at + 8 <= end) {
    const different = load<u64>(found) ^ load<u64>(at);
    if (different !== 0) return at + <usize>(ctz<u64>(different) >> 3);
    found += 8;
    at += 8;
  }
  while (at < end && load<u8>(found) === load<u8>(at)) {
    found++;
    at++;
  }
  return at;
}

// @ts-ignore: decorator
@inline
function writeLiteral(to: usize, from: usize, length: usize): usize {
  if (length <= 60) {
    store<u8>(to++, <u8>((length - 1) << 2));
  } else if (length <= 256) {
    store<u8>(to, 60 << 2);
    store<u8>(to, <u8>(length - 1), 1);
    to += 2;
  } else {
    store<u8>(to, 61 << 2);
    store<u16>(to, <u16>(length - 1), 1);
    to += 3;
  }
  copy(to, from, length);
  return to + length;
}

// @ts-ignore: decorator
@inline
function writeCopy(to: usize, distance: usize, length: usize): usize {
  // The last copy must be of four bytes at least.
  for (; length >= 68; length -= 64) to = writeFarCopy(to, distance, 64);
  if (length > 64) {
    to = writeFarCopy(to, distance, 60);
    length -= 60;
  }
  if (length >= 12 || distance >= 2048) return writeFarCopy(to, distance, length);
  store<u8>(to, <u8>(((distance >> 8) << 5) | ((length - 4) << 2) | 1));
  store<u8>(to, <u8>distance, 1);
  return to + 2;
}

// @ts-ignore: decorator
@inline
function writeFarCopy(to: usize, distance: usize, length: usize): usize {
  store<u8>(to, <u8>(((length - 1) << 2) | 2));
  store<u16>(to, <u16>distance, 1);
  return to + 3;
}
