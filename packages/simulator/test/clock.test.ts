import { expect, test } from 'vitest';
import { VirtualClock } from '../src/index.ts';

test('a frozen clock moves only when it is moved', () => {
  const clock = new VirtualClock('2026-06-01T12:00:00.000Z');
  clock.advance(1500);
  expect(clock.now().toISOString()).toBe('2026-06-01T12:00:01.500Z');
  clock.advance(-500);
  expect(clock.now().toISOString()).toBe('2026-06-01T12:00:01.000Z');
  clock.set('2024-02-29T00:00:00Z');
  expect(clock.milliseconds()).toBe(Date.UTC(2024, 1, 29));
});

test('a ticking clock goes on by itself and can be moved as well', async () => {
  const clock = new VirtualClock('2026-06-01T12:00:00.000Z', 'ticking');
  const start = clock.milliseconds();
  while (clock.milliseconds() === start) await new Promise((resolve) => setImmediate(resolve));
  clock.set('2020-01-01T00:00:00.000Z');
  expect(clock.now().getUTCFullYear()).toBe(2020);
  clock.advance(366 * 86_400_000);
  expect(clock.now().getUTCFullYear()).toBe(2021);
});

test.each(['', 'tomorrow', '2026-13-01T00:00:00Z'])('%j is no point in time', (text) => {
  expect(() => new VirtualClock(text)).toThrow(RangeError);
  expect(() => new VirtualClock('2026-06-01T12:00:00.000Z').set(text)).toThrow(RangeError);
});
