/** Payloads of the generated events, and results of cloud functions. */
import { createRandom, type Random } from './random.ts';
import { DAY, isoTime } from './office-time.ts';
import { CITIES, COMPANIES, FIRST_NAMES, LAST_NAMES, PRODUCTS, slug } from './words.ts';

/** What all events of one run speak of. */
interface CaseFacts {
  readonly number: string;
  readonly currency: string;
  readonly customer: {
    id: string;
    name: string;
    email: string;
    address: { street: string; city: string; country: string };
  };
  readonly lines: readonly OrderLine[];
  readonly total: number;
}

interface OrderLine {
  position: number;
  sku: string;
  name: string;
  quantity: number;
  price: { amount: number; currency: string };
  discounts: { code: string; percent: number }[];
  serialNumbers: string[];
}

/** An event for which a payload is wanted. */
export interface EventMoment {
  readonly instanceId: string;
  readonly eventType: string;
  /** How often the event type has occurred in the run before. */
  readonly earlier: number;
  /** Epoch milliseconds. */
  readonly time: number;
}

/** The payload of an event. The same moment gives the same payload. */
export function eventPayload(moment: EventMoment): Record<string, unknown> {
  const random = createRandom(moment.earlier, moment.instanceId + moment.eventType);
  return PAYLOADS[moment.eventType]?.(caseFacts(moment.instanceId), random, moment) ?? {};
}

/** The cloud function that runs after an event, if any: its name in the context and its result. */
export function cloudFunction(moment: EventMoment): { name: string; result: unknown } | undefined {
  const random = createRandom(moment.earlier, `${moment.instanceId}${moment.eventType}()`);
  switch (moment.eventType) {
    case 'order.created':
      return {
        name: 'calculateMargin',
        result: {
          margin: cents(random.float() * 40),
          rules: [
            { id: random.int(1, 40), matched: random.chance(0.7) },
            { id: random.int(41, 60), matched: true },
          ],
        },
      };
    case 'customer.verified':
      return { name: 'risk-score', result: random.int(1, 100) };
    case 'stock/checked':
      return { name: 'forecastDemand', result: Array.from({ length: 4 }, () => random.int(0, 500)) };
    default:
      return undefined;
  }
}

type PayloadMaker = (facts: CaseFacts, random: Random, moment: EventMoment) => Record<string, unknown>;

const PAYLOADS: Readonly<Record<string, PayloadMaker>> = {
  'order.created': (facts, random) => ({
    orderId: facts.number,
    channel: random.pick(['web', 'edi', 'phone', 'marketplace']),
    customer: facts.customer,
    lines: facts.lines,
    total: { amount: facts.total, currency: facts.currency },
    tags: random.shuffle(['vip', 'express', 'gift', 'new']).slice(0, random.int(0, 3)),
    ...optional(random, 'note', () =>
      random.pick(['Bitte vor 10 Uhr liefern', 'Leave at the door; call first', '至急 🚚']),
    ),
    // Larger than a double holds exactly.
    ledgerNumber: 9_007_199_254_740_993n + BigInt(random.int(0, 1_000_000)) * 2n,
  }),
  'order.approved': (facts, random) => ({
    orderId: facts.number,
    approver: { ...person(random), roles: random.chance(0.5) ? ['sales', 'credit'] : ['sales'] },
    creditLimit: random.chance(0.2) ? 'unlimited' : random.int(1, 50) * 1000,
    automatic: random.chance(0.7),
  }),
  // Captured runs show this event with an empty payload.
  'order.spotbuy.pending': () => ({}),
  'order.spotbuy.received': (facts, random) => ({
    offers: facts.lines.slice(0, 3).map((line) => ({
      sku: line.sku,
      supplier: {
        id: `S-${random.int(100, 999)}`,
        name: random.pick(COMPANIES),
        rating: random.chance(0.2) ? null : random.int(1, 5),
      },
      prices: [
        { from: 1, amount: line.price.amount },
        { from: 10, amount: cents(line.price.amount * 0.92) },
      ],
    })),
    // Per site: the quantities per week.
    availability: Array.from({ length: random.int(1, 3) }, () => Array.from({ length: 4 }, () => random.int(0, 90))),
  }),
  'order-released': (facts, random, { time }) => ({
    orderId: facts.number,
    plant: random.pick(['DE10', 'PL20', 'NL05']),
    slots: [[isoTime(time + DAY), isoTime(time + DAY + 7_200_000)]],
    hold: random.chance(0.85) ? null : { reason: 'credit', until: isoTime(time + 3 * DAY).slice(0, 10) },
  }),
  'goods/issued': (facts, random) => ({
    shipment: {
      id: `SHP-${random.int(100_000, 999_999)}`,
      carrier: random.pick(['Express Nord', 'Poste Générale', 'Kurier 24']),
      parcels: facts.lines.slice(0, random.int(1, 3)).map((line) => ({
        trackingId: random.hex(12).toUpperCase(),
        weightKg: random.int(1, 400) / 10,
        items: [
          { sku: line.sku, quantity: line.quantity, batches: random.chance(0.4) ? [`B${random.int(1, 99)}`] : [] },
        ],
      })),
    },
  }),
  invoice_sent: (facts, random, { time }) => ({
    invoice: {
      number: `INV-${random.int(100_000, 999_999)}`,
      total: facts.total,
      currency: facts.currency,
      taxes: [{ rate: 19, amount: cents(facts.total * 0.19) }],
      dueDate: isoTime(time + 30 * DAY).slice(0, 10),
    },
    recipients: [facts.customer.email],
  }),
  'payment.reminder': (_facts, random, { earlier }) => ({
    // Some senders write the number as text.
    level: random.chance(0.3) ? String(earlier + 1) : earlier + 1,
    channel: random.pick(['email', 'letter']),
    fee: earlier === 0 ? null : 7.5,
  }),
  'payment.received': (facts, random, { time }) => ({
    amount: random.chance(0.95) ? facts.total : cents(facts.total * 0.97),
    currency: facts.currency,
    bookedAt: isoTime(time),
    reference: random.chance(0.1)
      ? BigInt(`8${random.int(100_000_000, 999_999_999)}${random.int(100_000_000, 999_999_999)}`)
      : random.int(1, 2 ** 31),
    allocations: facts.lines.map((line) => ({ position: line.position, amount: line.price.amount })),
  }),
  'acr/s2k/return.created': (facts, random) => ({
    returnId: `RMA-${random.int(10_000, 99_999)}`,
    orderId: facts.number,
    customer: { id: facts.customer.id, name: facts.customer.name },
    reason: { code: random.int(1, 9), text: random.pick(['Zu groß', 'Damaged in transit', 'Couleur différente', '']) },
    items: facts.lines
      .slice(0, 2)
      .map((line) => ({ sku: line.sku, quantity: 1, photos: random.chance(0.5) ? ['1.jpg', '2.jpg'] : [] })),
  }),
  'return.inspected': (_facts, random) => ({
    grade: random.pick(['A', 'B', 'C']),
    inspector: random.chance(0.2) ? null : person(random),
    findings: Array.from({ length: random.int(0, 3) }, (_, index) => ({
      part: index + 1,
      defect: random.pick(['scratch', 'dent', 'none']),
      severity: random.int(0, 5),
    })),
  }),
  refund_issued: (facts, random) => ({
    refund: { amount: facts.total, currency: facts.currency, method: random.pick(['card', 'bank', 'voucher']) },
    ...optional(random, 'comment', () => 'Kulanz – 50 %'),
  }),
  'quote.requested': (facts, random, { time }) => ({
    quoteId: `Q-${facts.number}`,
    requester: facts.customer,
    positions: facts.lines.map((line) => ({
      sku: line.sku,
      quantity: line.quantity,
      options: { colour: random.pick(['oak', 'white', 'anthrazit']), assembly: random.chance(0.3) },
    })),
    validUntil: isoTime(time + 14 * DAY).slice(0, 10),
  }),
  'quote.revised': (facts, random, { earlier }) => ({
    quoteId: `Q-${facts.number}`,
    revision: earlier + 1,
    changes: facts.lines
      .slice(0, 2)
      .map((line) => ({ sku: line.sku, price: { from: line.price.amount, to: cents(line.price.amount * 0.95) } })),
    discount: random.chance(0.4) ? 'none' : random.int(1, 15),
  }),
  'quote.accepted': (facts, random) => ({
    quoteId: `Q-${facts.number}`,
    acceptedBy: person(random),
    signature: random.chance(0.5)
      ? { provider: 'example-sign', document: { id: random.uuid(), pages: random.int(1, 12) } }
      : null,
  }),
  'magic-link.submitted': (facts, random) => ({
    forms: [
      {
        metadata: { formId: `f-${random.int(1, 9)}`, formName: 'Company' },
        payload: {
          company: facts.customer.name,
          vatId: `DE${random.int(100_000_000, 999_999_999)}`,
          address: facts.customer.address,
        },
      },
      {
        metadata: { formId: 'f-10', formName: 'Consent' },
        payload: { newsletter: random.chance(0.5), topics: ['offers', 'events'].slice(0, random.int(0, 2)) },
      },
    ],
    contact: { email: facts.customer.email, language: random.pick(['de', 'en', 'fr']) },
    contacts: Array.from({ length: random.int(0, 2) }, () => person(random)),
  }),
  'customer.verified': (facts, random) => ({
    customerId: facts.customer.id,
    score: random.chance(0.15) ? 'n/a' : random.int(1, 1000) / 10,
    checks: {
      sanctions: { passed: true, lists: ['EU', 'UN'] },
      credit: { passed: random.chance(0.9), report: { agency: 'Beispiel-Auskunft', pages: random.int(1, 9) } },
    },
  }),
  product_assigned_discount_category: (facts, random) => ({
    product: { id: facts.lines[0]?.sku ?? '', localized: { de: facts.lines[0]?.name ?? '', en: null } },
    categories: random.shuffle(['spring', 'clearance', 'B2B', 'Größenwahl']).slice(0, random.int(1, 3)),
    percent: random.int(1, 30),
  }),
  'os-order-split': (facts, random, { earlier }) => ({
    orderId: facts.number,
    part: earlier + 1,
    vendor: { id: `V-${random.int(1, 40)}`, name: random.pick(COMPANIES) },
    lines: facts.lines
      .filter((line) => line.position % 2 === earlier % 2)
      .map((line) => ({ position: line.position, quantity: line.quantity })),
  }),
  celonis_postaction_feedback: (facts, random, { time }) => ({
    quotes: facts.lines.slice(0, 3).map((line, index) => ({
      quoteId: `${facts.number}-${index + 1}`,
      vendor: random.pick(COMPANIES),
      price: line.price,
      selected: index === 0,
      alternatives: random.chance(0.5) ? [{ sku: line.sku, leadTimes: [random.int(1, 5), random.int(6, 20)] }] : [],
    })),
    decidedAt: isoTime(time),
    comment: random.chance(0.6) ? null : 'Günstigster Anbieter',
  }),
  'stock/checked': (_facts, random) => ({
    warehouse: random.pick(['W1', 'W2']),
    belowMinimum: PRODUCTS.slice(0, random.int(0, 4)).map(([sku]) => ({ sku, onHand: random.int(0, 9), minimum: 10 })),
  }),
};

function caseFacts(instanceId: string): CaseFacts {
  const random = createRandom(0, instanceId);
  const currency = random.pick(['EUR', 'EUR', 'CHF', 'GBP', 'USD']);
  const company = random.pick(COMPANIES);
  const [city, country] = random.pick(CITIES);
  const products = random.shuffle(PRODUCTS).slice(0, random.int(1, 5));
  const lines = products.map(([sku, name], index): OrderLine => {
    const quantity = random.int(1, 12);
    return {
      position: (index + 1) * 10 + (index % 2),
      sku,
      name,
      quantity,
      price: { amount: cents(5 + random.exponential(120)), currency },
      discounts: random.chance(0.3) ? [{ code: 'SPRING', percent: random.int(1, 20) }] : [],
      serialNumbers: random.chance(0.25) ? Array.from({ length: Math.min(quantity, 3) }, () => random.hex(8)) : [],
    };
  });
  return {
    number: `4${random.int(1_000_000, 9_999_999)}`,
    currency,
    customer: {
      id: `C${random.int(1000, 9999)}`,
      name: company,
      email: `orders@${slug(company) || 'sample'}.example.com`,
      address: { street: `${random.pick(LAST_NAMES)}straße ${random.int(1, 180)}`, city, country },
    },
    lines,
    total: cents(lines.reduce((sum, line) => sum + line.price.amount * line.quantity, 0)),
  };
}

function person(random: Random): { id: string; name: string } {
  return { id: `u${random.int(100, 999)}`, name: `${random.pick(FIRST_NAMES)} ${random.pick(LAST_NAMES)}` };
}

// Present, null or absent: senders differ in what they make of "nothing".
function optional(random: Random, key: string, value: () => unknown): Record<string, unknown> {
  if (random.chance(0.3)) return { [key]: value() };
  return random.chance(0.5) ? { [key]: null } : {};
}

function cents(amount: number): number {
  return Math.round(amount * 100) / 100;
}
