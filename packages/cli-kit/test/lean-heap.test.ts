import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';

/** Size of the space for short-lived values, in MiB, after much garbage was made. */
function newSpaceAfterGarbage(call: string): number {
  const code = `
    import { getHeapSpaceStatistics } from 'node:v8';
    import { leanHeap } from ${JSON.stringify(new URL('../src/lean-heap.ts', import.meta.url).href)};
    const keepLean = leanHeap();
    let kept = [];
    for (let round = 0; round < 300; round++) {
      ${call};
      kept = Array.from({ length: 50_000 }, (_, value) => ({ value, round }));
    }
    const size = getHeapSpaceStatistics().find((each) => each.space_name === 'new_space').space_size;
    console.log(kept.length > 0 ? size / 1048576 : 0);`;
  return Number(execFileSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8' }));
}

test('the space for short-lived values stays small where it would have grown', () => {
  const left = newSpaceAfterGarbage('');
  const kept = newSpaceAfterGarbage('keepLean()');
  expect(left).toBeGreaterThan(kept);
  expect(kept).toBeLessThanOrEqual(16);
});
