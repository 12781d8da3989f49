import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { diagram, rows } from './readme-example.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

test('the example in the README is the file that is compiled and run here', () => {
  const [, example] = /```ts\n(.*?)```/s.exec(read('../README.md')) ?? [];
  expect(example).toBe(read('./readme-example.ts'));
});

test('the example gives what it says', () => {
  expect(rows).toEqual([['C1', 'order.created', 'A']]);
  expect(diagram).toMatch(/^erDiagram/);
});
