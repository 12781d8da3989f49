import type { WaitEvent } from '@millrace/http';
import { expect, test } from 'vitest';
import { sayWaits } from '../src/waiting.ts';
import { testIo } from './helpers.ts';

const wait = {
  reason: 'retry',
  ms: 3200,
  method: 'GET',
  url: 'https://acme.eu-1.celonis.cloud/log/api',
  attempt: 3,
} as const;

test.each<[name: string, wait: WaitEvent, line: string]>([
  ['an answer that is tried again', { ...wait, status: 503 }, 'acme.eu-1.celonis.cloud answered 503: attempt 3 in 4 s'],
  ['no answer', wait, 'acme.eu-1.celonis.cloud gave no answer: attempt 3 in 4 s'],
  [
    'a limit of requests',
    { ...wait, reason: 'limit', ms: 60_000 },
    'acme.eu-1.celonis.cloud takes no more requests for now: going on in 60 s',
  ],
])('at a terminal a line says of %s how long the wait is', (_, given, line) => {
  const io = testIo({}, '/', true);
  sayWaits(io)(given);
  expect(io.stderr.text).toBe(`\r\u001B[K${line}\n`);
});

test('nothing is said without a terminal, or of a short wait', () => {
  const [pipe, terminal] = [testIo(), testIo({}, '/', true)];
  sayWaits(pipe)(wait);
  sayWaits(terminal)({ ...wait, ms: 900 });
  expect(pipe.stderr.text + terminal.stderr.text).toBe('');
});

test('requests that wait together are told of once, until the wait is over', () => {
  const io = testIo({}, '/', true);
  let now = 0;
  const say = sayWaits(io, () => now);
  for (const at of [0, 10, 3100, 3300]) {
    now = at;
    say(wait);
  }
  expect(io.stderr.text.match(/attempt/g)).toHaveLength(2);
});
