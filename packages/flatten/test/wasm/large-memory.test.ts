import { expect, test } from 'vitest';
import { createKernel, offsetOf } from '../../src/wasm/instance.ts';
import { writeScratch } from '../../src/wasm/kernel-column.ts';

function unexpected(): never {
  throw new Error('The kernel asked something of its host');
}

test('what lies beyond 2 GiB of the memory is found', () => {
  const kernel = createKernel({
    fetch: unexpected,
    addContent: unexpected,
    addDocument: unexpected,
    memberValue: unexpected,
    newKid: unexpected,
    newColumn: unexpected,
    newObject: unexpected,
    newArray: unexpected,
    toDouble: unexpected,
    toText: unexpected,
    toJson: unexpected,
    toDateTime: unexpected,
    leave: unexpected,
  });
  kernel.start(1n, 32);
  // Room that is never touched takes no memory of the machine.
  kernel.allocate(2 ** 30);
  kernel.allocate(2 ** 30);
  expect(writeScratch(kernel, 'ä1')).toBe(3);
  const at = offsetOf(kernel.scratch(0));
  expect(at).toBeGreaterThan(2 ** 31);
  expect(new Uint8Array(kernel.memory.buffer, at, 3)).toEqual(Uint8Array.of(0xc3, 0xa4, 0x31));
});
