import { assert, jsonValue, property } from 'fast-check';
import { expect, expectTypeOf, test } from 'vitest';
import { type FaultPlan, FaultPlanError, parseFaultPlan } from '../src/index.ts';

const everything = {
  seed: 3,
  order: { across: 'shuffled', within: 'descending' },
  bounds: { from: 'exclusive', to: 'inclusive' },
  optionalFields: 'mixed',
  message: 'absent',
  equalTimestamps: 1000,
  duplicates: 10,
  unknownEnums: 20,
  arriving: { every: 3, rows: 2, total: 10, where: 'range' },
  ageing: { every: 3, rows: 2 },
  late: [{ rows: 5, age: 3_600_000, afterRequest: 4, feed: 'logins' }],
  updating: { every: 1, rows: 1 },
  retention: { days: 30, edge: 'exact' },
  emptyRange: 204,
  totalCount: -1,
  oversizePage: 'clamp',
  unknownParameters: 'reject',
  cursor: { end: 'empty-page', emptyPages: 2 },
  envelope: 'items',
  teamApiPrefix: '/team',
  gzip: false,
  latency: { answer: 50, page: 5 },
  rate: { requests: 20, seconds: 1, header: 'none', clock: 'real' },
  auth: {
    scopes: [],
    permissions: ['members'],
    tokenLifetime: 5,
    tokenRequests: 7,
    method: 'post',
    unauthorized: 'text',
    forbidden: 'empty',
  },
  failures: [
    { kind: 'status', status: 503, body: 'text', headers: { 'retry-after': '1' }, every: 9 },
    { kind: 'rate-limit', seconds: 1, header: 'retry-after-date', probability: 0.1, times: 3 },
    { kind: 'slow', milliseconds: 10, where: 'body', on: ['findAllAuditLogs'], from: 2 },
    { kind: 'torn', requests: [3] },
    { kind: 'no-answer', on: 'createToken' },
    { kind: 'stall' },
    { kind: 'html' },
    { kind: 'expire-tokens' },
    { kind: 'repeat-page' },
  ],
} as const satisfies FaultPlan;

test('a plan with every switch is understood, and is JSON', () => {
  expect(parseFaultPlan(JSON.parse(JSON.stringify(everything)))).toEqual(everything);
  expect(parseFaultPlan({})).toEqual({});
});

test.each([
  ['not an object', 7, 'Fault plan: the plan: Invalid input: expected object, received number.'],
  ['an unknown switch', { ordre: 'ascending' }, 'Fault plan: the plan: Unrecognized key: "ordre".'],
  ['an unknown word', { emptyRange: 404 }, 'Fault plan: "emptyRange": Invalid input.'],
  [
    'a probability above 1',
    { failures: [{ kind: 'torn', probability: 2 }] },
    'Fault plan: "failures.0.probability": Too big: expected number to be <=1.',
  ],
  [
    'late rows without a moment',
    { late: [{ rows: 1, age: 1 }] },
    'Fault plan: "late.0": give one of afterRequest and at.',
  ],
  ['hooks', { hooks: {} }, 'Fault plan: the plan: Unrecognized key: "hooks".'],
])('%s is refused in one line', (_name, value, message) => {
  expect(() => parseFaultPlan(value)).toThrow(new FaultPlanError(message));
});

test('whatever JSON is in the file, there is a plan or a FaultPlanError of one line', () => {
  assert(
    property(jsonValue(), (value) => {
      const message = refusal(value);
      expect(message === undefined || /^Fault plan: .+$/.test(message)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

/** Why a value is no plan; `undefined` when it is one. Rethrows anything else. */
function refusal(value: unknown): string | undefined {
  try {
    parseFaultPlan(value);
    return undefined;
  } catch (error) {
    if (error instanceof FaultPlanError) return error.message;
    throw error;
  }
}

test('the type refuses what the check refuses', () => {
  expectTypeOf<{ order: 'shuffled' }>().toExtend<FaultPlan>();
  expectTypeOf<{ order: 'sideways' }>().not.toExtend<FaultPlan>();
  // @ts-expect-error a kind of failure that does not exist
  const plan: FaultPlan = { failures: [{ kind: 'explode' }] };
  expect(() => parseFaultPlan(plan)).toThrow(FaultPlanError);
});
