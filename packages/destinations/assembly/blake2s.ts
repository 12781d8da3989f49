// BLAKE2s (RFC 7693), 32 bytes, without a key; of four pieces of memory at a time, one in each lane.

/** Words of the message by round, as offsets in `m`. */
const sigma: usize = memory.data<u8>([
  0, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240,
  224, 160, 64, 128, 144, 240, 208, 96, 16, 192, 0, 32, 176, 112, 80, 48,
  176, 128, 192, 0, 80, 32, 240, 208, 160, 224, 48, 96, 112, 16, 144, 64,
  112, 144, 48, 16, 208, 192, 176, 224, 32, 96, 80, 160, 64, 0, 240, 128,
  144, 0, 80, 112, 32, 64, 160, 240, 224, 16, 176, 192, 96, 128, 48, 208,
  32, 192, 96, 160, 0, 176, 128, 48, 64, 208, 112, 80, 240, 224, 16, 144,
  192, 80, 16, 240, 224, 208, 64, 160, 0, 112, 96, 48, 144, 32, 128, 176,
  208, 176, 112, 224, 192, 16, 48, 144, 80, 0, 240, 64, 128, 96, 32, 160,
  96, 240, 224, 144, 176, 48, 0, 128, 192, 32, 208, 112, 16, 64, 160, 80,
  160, 32, 128, 64, 112, 96, 16, 80, 240, 176, 144, 224, 48, 192, 208, 0,
]);
/** The words of the message, and the state. */
const m: usize = memory.data(16 * 16, 16);
const h: usize = memory.data(8 * 16, 16);

const IV0: u32 = 0x6a09e667;
const IV1: u32 = 0xbb67ae85;
const IV2: u32 = 0x3c6ef372;
const IV3: u32 = 0xa54ff53a;
const IV4: u32 = 0x510e527f;
const IV5: u32 = 0x9b05688c;
const IV6: u32 = 0x1f83d9ab;
const IV7: u32 = 0x5be0cd19;
/** Length of the hash, no key, a tree of one leaf. */
const PARAMETERS: u32 = 0x01010020;

// @ts-ignore: decorator
@inline
function rotate16(x: v128): v128 {
  return i8x16.shuffle(x, x, 2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9, 14, 15, 12, 13);
}

// @ts-ignore: decorator
@inline
function rotate12(x: v128): v128 {
  return v128.or(i32x4.shr_u(x, 12), i32x4.shl(x, 20));
}

// @ts-ignore: decorator
@inline
function rotate8(x: v128): v128 {
  return i8x16.shuffle(x, x, 1, 2, 3, 0, 5, 6, 7, 4, 9, 10, 11, 8, 13, 14, 15, 12);
}

// @ts-ignore: decorator
@inline
function rotate7(x: v128): v128 {
  return v128.or(i32x4.shr_u(x, 7), i32x4.shl(x, 25));
}

// @ts-ignore: decorator
@inline
function keep(at: usize, change: v128, active: v128): void {
  v128.store(at, v128.xor(v128.load(at), v128.and(change, active)));
}

/** Words of the four messages, from four places: word by word, a lane each. */
// @ts-ignore: decorator
@inline
function gather(a: usize, b: usize, c: usize, d: usize): void {
  for (let at: usize = 0; at < 64; at += 16) {
    const x = v128.load(a + at);
    const y = v128.load(b + at);
    const z = v128.load(c + at);
    const w = v128.load(d + at);
    const xy = i32x4.shuffle(x, y, 0, 4, 1, 5);
    const zw = i32x4.shuffle(z, w, 0, 4, 1, 5);
    const xyHigh = i32x4.shuffle(x, y, 2, 6, 3, 7);
    const zwHigh = i32x4.shuffle(z, w, 2, 6, 3, 7);
    const to = m + (at << 2);
    v128.store(to, i64x2.shuffle(xy, zw, 0, 2));
    v128.store(to, i64x2.shuffle(xy, zw, 1, 3), 16);
    v128.store(to, i64x2.shuffle(xyHigh, zwHigh, 0, 2), 32);
    v128.store(to, i64x2.shuffle(xyHigh, zwHigh, 1, 3), 48);
  }
}

function compress(count: v128, last: v128, active: v128): void {
  let v0 = v128.load(h, 0);
  let v1 = v128.load(h, 16);
  let v2 = v128.load(h, 32);
  let v3 = v128.load(h, 48);
  let v4 = v128.load(h, 64);
  let v5 = v128.load(h, 80);
  let v6 = v128.load(h, 96);
  let v7 = v128.load(h, 112);
  let v8 = i32x4.splat(IV0);
  let v9 = i32x4.splat(IV1);
  let v10 = i32x4.splat(IV2);
  let v11 = i32x4.splat(IV3);
  let v12 = v128.xor(i32x4.splat(IV4), count);
  let v13 = i32x4.splat(IV5);
  let v14 = v128.xor(i32x4.splat(IV6), last);
  let v15 = i32x4.splat(IV7);
  const end = sigma + 160;
  for (let s = sigma; s < end; s += 16) {
    v0 = i32x4.add(i32x4.add(v0, v4), v128.load(m + <usize>load<u8>(s, 0)));
    v12 = rotate16(v128.xor(v12, v0));
    v8 = i32x4.add(v8, v12);
    v4 = rotate12(v128.xor(v4, v8));
    v0 = i32x4.add(i32x4.add(v0, v4), v128.load(m + <usize>load<u8>(s, 1)));
    v12 = rotate8(v128.xor(v12, v0));
    v8 = i32x4.add(v8, v12);
    v4 = rotate7(v128.xor(v4, v8));
    v1 = i32x4.add(i32x4.add(v1, v5), v128.load(m + <usize>load<u8>(s, 2)));
    v13 = rotate16(v128.xor(v13, v1));
    v9 = i32x4.add(v9, v13);
    v5 = rotate12(v128.xor(v5, v9));
    v1 = i32x4.add(i32x4.add(v1, v5), v128.load(m + <usize>load<u8>(s, 3)));
    v13 = rotate8(v128.xor(v13, v1));
    v9 = i32x4.add(v9, v13);
    v5 = rotate7(v128.xor(v5, v9));
    v2 = i32x4.add(i32x4.add(v2, v6), v128.load(m + <usize>load<u8>(s, 4)));
    v14 = rotate16(v128.xor(v14, v2));
    v10 = i32x4.add(v10, v14);
    v6 = rotate12(v128.xor(v6, v10));
    v2 = i32x4.add(i32x4.add(v2, v6), v128.load(m + <usize>load<u8>(s, 5)));
    v14 = rotate8(v128.xor(v14, v2));
    v10 = i32x4.add(v10, v14);
    v6 = rotate7(v128.xor(v6, v10));
    v3 = i32x4.add(i32x4.add(v3, v7), v128.load(m + <usize>load<u8>(s, 6)));
    v15 = rotate16(v128.xor(v15, v3));
    v11 = i32x4.add(v11, v15);
    v7 = rotate12(v128.xor(v7, v11));
    v3 = i32x4.add(i32x4.add(v3, v7), v128.load(m + <usize>load<u8>(s, 7)));
    v15 = rotate8(v128.xor(v15, v3));
    v11 = i32x4.add(v11, v15);
    v7 = rotate7(v128.xor(v7, v11));
    v0 = i32x4.add(i32x4.add(v0, v5), v128.load(m + <usize>load<u8>(s, 8)));
    v15 = rotate16(v128.xor(v15, v0));
    v10 = i32x4.add(v10, v15);
    v5 = rotate12(v128.xor(v5, v10));
    v0 = i32x4.add(i32x4.add(v0, v5), v128.load(m + <usize>load<u8>(s, 9)));
    v15 = rotate8(v128.xor(v15, v0));
    v10 = i32x4.add(v10, v15);
    v5 = rotate7(v128.xor(v5, v10));
    v1 = i32x4.add(i32x4.add(v1, v6), v128.load(m + <usize>load<u8>(s, 10)));
    v12 = rotate16(v128.xor(v12, v1));
    v11 = i32x4.add(v11, v12);
    v6 = rotate12(v128.xor(v6, v11));
    v1 = i32x4.add(i32x4.add(v1, v6), v128.load(m + <usize>load<u8>(s, 11)));
    v12 = rotate8(v128.xor(v12, v1));
    v11 = i32x4.add(v11, v12);
    v6 = rotate7(v128.xor(v6, v11));
    v2 = i32x4.add(i32x4.add(v2, v7), v128.load(m + <usize>load<u8>(s, 12)));
    v13 = rotate16(v128.xor(v13, v2));
    v8 = i32x4.add(v8, v13);
    v7 = rotate12(v128.xor(v7, v8));
    v2 = i32x4.add(i32x4.add(v2, v7), v128.load(m + <usize>load<u8>(s, 13)));
    v13 = rotate8(v128.xor(v13, v2));
    v8 = i32x4.add(v8, v13);
    v7 = rotate7(v128.xor(v7, v8));
    v3 = i32x4.add(i32x4.add(v3, v4), v128.load(m + <usize>load<u8>(s, 14)));
    v14 = rotate16(v128.xor(v14, v3));
    v9 = i32x4.add(v9, v14);
    v4 = rotate12(v128.xor(v4, v9));
    v3 = i32x4.add(i32x4.add(v3, v4), v128.load(m + <usize>load<u8>(s, 15)));
    v14 = rotate8(v128.xor(v14, v3));
    v9 = i32x4.add(v9, v14);
    v4 = rotate7(v128.xor(v4, v9));
  }
  keep(h + 0, v128.xor(v0, v8), active);
  keep(h + 16, v128.xor(v1, v9), active);
  keep(h + 32, v128.xor(v2, v10), active);
  keep(h + 48, v128.xor(v3, v11), active);
  keep(h + 64, v128.xor(v4, v12), active);
  keep(h + 80, v128.xor(v5, v13), active);
  keep(h + 96, v128.xor(v6, v14), active);
  keep(h + 112, v128.xor(v7, v15), active);
}

/** Blocks of a message; none for one that is left out. */
// @ts-ignore: decorator
@inline
function blocksOf(length: i32): i32 {
  return length < 0 ? 0 : length === 0 ? 1 : (length + 63) >> 6;
}

/**
 * Adds the hashes of up to four messages to the four 64-bit numbers at `sums`. `room` bytes are between the beginning of one and the
 * next; `lengths`, four 32-bit numbers, are negative where there is none. The 64 bytes after a message are overwritten.
 */
export function addHashes(data: usize, room: usize, lengths: usize, sums: usize): void {
  v128.store(h, i32x4.splat(IV0 ^ PARAMETERS));
  v128.store(h, i32x4.splat(IV1), 16);
  v128.store(h, i32x4.splat(IV2), 32);
  v128.store(h, i32x4.splat(IV3), 48);
  v128.store(h, i32x4.splat(IV4), 64);
  v128.store(h, i32x4.splat(IV5), 80);
  v128.store(h, i32x4.splat(IV6), 96);
  v128.store(h, i32x4.splat(IV7), 112);
  let most = 0;
  let blocks = i32x4.splat(0);
  for (let lane: usize = 0; lane < 4; lane++) {
    const length = load<i32>(lengths + (lane << 2));
    if (length >= 0) memory.fill(data + lane * room + length, 0, 64);
    most = max(most, blocksOf(length));
  }
  blocks = i32x4.replace_lane(blocks, 0, blocksOf(load<i32>(lengths)));
  blocks = i32x4.replace_lane(blocks, 1, blocksOf(load<i32>(lengths, 4)));
  blocks = i32x4.replace_lane(blocks, 2, blocksOf(load<i32>(lengths, 8)));
  blocks = i32x4.replace_lane(blocks, 3, blocksOf(load<i32>(lengths, 12)));
  const sizes = v128.load(lengths);
  for (let block = 0; block < most; block++) {
    const at = data + (<usize>block << 6);
    gather(at, at + room, at + room * 2, at + room * 3);
    const last = i32x4.eq(blocks, i32x4.splat(block + 1));
    const count = v128.bitselect(sizes, i32x4.splat((block + 1) << 6), last);
    compress(count, last, i32x4.gt_s(blocks, i32x4.splat(block)));
  }
  for (let lane: usize = 0; lane < 4; lane++) {
    if (load<i32>(lengths + (lane << 2)) < 0) continue;
    const at = h + (lane << 2);
    for (let sum: usize = 0; sum < 4; sum++) {
      const low = <u64>load<u32>(at + (sum << 5));
      const high = <u64>load<u32>(at + (sum << 5), 16);
      store<u64>(sums + (sum << 3), load<u64>(sums + (sum << 3)) + (low | (high << 32)));
    }
  }
}
