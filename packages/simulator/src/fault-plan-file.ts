/** Fault plans that come from outside: checked before they are used. */
import { z } from 'zod';
import type { FaultPlan } from './faults.ts';

const count = z.int().positive();
const order = z.enum(['ascending', 'descending', 'shuffled']);
const bound = z.enum(['inclusive', 'exclusive']);
const limitHeader = z.enum(['x-ratelimit-reset', 'retry-after', 'retry-after-date', 'none']);
const changing = { every: count, rows: count, total: count.optional() };

const timing = {
  on: z.union([z.string(), z.array(z.string()).nonempty()]).optional(),
  requests: z.array(count).nonempty().optional(),
  every: count.optional(),
  from: count.optional(),
  probability: z.number().min(0).max(1).optional(),
  times: count.optional(),
};

const failure = z.discriminatedUnion('kind', [
  z.strictObject({
    ...timing,
    kind: z.literal('status'),
    status: z.int().min(200).max(599),
    body: z.enum(['vendor', 'text', 'html', 'empty']).optional(),
    headers: z.record(z.string(), z.string()).optional(),
  }),
  z.strictObject({
    ...timing,
    kind: z.literal('rate-limit'),
    header: limitHeader.optional(),
    seconds: z.number().nonnegative().optional(),
  }),
  z.strictObject({ ...timing, kind: z.literal('torn') }),
  z.strictObject({ ...timing, kind: z.literal('no-answer') }),
  z.strictObject({ ...timing, kind: z.literal('stall') }),
  z.strictObject({
    ...timing,
    kind: z.literal('slow'),
    milliseconds: z.number().nonnegative(),
    where: z.enum(['answer', 'body']).optional(),
  }),
  z.strictObject({ ...timing, kind: z.literal('html') }),
  z.strictObject({ ...timing, kind: z.literal('expire-tokens') }),
  z.strictObject({ ...timing, kind: z.literal('repeat-page') }),
]);

const late = z
  .strictObject({
    rows: count,
    age: z.number().nonnegative(),
    afterRequest: count.optional(),
    at: z.iso.datetime({ offset: true }).optional(),
    feed: z.enum(['audit', 'logins', 'adoption', 'process-contexts']).optional(),
  })
  .refine((rule) => (rule.afterRequest === undefined) !== (rule.at === undefined), {
    message: 'give one of afterRequest and at',
  });

const plan = z.strictObject({
  seed: z.int().optional(),
  order: z.union([order, z.strictObject({ across: order.optional(), within: order.optional() })]).optional(),
  bounds: z.strictObject({ from: bound.optional(), to: bound.optional() }).optional(),
  optionalFields: z.enum(['null', 'absent', 'mixed']).optional(),
  message: z.enum(['empty', 'null', 'absent']).optional(),
  equalTimestamps: count.optional(),
  duplicates: count.optional(),
  unknownEnums: count.optional(),
  arriving: z.strictObject({ ...changing, where: z.enum(['range', 'now']).optional() }).optional(),
  ageing: z.strictObject(changing).optional(),
  late: z.array(late).optional(),
  updating: z.strictObject(changing).optional(),
  retention: z.strictObject({ days: z.number().positive(), edge: z.enum(['midnight', 'exact']).optional() }).optional(),
  emptyRange: z.union([z.literal(200), z.literal(204)]).optional(),
  totalCount: z.union([z.int(), z.enum(['absent', 'page'])]).optional(),
  oversizePage: z.enum(['reject', 'clamp']).optional(),
  unknownParameters: z.enum(['ignore', 'reject']).optional(),
  cursor: z
    .strictObject({
      end: z.enum(['absent', 'null', 'empty-string', 'empty-page']).optional(),
      emptyPages: count.optional(),
    })
    .optional(),
  envelope: z.enum(['array', 'items']).optional(),
  teamApiPrefix: z
    .string()
    .regex(/^\/[\w/-]*\w$/, 'a path such as /team')
    .optional(),
  gzip: z.boolean().optional(),
  latency: z
    .strictObject({ answer: z.number().nonnegative().optional(), page: z.number().nonnegative().optional() })
    .optional(),
  rate: z
    .strictObject({
      requests: count,
      seconds: z.number().positive(),
      header: limitHeader.optional(),
      clock: z.enum(['real', 'virtual']).optional(),
    })
    .optional(),
  auth: z
    .strictObject({
      scopes: z.array(z.string()).optional(),
      permissions: z
        .array(
          z.enum([
            'audit-log',
            'login-history',
            'members',
            'adoption',
            'edit-data-pools',
            'create-data-pools',
            'data-push',
            'orchestration-engine',
          ]),
        )
        .optional(),
      tokenLifetime: z.number().positive().optional(),
      tokenRequests: count.optional(),
      method: z.enum(['basic', 'post']).optional(),
      unauthorized: z.enum(['json', 'text', 'empty']).optional(),
      forbidden: z.enum(['json', 'empty']).optional(),
    })
    .optional(),
  failures: z.array(failure).optional(),
});

/** A fault plan that is not one: `message` says where and why in one line. */
export class FaultPlanError extends Error {
  override readonly name = 'FaultPlanError';
}

/** Checks a value, for example parsed from a file, and gives it back as a fault plan. Throws `FaultPlanError`. */
export function parseFaultPlan(value: unknown): FaultPlan {
  const result = plan.safeParse(value);
  if (result.success) return value as FaultPlan;
  const issue = result.error.issues[0];
  const where = issue === undefined || issue.path.length === 0 ? 'the plan' : `"${issue.path.join('.')}"`;
  throw new FaultPlanError(`Fault plan: ${where}: ${issue?.message ?? 'not understood'}.`);
}
