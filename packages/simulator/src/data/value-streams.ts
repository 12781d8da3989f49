/** The value streams that are generated: what starts them, and what follows what. */
import type { Random, Weighted } from './random.ts';

/** How a run ends. */
export type Outcome = 'finished' | 'failed' | 'terminated';

/** What may follow an event: an event type's key or an outcome, how likely, after how many hours on average, and how often in one run (default 1). */
type Step = readonly [to: string, weight: number, hours: number, atMost?: number];

/** A value stream. */
export interface ValueStream {
  readonly name: string;
  /** Share of the runs, relative to the other streams. */
  readonly weight: number;
  readonly start: readonly Weighted<string>[];
  /** Cron expression, for a stream that a timer starts. */
  readonly schedule?: string;
  readonly follows: Readonly<Record<string, readonly Step[]>>;
}

/** Key of the event type that a timer sends. It is never registered. */
export const TIMER_EVENT = '_timer-event';

/** Event types in order of registration: key and name. `stock/checked` and the timer's are sent, but not registered. */
export const EVENT_TYPES: readonly (readonly [key: string, name: string])[] = [
  ['order.created', 'Order created'],
  ['order.approved', 'Order approved'],
  ['order.spotbuy.pending', 'Spot buy pending'],
  ['order.spotbuy.received', 'Spot buy offers received'],
  ['order-released', 'Order released'],
  ['goods/issued', 'Goods issued'],
  ['invoice_sent', 'Invoice sent'],
  ['payment.reminder', 'Payment reminder sent'],
  ['payment.received', 'Payment received'],
  ['celonis_postaction_feedback', 'Post-action feedback'],
  ['acr/s2k/return.created', 'Return created'],
  ['return.inspected', 'Return inspected'],
  ['refund_issued', 'Refund issued'],
  ['quote.requested', 'quote.requested'],
  ['quote.revised', 'quote.revised'],
  ['quote.accepted', 'quote.accepted'],
  ['magic-link.submitted', 'Form submitted'],
  ['customer.verified', 'Customer verified'],
  ['product_assigned_discount_category', 'product_assigned_discount_category'],
  ['os-order-split', 'Order split'],
];

/** The value streams in order of creation. */
export const VALUE_STREAMS: readonly ValueStream[] = [
  {
    name: 'Order to Cash',
    weight: 30,
    start: [['order.created', 1]],
    follows: {
      'order.created': [
        ['order.approved', 80, 2],
        ['order.spotbuy.pending', 14, 1],
        ['failed', 3, 0.1],
        ['terminated', 3, 20],
      ],
      'order.spotbuy.pending': [
        ['order.spotbuy.received', 92, 30],
        ['terminated', 8, 90],
      ],
      'order.spotbuy.received': [
        ['order.approved', 85, 4],
        ['order.spotbuy.pending', 15, 6, 3],
      ],
      'order.approved': [
        ['order-released', 96, 3],
        ['failed', 4, 0.2],
      ],
      // Goods and invoice go side by side.
      'order-released': [
        ['goods/issued', 62, 26],
        ['invoice_sent', 38, 5],
      ],
      'goods/issued': [
        ['invoice_sent', 90, 4],
        ['goods/issued', 10, 20, 3],
        ['payment.reminder', 12, 340],
        ['payment.received', 20, 200],
      ],
      invoice_sent: [
        ['goods/issued', 90, 18],
        ['payment.received', 60, 220],
        ['payment.reminder', 15, 400, 3],
      ],
      'payment.reminder': [
        ['payment.received', 70, 100],
        ['payment.reminder', 25, 250, 3],
        ['terminated', 5, 200],
      ],
      'payment.received': [
        ['celonis_postaction_feedback', 55, 1],
        ['finished', 45, 0.01],
      ],
      celonis_postaction_feedback: [['finished', 1, 0.01]],
    },
  },
  {
    name: 'Returns',
    weight: 14,
    start: [['acr/s2k/return.created', 1]],
    follows: {
      'acr/s2k/return.created': [
        ['return.inspected', 88, 70],
        ['terminated', 8, 300],
        ['failed', 4, 0.2],
      ],
      'return.inspected': [
        ['refund_issued', 70, 12],
        ['return.inspected', 12, 24, 3],
        ['finished', 18, 0.05],
      ],
      refund_issued: [
        ['celonis_postaction_feedback', 30, 2],
        ['finished', 70, 0.01],
      ],
      celonis_postaction_feedback: [['finished', 1, 0.01]],
    },
  },
  {
    name: 'Quote to Order',
    weight: 12,
    start: [['quote.requested', 1]],
    follows: {
      'quote.requested': [
        ['quote.revised', 45, 30],
        ['quote.accepted', 38, 60],
        ['terminated', 12, 200],
        ['failed', 5, 0.1],
      ],
      'quote.revised': [
        ['quote.revised', 30, 24, 4],
        ['quote.accepted', 55, 40],
        ['terminated', 15, 160],
      ],
      'quote.accepted': [
        ['order.created', 85, 0.5],
        ['finished', 15, 0.02],
      ],
      'order.created': [
        ['celonis_postaction_feedback', 40, 1],
        ['finished', 60, 0.01],
      ],
      celonis_postaction_feedback: [['finished', 1, 0.01]],
    },
  },
  {
    name: 'Customer Onboarding',
    weight: 10,
    start: [['magic-link.submitted', 1]],
    follows: {
      'magic-link.submitted': [
        ['customer.verified', 70, 22],
        ['magic-link.submitted', 22, 30, 4],
        ['failed', 8, 0.1],
      ],
      'customer.verified': [
        ['product_assigned_discount_category', 65, 6],
        ['magic-link.submitted', 10, 40, 4],
        ['finished', 25, 0.02],
      ],
      product_assigned_discount_category: [['finished', 1, 0.01]],
    },
  },
  {
    name: 'Order Splitting',
    weight: 14,
    start: [['order.created', 1]],
    follows: {
      'order.created': [
        ['os-order-split', 94, 0.01],
        ['failed', 6, 0.01],
      ],
      'os-order-split': [
        ['os-order-split', 60, 0.002, 5],
        ['goods/issued', 40, 30, 5],
      ],
      'goods/issued': [
        ['goods/issued', 45, 16, 5],
        ['finished', 52, 0.01],
        ['failed', 3, 0.1],
      ],
    },
  },
  {
    name: 'Stock Replenishment',
    weight: 8,
    schedule: '0 3 * * *',
    start: [[TIMER_EVENT, 1]],
    follows: {
      [TIMER_EVENT]: [
        ['stock/checked', 95, 0.02],
        ['failed', 5, 0.01],
      ],
      'stock/checked': [
        ['order.spotbuy.pending', 30, 0.2],
        ['finished', 70, 0.01],
      ],
      'order.spotbuy.pending': [['order.spotbuy.received', 1, 20]],
      'order.spotbuy.received': [
        ['goods/issued', 80, 60],
        ['finished', 20, 0.02],
      ],
      'goods/issued': [['finished', 1, 0.01]],
    },
  },
  {
    name: 'Preisaktion für Bestandskunden',
    weight: 6,
    start: [
      ['product_assigned_discount_category', 8],
      ['celonis_postaction_feedback', 2],
    ],
    follows: {
      product_assigned_discount_category: [
        ['product_assigned_discount_category', 40, 8, 6],
        ['quote.revised', 20, 12],
        ['finished', 40, 0.01],
      ],
      'quote.revised': [
        ['quote.accepted', 60, 30],
        ['terminated', 40, 90],
      ],
      'quote.accepted': [['finished', 1, 0.01]],
      celonis_postaction_feedback: [
        ['product_assigned_discount_category', 90, 2],
        ['failed', 10, 0.1],
      ],
    },
  },
  {
    name: 'Dunning',
    weight: 6,
    start: [['invoice_sent', 1]],
    follows: {
      invoice_sent: [
        ['payment.received', 55, 240],
        ['payment.reminder', 45, 400],
      ],
      'payment.reminder': [
        ['payment.reminder', 40, 200, 3],
        ['payment.received', 52, 120],
        ['terminated', 8, 100],
      ],
      'payment.received': [['finished', 1, 0.01]],
    },
  },
];

/** A value stream that was deleted: runs of it are left, its digital process is not listed. */
export const DELETED_STREAM: ValueStream = {
  name: 'Returns (pilot)',
  weight: 1,
  start: [['acr/s2k/return.created', 1]],
  follows: {
    'acr/s2k/return.created': [['return.inspected', 1, 40]],
    'return.inspected': [
      ['refund_issued', 80, 20],
      ['terminated', 20, 40],
    ],
    refund_issued: [['finished', 1, 0.01]],
  },
};

/** What follows in a run in which the given event types have occurred, in order. */
export function nextStep(
  stream: ValueStream,
  occurred: readonly string[],
  random: Random,
): { to: string; hours: number } {
  const open: Weighted<Step>[] = [];
  for (const step of stream.follows[occurred.at(-1) ?? ''] ?? []) {
    const [to, weight, , atMost = 1] = step;
    if (isOutcome(to) || timesIn(occurred, to) < atMost) open.push([step, weight]);
  }
  if (open.length === 0) return { to: 'finished', hours: 0.01 };
  const [to, , mean] = random.weighted(open);
  return { to, hours: random.exponential(mean) };
}

/** Whether a step's target ends the run. */
export function isOutcome(to: string): to is Outcome {
  return to === 'finished' || to === 'failed' || to === 'terminated';
}

function timesIn(occurred: readonly string[], key: string): number {
  let times = 0;
  for (const one of occurred) if (one === key) times++;
  return times;
}
