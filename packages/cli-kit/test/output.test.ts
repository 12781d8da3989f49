import { expect, test } from 'vitest';
import { createProgress, printJson, renderTable } from '../src/index.ts';
import { testIo } from './helpers.ts';

test('a table lines numbers up on the right and text on the left', () => {
  expect(
    renderTable(
      ['table', 'rows'],
      [
        ['audit_log', 50_000],
        ['members', 200],
      ],
    ),
  ).toBe(['table        rows', '─────────  ──────', 'audit_log  50,000', 'members       200', ''].join('\n'));
});

test('integers beyond 2^53 are printed exactly in JSON', () => {
  const io = testIo();
  printJson(io, { n: 9_007_199_254_740_993n });
  expect(io.stdout.text).toBe('{\n  "n": 9007199254740993\n}\n');
});

test('progress writes nothing where no terminal is', () => {
  const io = testIo();
  createProgress(io).report({ what: 'audit_log', done: 5, total: 10, unit: 'events' });
  expect(io.stderr.text).toBe('');
});

test('progress on a terminal says how far, how fast and how long', () => {
  const io = testIo({}, '/', true);
  let now = 1000;
  const progress = createProgress(io, () => now);
  progress.report({ what: 'audit_log', done: 0, total: 1000, unit: 'events' });
  now += 1000;
  progress.report({ what: 'audit_log', done: 250, total: 1000, unit: 'events' });
  expect(io.stderr.text.split('\r\u001B[K').at(-1)).toBe('audit_log: 250 of 1,000 events, 250/s, 3 s left');
});
