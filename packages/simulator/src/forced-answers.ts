/** Answers that the fault plan puts in the place of the real one. */
import type { Answer, Vendor } from './api.ts';
import type { VirtualClock } from './clock.ts';
import type { RateVerdict } from './fault-state.ts';
import type { Failure, FaultPlan } from './faults.ts';

export interface Occasion {
  readonly failures: readonly Failure[];
  readonly rate: RateVerdict | undefined;
  readonly vendor: Vendor;
  readonly plan: FaultPlan;
  readonly clock: VirtualClock;
  /** Path of the request. */
  readonly path: string;
}

type LimitHeader = Extract<Failure, { kind: 'rate-limit' }>['header'];

const htmlPage = '<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body><h1>Sign in</h1></body></html>\n';

/** The first failure that is an answer of its own, or the 429 of an exceeded rate; `undefined` when the real answer is due. */
export function forcedAnswer(occasion: Occasion): Answer | undefined {
  const { failures, rate, plan } = occasion;
  for (const failure of failures) {
    if (failure.kind === 'html') return { status: 200, text: htmlPage, contentType: 'text/html' };
    if (failure.kind === 'rate-limit') return limited(occasion, 'requests', failure.seconds ?? 1, failure.header);
    if (failure.kind === 'status') {
      const answer = failed(occasion, failure.status, failure.body ?? 'vendor');
      return { ...answer, headers: { ...answer.headers, ...lowerCased(failure.headers ?? {}) } };
    }
  }
  if (rate?.exceeded !== true) return undefined;
  return limited(occasion, `${rate.limit} requests in ${plan.rate?.seconds ?? 0} s`, rate.reset, plan.rate?.header);
}

export function lowerCased(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function failed({ vendor, plan, path }: Occasion, status: number, body: 'vendor' | 'text' | 'html' | 'empty'): Answer {
  if (body === 'empty') return { status };
  if (body === 'html') return { status, text: htmlPage, contentType: 'text/html' };
  if (body === 'text') return { status, text: `simulated failure ${status}` };
  return vendor.refuse({ kind: 'server-fault', status, text: `simulated failure ${status}` }, plan.auth, path);
}

function limited({ vendor, plan, clock, path }: Occasion, limit: string, seconds: number, header: LimitHeader): Answer {
  const retryAt = new Date(clock.milliseconds() + seconds * 1000);
  const answer = vendor.refuse({ kind: 'rate-limited', limit, retryAt }, plan.auth, path);
  return { ...answer, headers: { ...answer.headers, ...limitHeaders(header ?? vendor.limitHeader, seconds, retryAt) } };
}

function limitHeaders(header: NonNullable<LimitHeader>, seconds: number, retryAt: Date): Record<string, string> {
  if (header === 'none') return {};
  if (header === 'retry-after-date') return { 'retry-after': retryAt.toUTCString() };
  return { [header]: String(seconds) };
}
