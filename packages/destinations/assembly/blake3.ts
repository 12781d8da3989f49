// BLAKE3 (https://github.com/BLAKE3-team/BLAKE3-specs), 32 bytes, without a key; of four chunks at a time, one in each lane.

/** Bytes of a chunk, the leaf of the tree. */
export const CHUNK: usize = 1024;
const BLOCK: u32 = 64;
export const DIGEST: usize = 32;

const CHUNK_START: u32 = 1;
const CHUNK_END: u32 = 2;
const PARENT: u32 = 4;
const ROOT: u32 = 8;

const IV0: u32 = 0x6a09e667;
const IV1: u32 = 0xbb67ae85;
const IV2: u32 = 0x3c6ef372;
const IV3: u32 = 0xa54ff53a;
const IV4: u32 = 0x510e527f;
const IV5: u32 = 0x9b05688c;
const IV6: u32 = 0x1f83d9ab;
const IV7: u32 = 0x5be0cd19;

/** Words of the message by round, as offsets in `m`. */
const schedule: usize = memory.data<u8>([
  0, 16, 32, 48, 64, 80, 96, 112, 128, 144, 160, 176, 192, 208, 224, 240,
  32, 96, 48, 160, 112, 0, 64, 208, 16, 176, 192, 80, 144, 224, 240, 128,
  48, 64, 160, 192, 208, 32, 112, 224, 96, 80, 144, 0, 176, 240, 128, 16,
  160, 112, 192, 144, 224, 48, 208, 240, 64, 0, 176, 32, 80, 128, 16, 96,
  192, 208, 144, 176, 240, 160, 224, 128, 112, 32, 80, 48, 0, 16, 96, 64,
  144, 224, 176, 80, 128, 192, 240, 16, 208, 48, 0, 160, 32, 96, 64, 112,
  176, 240, 80, 0, 16, 144, 128, 96, 224, 160, 32, 192, 48, 64, 112, 208,
]);
/** The words of the message, and the state. */
const m: usize = memory.data(16 * 16, 16);
const h: usize = memory.data(8 * 16, 16);

/** What waits to be hashed, and where its hash goes. */
@unmanaged
class Job {
  from: usize;
  length: u32;
  /** Which chunk of its message it is. */
  counter: u32;
  flags: u32;
  /** Where the hash goes; 0: it is added to `sums`. */
  to: usize;
}

const JOB: usize = 20;
/** Jobs by their blocks, four of each at most: those of four go through the lanes together. The first queue is that of parents. */
const queues: usize = memory.data(17 * 4 * 20, 16);
const waiting: usize = memory.data(17 * 4, 16);
/** Messages of more than one chunk: where the hashes of their chunks are, how many, and where the whole's goes. */
const trees: usize = memory.data(12 * 1024, 16);
const MOST_TREES: u32 = 1024;
let treeCount: u32 = 0;

let sums: usize = 0;
let from0: usize = 0;
let from1: usize = 0;
let from2: usize = 0;
let from3: usize = 0;

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

/** Words of four blocks of 64 bytes: word by word, a lane each. */
// @ts-ignore: decorator
@inline
function gather(offset: usize): void {
  for (let at: usize = 0; at < 64; at += 16) {
    const x = v128.load(from0 + offset + at);
    const y = v128.load(from1 + offset + at);
    const z = v128.load(from2 + offset + at);
    const w = v128.load(from3 + offset + at);
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

/** What the compression function makes of the words, in `h`. */
function compress(counters: v128, lengths: v128, flags: v128): void {
  let v0 = v128.load(h);
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
  let v12 = counters;
  let v13 = i32x4.splat(0);
  let v14 = lengths;
  let v15 = flags;
  const end = schedule + 112;
  for (let s = schedule; s < end; s += 16) {
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
  v128.store(h, v128.xor(v0, v8));
  v128.store(h, v128.xor(v1, v9), 16);
  v128.store(h, v128.xor(v2, v10), 32);
  v128.store(h, v128.xor(v3, v11), 48);
  v128.store(h, v128.xor(v4, v12), 64);
  v128.store(h, v128.xor(v5, v13), 80);
  v128.store(h, v128.xor(v6, v14), 96);
  v128.store(h, v128.xor(v7, v15), 112);
}

// @ts-ignore: decorator
@inline
function four(a: u32, b: u32, c: u32, d: u32): v128 {
  return i32x4.replace_lane(i32x4.replace_lane(i32x4.replace_lane(i32x4.splat(a), 1, b), 2, c), 3, d);
}

// @ts-ignore: decorator
@inline
function jobAt(place: usize, index: usize): Job {
  return changetype<Job>(place + index * JOB);
}

/** Hashes the first `count` of four jobs of so many blocks; the lanes of the others do what the first does. */
function run(place: usize, count: u32, blocks: u32): void {
  const first = changetype<Job>(place);
  const second = jobAt(place, count > 1 ? 1 : 0);
  const third = jobAt(place, count > 2 ? 2 : 0);
  const fourth = jobAt(place, count > 3 ? 3 : 0);
  from0 = first.from;
  from1 = second.from;
  from2 = third.from;
  from3 = fourth.from;
  v128.store(h, i32x4.splat(IV0));
  v128.store(h, i32x4.splat(IV1), 16);
  v128.store(h, i32x4.splat(IV2), 32);
  v128.store(h, i32x4.splat(IV3), 48);
  v128.store(h, i32x4.splat(IV4), 64);
  v128.store(h, i32x4.splat(IV5), 80);
  v128.store(h, i32x4.splat(IV6), 96);
  v128.store(h, i32x4.splat(IV7), 112);
  const counters = four(first.counter, second.counter, third.counter, fourth.counter);
  const isParent = (first.flags & PARENT) !== 0;
  const last = blocks - 1;
  let start: u32 = isParent ? 0 : CHUNK_START;
  for (let block: u32 = 0; block < last; block++) {
    gather(block * BLOCK);
    compress(counters, i32x4.splat(BLOCK), i32x4.splat(start));
    start = 0;
  }
  gather(last * BLOCK);
  const before = last * BLOCK;
  const lengths = i32x4.sub(four(first.length, second.length, third.length, fourth.length), i32x4.splat(before));
  const end: u32 = start | (isParent ? 0 : CHUNK_END);
  compress(counters, lengths, v128.or(four(first.flags, second.flags, third.flags, fourth.flags), i32x4.splat(end)));
  for (let lane: usize = 0; lane < count; lane++) {
    const to = jobAt(place, lane).to;
    const from = h + (lane << 2);
    const place64 = to === 0 ? sums : to;
    for (let word: usize = 0; word < 4; word++) {
      const value = <u64>load<u32>(from + (word << 5)) | ((<u64>load<u32>(from + (word << 5), 16)) << 32);
      const at = place64 + (word << 3);
      store<u64>(at, to === 0 ? load<u64>(at) + value : value);
    }
  }
}

/** A chunk, or two hashes of a parent, behind which there are zeros up to the end of its block. */
function add(from: usize, length: u32, counter: u32, flags: u32, to: usize): void {
  const isParent = (flags & PARENT) !== 0;
  const blocks: u32 = max<u32>(1, (length + BLOCK - 1) / BLOCK);
  const queue: u32 = isParent ? 0 : blocks;
  const place = queues + <usize>queue * 4 * JOB;
  const count = load<u32>(waiting + (queue << 2));
  const job = jobAt(place, count);
  job.from = from;
  job.length = length;
  job.counter = counter;
  job.flags = flags;
  job.to = to;
  if (count === 3) {
    store<u32>(waiting + (queue << 2), 0);
    run(place, 4, blocks);
  } else {
    store<u32>(waiting + (queue << 2), count + 1);
  }
}

function finishQueue(queue: u32): void {
  const count = load<u32>(waiting + (queue << 2));
  if (count === 0) return;
  store<u32>(waiting + (queue << 2), 0);
  run(queues + <usize>queue * 4 * JOB, count, max<u32>(1, queue));
}

/** Hashes of pairs take the place of the hashes, until two are left; an odd one at the end goes on as it is. */
function finishTree(hashes: usize, count: u32, to: usize): void {
  while (count > 2) {
    const pairs = count >> 1;
    for (let pair: u32 = 0; pair < pairs; pair++) {
      add(hashes + <usize>pair * 2 * DIGEST, BLOCK, 0, PARENT, hashes + <usize>pair * DIGEST);
    }
    finishQueue(0);
    if ((count & 1) !== 0) {
      memory.copy(hashes + <usize>pairs * DIGEST, hashes + <usize>(count - 1) * DIGEST, DIGEST);
    }
    count = pairs + (count & 1);
  }
  add(hashes, BLOCK, 0, PARENT | ROOT, to);
}

/** Where the hashes go that are added up: four numbers of 64 bits. */
export function startSums(at: usize): void {
  sums = at;
}

/** Hashes whatever waits. Nothing that was given is looked at any more afterwards. */
export function finish(): void {
  for (let queue: u32 = 1; queue <= 16; queue++) finishQueue(queue);
  const end = trees + <usize>treeCount * 12;
  for (let tree = trees; tree < end; tree += 12) finishTree(load<u32>(tree), load<u32>(tree, 4), load<u32>(tree, 8));
  finishQueue(0);
  treeCount = 0;
}

/**
 * Hashes a message, at once or later: its hash goes to `to`, or is added to the sums where that is 0. Up to `finish` the message stays
 * where it is, but for what it has beyond its last whole chunk, which is at `rest`, with zeros up to the end of the block. At `hashes`
 * there is room for one hash a chunk, where there are more chunks than one.
 */
export function hashMessage(from: usize, length: usize, rest: usize, hashes: usize, to: usize): void {
  if (length <= CHUNK) {
    add(rest, <u32>length, 0, ROOT, to);
    return;
  }
  if (treeCount === MOST_TREES) finish();
  let counter: u32 = 0;
  for (; length > CHUNK; length -= CHUNK) {
    add(from, <u32>CHUNK, counter, 0, hashes + <usize>counter * DIGEST);
    from += CHUNK;
    counter++;
  }
  add(rest, <u32>length, counter, 0, hashes + <usize>counter * DIGEST);
  const tree = trees + <usize>treeCount * 12;
  store<u32>(tree, <u32>hashes);
  store<u32>(tree, counter + 1, 4);
  store<u32>(tree, <u32>to, 8);
  treeCount++;
}
