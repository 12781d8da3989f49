/** BLAKE3 as its paper describes it, with no thought of speed: https://github.com/BLAKE3-team/BLAKE3-specs/blob/master/blake3.pdf */

const IV = [0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19] as const;
const PERMUTATION = [2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8] as const;
const [CHUNK_START, CHUNK_END, PARENT, ROOT] = [1, 2, 4, 8] as const;

function word(list: ArrayLike<number>, index: number): number {
  return list[index] ?? 0;
}

function compress(value: readonly number[], block: Buffer, counter: number, flags: number, length: number): number[] {
  let message = Array.from({ length: 16 }, (_, index) => block.readUInt32LE(index * 4));
  const state = Uint32Array.from([...value, ...IV.slice(0, 4), counter, 0, length, flags]);
  const turn = (at: number, other: number, bits: number): void => {
    const mixed = word(state, at) ^ word(state, other);
    state[at] = (mixed >>> bits) | (mixed << (32 - bits));
  };
  const half = (a: number, b: number, c: number, d: number, input: number, [first, second]: [number, number]): void => {
    state[a] = word(state, a) + word(state, b) + input;
    turn(d, a, first);
    state[c] = word(state, c) + word(state, d);
    turn(b, c, second);
  };
  for (let round = 0; round < 7; round++) {
    for (let mix = 0; mix < 8; mix++) {
      const turned = mix < 4 ? 0 : 1;
      const [a, b, c, d] = [
        mix % 4,
        4 + ((mix + turned) % 4),
        8 + ((mix + turned * 2) % 4),
        12 + ((mix + turned * 3) % 4),
      ] as const;
      half(a, b, c, d, word(message, mix * 2), [16, 12]);
      half(a, b, c, d, word(message, mix * 2 + 1), [8, 7]);
    }
    message = PERMUTATION.map((from) => word(message, from));
  }
  return value.map((_, index) => (word(state, index) ^ word(state, index + 8)) >>> 0);
}

function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc(64 - bytes.length)]);
}

function words(values: readonly number[]): Buffer {
  return Buffer.from(Uint32Array.from(values).buffer);
}

function chunk(bytes: Buffer, counter: number, root: number): number[] {
  let value: number[] = [...IV];
  const blocks = Math.max(1, Math.ceil(bytes.length / 64));
  for (let index = 0; index < blocks; index++) {
    const block = bytes.subarray(index * 64, index * 64 + 64);
    const isLast = index === blocks - 1;
    const flags = (index === 0 ? CHUNK_START : 0) | (isLast ? CHUNK_END | root : 0);
    value = compress(value, padded(block), counter, flags, block.length);
  }
  return value;
}

function tree(bytes: Buffer, counter: number, root: number): number[] {
  if (bytes.length <= 1024) return chunk(bytes, counter, root);
  const chunks = Math.ceil(bytes.length / 1024);
  const left = 2 ** Math.floor(Math.log2(chunks - 1));
  const children = [
    tree(bytes.subarray(0, left * 1024), counter, 0),
    tree(bytes.subarray(left * 1024), counter + left, 0),
  ];
  return compress([...IV], words(children.flat()), 0, PARENT | root, 64);
}

/** The hash of 32 bytes, without a key. */
export function blake3(bytes: Buffer): Buffer {
  return words(tree(bytes, 0, ROOT));
}
