/** The contract in docs/delivery.md names a test for what it says: each must be there. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');
const text = await readFile(resolve(root, 'docs/delivery.md'), 'utf8');
const named = [...text.matchAll(/\[`([^`]+\.test\.ts)`: ([^\]]+)\]/g)].map(
  ([, file = '', name = '']) => [file, name] as const,
);

test('every promise and every limit names a test', () => {
  const promises = text.split('\n').filter((line) => /^(?:\d+\.|-) /.test(line));
  expect(promises.length).toBeGreaterThan(25);
  expect(promises.filter((line) => !/\[`[^`]+`: [^\]]+\]$/.test(line))).toEqual([]);
});

test.for(named)('%s has a test named: %s', async ([file, name]) => {
  const source = await readFile(resolve(root, file), 'utf8');
  const names = [...source.matchAll(/(?:test|describe)(?:\.\w+)*(?:\([^'"`]*\))?\(\s*(['"`])([\s\S]*?)\1/g)].map(
    (match) => match[2],
  );
  const strings = [...source.matchAll(/'((?:[^'\\\n]|\\.)*)'/g)].map((match) => match[1]);
  expect([...names, ...strings].filter((one) => one?.includes(name)).length).toBeGreaterThan(0);
});
