/**
 * The benchmark's documents: the same bytes on every machine. Written once into `.cache/`, page by page.
 */
import { existsSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';

/** `nested`: process contexts with events of eight kinds. `audit`: flat events of an audit log. */
export type CorpusName = 'nested' | 'audit';

/** Raised when the generator changes what it writes. */
const VERSION = 1;
const DOCUMENTS_PER_PAGE = 1000;
const START = Date.UTC(2025, 0, 1);

/** Files of the first `pages` pages, `{"content":[…],"page":{…}}` each; about 5.9 MB (nested) or 0.65 MB (audit). */
export async function corpusPages(name: CorpusName, pages: number): Promise<string[]> {
  const folder = new URL(`.cache/${name}-${VERSION}/`, import.meta.url);
  await mkdir(folder, { recursive: true });
  await writeFile(new URL('.cache/.gitignore', import.meta.url), '*\n');
  const files: string[] = [];
  for (let page = 0; page < pages; page++) {
    const file = new URL(`page-${String(page).padStart(5, '0')}.json`, folder);
    if (!existsSync(file)) {
      const unfinished = new URL(`${file.href}.part`);
      await writeFile(unfinished, pageText(name, page));
      await rename(unfinished, file);
    }
    files.push(file.pathname);
  }
  return files;
}

/** One page as text. Every page has its own random numbers, so that a corpus can grow. */
function pageText(name: CorpusName, page: number): string {
  const make = name === 'nested' ? processContext : auditEvent;
  const random = new Random(page + 1);
  const documents = Array.from({ length: DOCUMENTS_PER_PAGE }, (_, i) =>
    JSON.stringify(make(random, page * DOCUMENTS_PER_PAGE + i)),
  );
  return `{"content":[${documents.join(',')}],"page":{"size":${DOCUMENTS_PER_PAGE},"number":${page}}}`;
}

/** Random numbers from a seed (sfc32, whose sequences do not meet), and what is made of them. */
class Random {
  private a = 0x9e3779b9;
  private b = 0x243f6a88;
  private c: number;
  private counter = 1;

  constructor(seed: number) {
    this.c = seed | 0;
    for (let i = 0; i < 15; i++) this.float();
  }

  /** From 0 to below 1. */
  float(): number {
    const value = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + value) | 0;
    return (value >>> 0) / 4_294_967_296;
  }

  int(low: number, high: number): number {
    return low + Math.floor(this.float() * (high - low + 1));
  }

  chance(share: number): boolean {
    return this.float() < share;
  }

  pick<T>(values: readonly [T, ...T[]]): T {
    return values[Math.floor(this.float() * values.length)] ?? values[0];
  }

  list<T>(low: number, high: number, make: (index: number) => T): T[] {
    return Array.from({ length: this.int(low, high) }, (_, index) => make(index));
  }

  /** `undefined`, which JSON leaves out, with the share that is left. */
  maybe<T>(share: number, make: () => T): T | undefined {
    return this.chance(share) ? make() : undefined;
  }

  hex(length: number): string {
    let text = '';
    while (text.length < length) text += '0123456789abcdef'[this.int(0, 15)] ?? '';
    return text;
  }

  uuid(): string {
    return `${this.hex(8)}-${this.hex(4)}-4${this.hex(3)}-a${this.hex(3)}-${this.hex(12)}`;
  }

  ulid(millis: number): string {
    let time = '';
    for (let i = 0, rest = millis; i < 10; i++, rest = Math.floor(rest / 32)) time = (BASE32[rest % 32] ?? '') + time;
    let text = time;
    while (text.length < 26) text += BASE32[this.int(0, 31)] ?? '';
    return text;
  }

  words(low: number, high: number): string {
    return this.list(low, high, () => this.pick(WORDS)).join(' ');
  }

  money(): number {
    return this.int(0, 10_000_000) / 100;
  }
}

const BASE32 = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const [FIRST_WORD = '', ...OTHER_WORDS] = (
  'approve reject invoice order goods receipt payment block release vendor customer delivery shipment credit limit price change ' +
  'quantity tax code account posting clearing reversal escalation reminder dunning contract master data status transfer batch ' +
  '“quoted” naïve Größe 東京 line\nbreak tab\there'
).split(' ');
const WORDS: readonly [string, ...string[]] = [FIRST_WORD, ...OTHER_WORDS];
const CURRENCIES = ['EUR', 'USD', 'GBP', 'JPY', 'CHF'] as const;
const COUNTRIES = ['DE', 'US', 'GB', 'JP', 'CH', 'NL', 'FR'] as const;
const CITIES = ['Munich', 'New York', 'London', 'Tokyo', 'Zürich'] as const;

function iso(millis: number): string {
  return new Date(millis).toISOString();
}

function someTime(random: Random): number {
  return START + random.int(0, 4e7) * 1000;
}

function processContext(random: Random, index: number): unknown {
  const created = START + index * 3000 + random.int(0, 2999);
  const events: unknown[] = [];
  let at = created;
  for (let left = random.int(5, 30); left > 0; left--) {
    at += random.int(1000, 86_400_000);
    events.push(event(random, at));
  }
  return {
    context: {
      processid: random.uuid(),
      executionTemplateID: `tmpl-${random.hex(4)}`,
      version: random.int(1, 40),
      ...random.pick(SUBJECTS)(random),
      tags: random.maybe(0.6, () => random.list(0, 4, () => random.pick(WORDS))),
      grid: random.maybe(0.1, () => [[random.int(0, 9), random.int(0, 9)], [random.int(0, 9)]]),
    },
    metadata: { createdAt: iso(created), updatedAt: iso(at) },
    status: random.pick(['RUNNING', 'COMPLETED', 'FAILED', 'WAITING']),
    events,
  };
}

type Make = (random: Random) => object;

/** What a process context is about. */
const SUBJECTS: readonly [Make, ...Make[]] = [
  (random) => ({
    order: {
      orderId: `SO${random.int(1e6, 1e7)}`,
      customer: { id: random.int(1, 90_000), name: random.words(1, 3), address: address(random) },
      totals: { net: random.money(), gross: random.money(), currency: random.pick(CURRENCIES) },
      lines: random.list(1, 6, (i) => orderLine(random, i + 1)),
    },
  }),
  (random) => ({
    invoice: {
      invoiceNumber: `INV-${random.int(1e6, 1e7)}`,
      vendor: {
        id: `V${random.int(1e4, 1e5)}`,
        bank: {
          iban: `DE${random.int(1e8, 1e9)}${random.int(1e8, 1e9)}`,
          bic: random.maybe(0.7, () => 'DEUTDEFFXXX'),
        },
        rating: random.chance(0.9) ? random.int(1, 5) : 'unknown',
      },
      dueDate: iso(someTime(random)),
      amount: {
        value: random.money(),
        currency: random.pick(CURRENCIES),
        tax: { rate: random.pick([0, 7, 19, 20]), value: random.money() },
      },
      blocked: random.chance(0.2),
    },
  }),
  (random) => ({
    claim: {
      claimId: random.uuid(),
      claimant: {
        person: {
          first: random.pick(WORDS),
          last: random.pick(WORDS),
          birth: iso(START - random.int(1e9, 2e9) * 500).slice(0, 10),
        },
        contact: { email: email(random), phone: random.maybe(0.6, () => `+49${random.int(1e8, 1e9)}`) },
      },
      severity: random.pick(['LOW', 'MEDIUM', 'HIGH']),
      score: random.float(),
    },
  }),
  (random) => ({
    ticket: {
      key: `T-${random.int(1, 1e6)}`,
      summary: random.words(4, 12),
      assignee: random.maybe(0.7, () => ({
        id: random.uuid(),
        team: { name: random.pick(WORDS), region: random.pick(COUNTRIES) },
      })),
      priority: random.int(1, 5),
      sla: {
        target: random.int(60, 6000),
        breached: random.chance(0.1),
        remaining: random.chance(0.5) ? random.int(-100, 1000) : null,
      },
    },
  }),
];

function address(random: Random): unknown {
  return {
    street: `${random.int(1, 400)} ${random.pick(WORDS)} St`,
    city: random.pick(CITIES),
    zip: String(random.int(10_000, 99_999)),
    country: random.pick(COUNTRIES),
    geo: random.maybe(0.5, () => ({ lat: random.float() * 180 - 90, lon: random.float() * 360 - 180 })),
  };
}

function orderLine(random: Random, number: number): unknown {
  return {
    position: number * 10,
    sku: `MAT-${random.int(1e5, 1e6)}`,
    description: random.words(2, 6),
    quantity: random.int(1, 500),
    unitPrice: random.money(),
    plant: random.maybe(0.8, () => `P${random.int(100, 999)}`),
    discounts: random.chance(0.4)
      ? random.list(1, 3, () => ({
          code: `D${random.int(10, 99)}`,
          percent: random.int(1, 30) / 2,
          reason: random.maybe(0.5, () => random.words(1, 3)),
        }))
      : [],
  };
}

function email(random: Random): string {
  return `${random.hex(6)}@example.com`;
}

function user(random: Random): unknown {
  return { id: `U${random.int(100, 999)}`, role: random.pick(['clerk', 'manager']) };
}

/** Events, by type with the payload that it has. */
const EVENTS: readonly [readonly [string, Make], ...(readonly [string, Make])[]] = [
  [
    'OrderCreated',
    (random) => ({
      source: random.pick(['SAP', 'SFDC', 'WEB']),
      document: `SO${random.int(1e6, 1e7)}`,
      user: user(random),
      net: random.money(),
    }),
  ],
  [
    'OrderChanged',
    (random) => ({
      field: random.pick(['price', 'quantity', 'date']),
      before: random.chance(0.5) ? random.money() : random.words(1, 2),
      after: random.chance(0.5) ? random.money() : random.words(1, 2),
      user: user(random),
    }),
  ],
  [
    'PaymentReceived',
    (random) => ({
      amount: { value: random.money(), currency: random.pick(CURRENCIES) },
      reference: random.uuid(),
      matched: random.chance(0.8),
    }),
  ],
  [
    'TaskAssigned',
    (random) => ({
      taskId: random.uuid(),
      assignee: { id: random.int(1, 5000), email: email(random) },
      due: iso(someTime(random)),
      priority: random.int(1, 5),
    }),
  ],
  [
    'ActionExecuted',
    (random) => ({
      actionFlowId: random.int(1, 1e6),
      result: {
        success: random.chance(0.95),
        code: random.pick([200, 201, 400, 500]),
        message: random.maybe(0.3, () => random.words(3, 9)),
      },
      durationMs: random.int(5, 90_000),
      steps: random.list(1, 4, (order) => ({
        name: random.pick(WORDS),
        order,
        ok: random.chance(0.97),
        tookMs: random.int(1, 5000),
      })),
    }),
  ],
  [
    'SignalRaised',
    (random) => ({
      signal: random.pick(['late', 'duplicate', 'blocked']),
      confidence: random.float(),
      features: random.list(2, 6, () => random.int(0, 10_000) / 10_000),
      labels: random.list(0, 3, () => random.pick(WORDS)),
    }),
  ],
  [
    'DecisionMade',
    (random) => ({
      decision: random.pick(['yes', 'no', 'defer']),
      matrix: random.list(2, 2, () => random.list(3, 3, () => random.int(0, 9))),
      rationale: random.maybe(0.5, () => random.words(5, 15)),
      model: { name: 'm1', version: `${random.int(1, 3)}.${random.int(0, 9)}` },
    }),
  ],
  [
    'Escalated',
    (random) => ({
      level: random.int(1, 3),
      to: random.list(1, 3, () => email(random)),
      note: random.maybe(0.6, () => random.words(5, 20)),
    }),
  ],
];

function event(random: Random, at: number): unknown {
  const [eventType, payload] = random.pick(EVENTS);
  return {
    id: random.ulid(at),
    eventType,
    occurredAt: iso(at),
    readAt: random.chance(0.9) ? iso(at + random.int(10, 5000)) : null,
    correlationId: random.maybe(0.3, () => random.uuid()),
    payload: payload(random),
  };
}

function auditEvent(random: Random, index: number): unknown {
  const at = START + index * 700 + random.int(0, 699);
  return {
    id: random.ulid(at),
    timestamp: iso(at),
    eventType: random.pick(['LOGIN', 'LOGOUT', 'CREATE', 'UPDATE', 'DELETE', 'EXPORT', 'SHARE']),
    user: {
      id: random.uuid(),
      name: random.words(1, 2),
      email: email(random),
      role: random.pick(['ADMIN', 'MEMBER', 'ANALYST']),
    },
    team: random.pick(['team-a', 'team-b', 'team-c']),
    ip: random.list(4, 4, () => random.int(0, 255)).join('.'),
    userAgent: random.pick([
      'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36',
      'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)',
      'content-cli/1.4.2',
    ]),
    objectType: random.pick(['PACKAGE', 'DATA_POOL', 'ANALYSIS', 'USER']),
    objectId: random.uuid(),
    objectName: random.words(1, 4),
    success: random.chance(0.97),
    durationMs: random.int(1, 4000),
    bytes: random.chance(0.5) ? random.int(0, 1e8) : null,
    location: { country: random.pick(COUNTRIES), city: random.pick(CITIES) },
    session: random.hex(24),
    service: random.pick(['studio', 'integration', 'action-engine']),
    traceId: random.hex(32),
    details: random.maybe(0.4, () => random.words(4, 14)),
  };
}
