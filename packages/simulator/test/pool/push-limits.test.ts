import { expect, onTestFinished, test, vi } from 'vitest';
import { VirtualClock } from '../../src/clock.ts';
import { ExecutionLimits } from '../../src/pool/push-state.ts';

/** A clock of the machine that moves only by hand. */
function realTime(): { advance: (ms: number) => void } {
  let now = 1_000_000;
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => spy.mockRestore());
  return { advance: (ms) => (now += ms) };
}

test('ten executions are taken in a second, and more in the next', () => {
  const time = realTime();
  const limits = new ExecutionLimits(new VirtualClock('2026-06-01T12:00:00.000Z'));
  const take = (): string | undefined => limits.take();
  expect(Array.from({ length: 10 }, take)).toEqual(Array.from({ length: 10 }, () => undefined));
  expect(take()).toBe('10 executions a second');
  time.advance(1000);
  expect(take()).toBeUndefined();
});

test('250 executions are taken in a full UTC hour, whenever in it they come', () => {
  const time = realTime();
  const clock = new VirtualClock('2026-06-01T12:59:00.000Z');
  const limits = new ExecutionLimits(clock);
  const take = (): string | undefined => {
    time.advance(1000);
    return limits.take();
  };
  expect(Array.from({ length: 250 }, take).filter((exceeded) => exceeded !== undefined)).toEqual([]);
  expect(take()).toBe('250 executions an hour');
  clock.advance(59_000);
  expect(take()).toBe('250 executions an hour');
  clock.advance(1_000);
  expect(take()).toBeUndefined();
});
