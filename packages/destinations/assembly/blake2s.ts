// BLAKE2s (RFC 7693), 32 bytes, without a key.

/** Words of the message by round, as offsets in bytes. */
const sigma: usize = memory.data<u8>([
  0, 4, 8, 12, 16, 20, 24, 28, 32, 36, 40, 44, 48, 52, 56, 60,
  56, 40, 16, 32, 36, 60, 52, 24, 4, 48, 0, 8, 44, 28, 20, 12,
  44, 32, 48, 0, 20, 8, 60, 52, 40, 56, 12, 24, 28, 4, 36, 16,
  28, 36, 12, 4, 52, 48, 44, 56, 8, 24, 20, 40, 16, 0, 60, 32,
  36, 0, 20, 28, 8, 16, 40, 60, 56, 4, 44, 48, 24, 32, 12, 52,
  8, 48, 24, 40, 0, 44, 32, 12, 16, 52, 28, 20, 60, 56, 4, 36,
  48, 20, 4, 60, 56, 52, 16, 40, 0, 28, 24, 12, 36, 8, 32, 44,
  52, 44, 28, 56, 48, 4, 12, 36, 20, 0, 60, 16, 32, 24, 8, 40,
  24, 60, 56, 36, 44, 12, 0, 32, 48, 8, 52, 28, 4, 16, 40, 20,
  40, 8, 32, 16, 28, 24, 4, 20, 60, 44, 36, 56, 12, 48, 52, 0,
]);

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

let h0: u32 = 0;
let h1: u32 = 0;
let h2: u32 = 0;
let h3: u32 = 0;
let h4: u32 = 0;
let h5: u32 = 0;
let h6: u32 = 0;
let h7: u32 = 0;

function compress(m: usize, count: u32, last: u32): void {
  let v0 = h0;
  let v1 = h1;
  let v2 = h2;
  let v3 = h3;
  let v4 = h4;
  let v5 = h5;
  let v6 = h6;
  let v7 = h7;
  let v8 = IV0;
  let v9 = IV1;
  let v10 = IV2;
  let v11 = IV3;
  let v12 = IV4 ^ count;
  let v13 = IV5;
  let v14 = IV6 ^ last;
  let v15 = IV7;
  const end = sigma + 160;
  for (let s = sigma; s < end; s += 16) {
    v0 += v4 + load<u32>(m + load<u8>(s, 0));
    v12 = rotr(v12 ^ v0, 16);
    v8 += v12;
    v4 = rotr(v4 ^ v8, 12);
    v0 += v4 + load<u32>(m + load<u8>(s, 1));
    v12 = rotr(v12 ^ v0, 8);
    v8 += v12;
    v4 = rotr(v4 ^ v8, 7);
    v1 += v5 + load<u32>(m + load<u8>(s, 2));
    v13 = rotr(v13 ^ v1, 16);
    v9 += v13;
    v5 = rotr(v5 ^ v9, 12);
    v1 += v5 + load<u32>(m + load<u8>(s, 3));
    v13 = rotr(v13 ^ v1, 8);
    v9 += v13;
    v5 = rotr(v5 ^ v9, 7);
    v2 += v6 + load<u32>(m + load<u8>(s, 4));
    v14 = rotr(v14 ^ v2, 16);
    v10 += v14;
    v6 = rotr(v6 ^ v10, 12);
    v2 += v6 + load<u32>(m + load<u8>(s, 5));
    v14 = rotr(v14 ^ v2, 8);
    v10 += v14;
    v6 = rotr(v6 ^ v10, 7);
    v3 += v7 + load<u32>(m + load<u8>(s, 6));
    v15 = rotr(v15 ^ v3, 16);
    v11 += v15;
    v7 = rotr(v7 ^ v11, 12);
    v3 += v7 + load<u32>(m + load<u8>(s, 7));
    v15 = rotr(v15 ^ v3, 8);
    v11 += v15;
    v7 = rotr(v7 ^ v11, 7);
    v0 += v5 + load<u32>(m + load<u8>(s, 8));
    v15 = rotr(v15 ^ v0, 16);
    v10 += v15;
    v5 = rotr(v5 ^ v10, 12);
    v0 += v5 + load<u32>(m + load<u8>(s, 9));
    v15 = rotr(v15 ^ v0, 8);
    v10 += v15;
    v5 = rotr(v5 ^ v10, 7);
    v1 += v6 + load<u32>(m + load<u8>(s, 10));
    v12 = rotr(v12 ^ v1, 16);
    v11 += v12;
    v6 = rotr(v6 ^ v11, 12);
    v1 += v6 + load<u32>(m + load<u8>(s, 11));
    v12 = rotr(v12 ^ v1, 8);
    v11 += v12;
    v6 = rotr(v6 ^ v11, 7);
    v2 += v7 + load<u32>(m + load<u8>(s, 12));
    v13 = rotr(v13 ^ v2, 16);
    v8 += v13;
    v7 = rotr(v7 ^ v8, 12);
    v2 += v7 + load<u32>(m + load<u8>(s, 13));
    v13 = rotr(v13 ^ v2, 8);
    v8 += v13;
    v7 = rotr(v7 ^ v8, 7);
    v3 += v4 + load<u32>(m + load<u8>(s, 14));
    v14 = rotr(v14 ^ v3, 16);
    v9 += v14;
    v4 = rotr(v4 ^ v9, 12);
    v3 += v4 + load<u32>(m + load<u8>(s, 15));
    v14 = rotr(v14 ^ v3, 8);
    v9 += v14;
    v4 = rotr(v4 ^ v9, 7);
  }
  h0 ^= v0 ^ v8;
  h1 ^= v1 ^ v9;
  h2 ^= v2 ^ v10;
  h3 ^= v3 ^ v11;
  h4 ^= v4 ^ v12;
  h5 ^= v5 ^ v13;
  h6 ^= v6 ^ v14;
  h7 ^= v7 ^ v15;
}

/** Adds the hash of `length` bytes at `data` to the four 64-bit numbers at `sums`. The 64 bytes after the data are overwritten. */
export function addHash(data: usize, length: u32, sums: usize): void {
  h0 = IV0 ^ PARAMETERS;
  h1 = IV1;
  h2 = IV2;
  h3 = IV3;
  h4 = IV4;
  h5 = IV5;
  h6 = IV6;
  h7 = IV7;
  memory.fill(data + length, 0, 64);
  let at: u32 = 0;
  for (; at + 64 < length; at += 64) compress(data + at, at + 64, 0);
  compress(data + at, length, 0xffffffff);
  store<u64>(sums, load<u64>(sums) + (<u64>h0 | (<u64>h1 << 32)));
  store<u64>(sums, load<u64>(sums, 8) + (<u64>h2 | (<u64>h3 << 32)), 8);
  store<u64>(sums, load<u64>(sums, 16) + (<u64>h4 | (<u64>h5 << 32)), 16);
  store<u64>(sums, load<u64>(sums, 24) + (<u64>h6 | (<u64>h7 << 32)), 24);
}
