/** The parts of a fault plan that remember: which failure strikes next, and how fast requests came. */
import { fraction } from './chance.ts';
import type { Failure, FaultPlan } from './faults.ts';

export interface RateVerdict {
  readonly limit: number;
  readonly remaining: number;
  readonly exceeded: boolean;
  /** Whole seconds until the next span. */
  readonly reset: number;
}

export class FaultState {
  readonly plan: FaultPlan;
  /** The plan's seed, or the simulator's. */
  readonly seed: number;
  readonly #seen: number[];
  readonly #struck: number[];
  #spanStart = Number.NEGATIVE_INFINITY;
  #inSpan = 0;

  constructor(plan: FaultPlan, seed: number) {
    this.plan = plan;
    this.seed = plan.seed ?? seed;
    this.#seen = (plan.failures ?? []).map(() => 0);
    this.#struck = (plan.failures ?? []).map(() => 0);
  }

  /** The failures that strike at this request, in the order of the plan. Counts the request. */
  strike(operationId: string): Failure[] {
    return (this.plan.failures ?? []).filter((failure, at) => {
      if (!isAbout(failure, operationId)) return false;
      const ordinal = (this.#seen[at] ?? 0) + 1;
      this.#seen[at] = ordinal;
      const struck = this.#struck[at] ?? 0;
      if (struck >= (failure.times ?? Number.POSITIVE_INFINITY)) return false;
      if (!isDue(failure, ordinal, () => fraction(this.seed, at + 1, ordinal))) return false;
      this.#struck[at] = struck + 1;
      return true;
    });
  }

  /** Counts a request against the plan's rate; `undefined` when it has none. */
  countRate(virtualNow: number): RateVerdict | undefined {
    const { rate } = this.plan;
    if (rate === undefined) return undefined;
    const span = rate.seconds * 1000;
    const now = rate.clock === 'virtual' ? virtualNow : performance.now();
    if (now >= this.#spanStart + span) {
      this.#spanStart = now;
      this.#inSpan = 0;
    }
    this.#inSpan += 1;
    return {
      limit: rate.requests,
      remaining: Math.max(0, rate.requests - this.#inSpan),
      exceeded: this.#inSpan > rate.requests,
      reset: Math.ceil((this.#spanStart + span - now) / 1000),
    };
  }
}

function isAbout(failure: Failure, operationId: string): boolean {
  if (failure.on === undefined) return operationId !== 'createToken';
  return typeof failure.on === 'string' ? failure.on === operationId : failure.on.includes(operationId);
}

function isDue(failure: Failure, ordinal: number, chance: () => number): boolean {
  const { requests, every, from, probability } = failure;
  if (requests !== undefined && !requests.includes(ordinal)) return false;
  if (every !== undefined && ordinal % every !== 0) return false;
  if (from !== undefined && ordinal < from) return false;
  return probability === undefined || chance() < probability;
}
