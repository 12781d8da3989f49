// Bytes: varints, copies, comparisons; and where results go that are more than one number.

/** What a call gives beside its own result: see the exports of `kernel.ts`. */
export const results: usize = memory.data(16, 8);

/** Unsigned LEB128; gives what follows. */
export function varint(to: usize, value: u64): usize {
  while (value > 127) {
    store<u8>(to++, <u8>(value | 128));
    value >>= 7;
  }
  store<u8>(to, <u8>value);
  return to + 1;
}

/** Zigzag LEB128; gives what follows. */
export function zigzag(to: usize, value: i64): usize {
  return varint(to, <u64>((value << 1) ^ (value >> 63)));
}

/** Copies bytes in steps of sixteen, a few too many at the end. */
// @ts-ignore: decorator
@inline
export function copy(to: usize, from: usize, length: usize): void {
  if (length > 256) {
    memory.copy(to, from, length);
    return;
  }
  for (let at: usize = 0; at < length; at += 16) {
    store<u64>(to + at, load<u64>(from + at));
    store<u64>(to + at, load<u64>(from + at, 8), 8);
  }
}

/** The first `length` (less than eight) bytes of a word, the others zero. */
// @ts-ignore: decorator
@inline
export function firstBytes(word: u64, length: usize): u64 {
  return word & (((<u64>1) << (length << 3)) - 1);
}

/** Whether so many bytes are equal. */
export function equal(left: usize, right: usize, length: usize): bool {
  while (length >= 8) {
    if (load<u64>(left) !== load<u64>(right)) return false;
    left += 8;
    right += 8;
    length -= 8;
  }
  return firstBytes(load<u64>(left) ^ load<u64>(right), length) === 0;
}

/** A number made of all bytes, whose lower half is evenly spread. */
export function hash(from: usize, length: usize): u64 {
  let mixed: u64 = length;
  while (length >= 8) {
    mixed = mix(mixed ^ load<u64>(from));
    from += 8;
    length -= 8;
  }
  return mix(mixed ^ firstBytes(load<u64>(from), length));
}

/** Spreads every bit over the upper half, and folds that down. */
// @ts-ignore: decorator
@inline
export function mix(word: u64): u64 {
  const product = word * 0x9e3779b97f4a7c15;
  return product ^ (product >> 32);
}
