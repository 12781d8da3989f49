import { readFileSync } from 'node:fs';
import * as flatten from '@millrace/flatten';
import { expect, test } from 'vitest';

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test('the first example of the README runs and prints what it says', () => {
  const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(readme) ?? [];
  const [, output = ''] = /```text\n([\s\S]*?)```/.exec(readme) ?? [];
  const printed: unknown[] = [];
  const body = code.replace(/^import .*$/m, 'const { createFlattener, rows } = flatten;');
  // oxlint-disable-next-line no-new-func, no-implied-eval -- the README's own text
  new Function('flatten', 'console', body)(flatten, { log: (...args: unknown[]) => printed.push(...args) });
  const wanted = output.replaceAll(/^(digital_process\S*) /gm, '"$1", ').replaceAll(/\]\n"/g, '],\n"');
  // oxlint-disable-next-line no-new-func, no-implied-eval -- the README's own text
  expect(printed).toEqual(new Function(`return [${wanted}]`)());
});
