import { describe, expect, test } from 'vitest';
import { toJsonText } from '../../src/data/json-text.ts';
import { evolveOeTenant } from '../../src/data/oe-evolve.ts';
import { generateOeTenant, type OeData, type OeProcessContext } from '../../src/data/oe-tenant.ts';

const tenant = generateOeTenant();
const ULID = '[0-9A-HJKMNP-TV-Z]{26}';
const OWN_KEYS = new Set([
  'executionTemplateID',
  'executionTemplateVersionID',
  'instanceid',
  'processid',
  'metadata',
  '_draft',
  '_executionEnvironment',
  '_replayid',
]);

function isDraft({ context: { _draft: draft } }: OeProcessContext): boolean {
  return draft;
}

function depth(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depth));
}

function* values(value: unknown): Generator {
  yield value;
  if (typeof value === 'object' && value !== null) for (const part of Object.values(value)) yield* values(part);
}

function payloads(run: OeProcessContext): [key: string, payload: unknown][] {
  return Object.entries(run.context).filter(([key]) => !OWN_KEYS.has(key));
}

function expectConsistent(data: OeData): void {
  for (const { metadata, context, events } of data.processContexts) {
    expect(metadata.updatedAt >= metadata.createdAt).toBe(true);
    expect(events.length).toBeGreaterThan(0);
    for (const [index, event] of events.entries()) {
      expect(event.readAt >= event.occurredAt).toBe(true);
      expect(context[event.eventType]).toBeTypeOf('object');
      const before = events[index - 1];
      expect(event.readAt > (before?.readAt ?? '')).toBe(true);
      expect(event.occurredAt >= (before?.occurredAt ?? '')).toBe(true);
    }
    expect((events[0]?.readAt ?? '') <= metadata.createdAt).toBe(true);
    expect((events.at(-1)?.readAt ?? '') <= metadata.updatedAt).toBe(true);
  }
}

describe('a generated tenant', () => {
  test('has the default sizes', () => {
    expect(tenant.accounts).toHaveLength(3);
    expect(tenant.digitalProcesses).toHaveLength(8);
    expect(tenant.eventTypes).toHaveLength(20);
    expect(tenant.processContexts).toHaveLength(3000);
  });

  test('is the same for the same options and another for another seed', () => {
    const one = toJsonText(generateOeTenant({ processContexts: 200, seed: 3 }));
    expect(toJsonText(generateOeTenant({ processContexts: 200, seed: 3 }))).toBe(one);
    expect(toJsonText(generateOeTenant({ processContexts: 200, seed: 4 }))).not.toBe(one);
  });

  test('grows beyond the built-in value streams and event types', () => {
    const large = generateOeTenant({ accounts: 5, digitalProcesses: 19, eventTypes: 25, processContexts: 400 });
    expect(new Set(large.digitalProcesses.map((process) => process.name)).size).toBe(19);
    expect(new Set(large.eventTypes.map((type) => type.key)).size).toBe(25);
    expect(new Set(large.digitalProcesses.map((process) => process.tenant)).size).toBe(5);
    expectConsistent(large);
  });

  test('may be empty', () => {
    expect(generateOeTenant({ eventTypes: 0, processContexts: 0 })).toMatchObject({
      eventTypes: [],
      processContexts: [],
    });
  });

  test.each([
    ['accounts', { accounts: 0 }],
    ['digitalProcesses', { digitalProcesses: 0 }],
    ['processContexts', { processContexts: -1 }],
    ['now', { now: '2026' }],
  ])('refuses a wrong %s and names it', (name, options) => {
    expect(() => generateOeTenant(options)).toThrow(new RegExp(`^${name} must be`));
  });

  test('has value streams of several versions, the newest published one active, and a draft', () => {
    const accounts = new Set(tenant.accounts.map((account) => account.id));
    for (const process of tenant.digitalProcesses) {
      expect(accounts).toContain(process.tenant);
      const published = process.versions.filter((version) => version.number > 0);
      expect(published.length).toBeGreaterThan(1);
      expect(process.version).toEqual({ id: published.at(-1)?.id, number: published.length });
      expect(published.map((version) => version.state)).toEqual([
        ...published.slice(1).map(() => 'inactive'),
        'active',
      ]);
      expect(process.versions[0]).toMatchObject({ number: 0, state: null, activatedAt: '0001-01-01T00:00:00Z' });
    }
  });

  test('has event keys with dots, slashes, hyphens and underscores', () => {
    const keys = tenant.eventTypes.map((type) => type.key);
    for (const sign of ['.', '/', '-', '_']) expect(keys.some((key) => key.includes(sign))).toBe(true);
  });
});

describe('generated runs', () => {
  test('are running, finished, failed and terminated, live and draft', () => {
    const kinds = new Set(tenant.processContexts.map((run) => `${run.status} ${isDraft(run) ? 'draft' : 'live'}`));
    expect([...kinds].toSorted()).toEqual(
      ['failed', 'finished', 'running', 'terminated'].flatMap((status) => [`${status} draft`, `${status} live`]),
    );
  });

  test('have IDs of the documented forms, each its own', () => {
    for (const run of tenant.processContexts) {
      const { metadata, context, events } = run;
      expect(context.processid).toMatch(new RegExp(`^(draft-)?${ULID}-${ULID}-${ULID}$`));
      expect(context.processid.startsWith(`${context.executionTemplateVersionID}-${metadata.tenant}-`)).toBe(true);
      expect(context.processid.startsWith('draft-')).toBe(isDraft(run));
      for (const event of events) expect(event.id).toMatch(new RegExp(`^${ULID}$`));
    }
    expect(new Set(tenant.processContexts.map((run) => run.context.processid)).size).toBe(3000);
    const eventIds = tenant.processContexts.flatMap((run) => run.events.map((event) => event.id));
    expect(new Set(eventIds).size).toBe(eventIds.length);
  });

  test('have events in order of time, and payloads and times that agree with them', () => {
    expectConsistent(tenant);
    const now = '2026-06-01T12:00:00.000Z';
    expect(tenant.processContexts.every((run) => run.metadata.updatedAt < now)).toBe(true);
  });

  test('belong to a listed process and version, but for those whose process was deleted', () => {
    const processes = new Map(tenant.digitalProcesses.map((process) => [process.id, process]));
    let orphans = 0;
    for (const run of tenant.processContexts) {
      const { metadata, context } = run;
      const process = processes.get(context.executionTemplateID);
      if (process === undefined) {
        orphans++;
        continue;
      }
      expect(process.tenant).toBe(metadata.tenant);
      const version = process.versions.find((one) => one.id === context.executionTemplateVersionID);
      expect(version).toBeDefined();
      expect(isDraft(run) || (version?.activatedAt ?? '') <= metadata.createdAt).toBe(true);
    }
    expect(orphans).toBe(15);
  });

  test('use versions that are no longer active', () => {
    const active = new Set(tenant.digitalProcesses.map((process) => process.version.id));
    const older = tenant.processContexts.filter(
      (run) => !isDraft(run) && !active.has(run.context.executionTemplateVersionID),
    );
    expect(older.length).toBeGreaterThan(300);
  });

  test('receive events of types that are not registered', () => {
    const registered = new Set(tenant.eventTypes.map((type) => type.key));
    const sent = new Set(tenant.processContexts.flatMap((run) => run.events.map((event) => event.eventType)));
    expect([...sent].filter((key) => !registered.has(key)).toSorted()).toEqual(['_timer-event', 'stock/checked']);
    expect([...registered].filter((key) => !sent.has(key))).toEqual([]);
  });

  test('have payloads two to four levels deep and deeper, with lists of objects, of scalars and of lists', () => {
    const depths = new Set(tenant.processContexts.flatMap((run) => payloads(run).map(([, payload]) => depth(payload))));
    expect([...depths]).toEqual(expect.arrayContaining([2, 3, 4]));
    const lists = tenant.processContexts.flatMap((run) => [...values(run.context)].filter(Array.isArray));
    expect(lists.some((list) => typeof list[0] === 'object' && !Array.isArray(list[0]))).toBe(true);
    expect(lists.some((list) => typeof list[0] === 'string')).toBe(true);
    expect(lists.some((list) => Array.isArray(list[0]))).toBe(true);
    expect(lists.some((list) => list.length === 0)).toBe(true);
  });

  test('have nulls, text beyond ASCII, integers beyond 2^53, fields of two types, and fields that may be absent', () => {
    const orders = tenant.processContexts.flatMap((run) => {
      const order = run.context['order.created'];
      return typeof order === 'object' && order !== null ? [order] : [];
    });
    expect(orders.some((order) => !('note' in order))).toBe(true);
    expect(orders.some((order) => 'note' in order && order.note === null)).toBe(true);
    expect(
      orders.every(
        (order) => 'ledgerNumber' in order && typeof order.ledgerNumber === 'bigint' && order.ledgerNumber > 2n ** 53n,
      ),
    ).toBe(true);
    const limits = tenant.processContexts.flatMap((run) => {
      const approval = run.context['order.approved'];
      return typeof approval === 'object' && approval !== null && 'creditLimit' in approval
        ? [typeof approval.creditLimit]
        : [];
    });
    expect(new Set(limits)).toEqual(new Set(['string', 'number']));
    expect(toJsonText(tenant)).toMatch(/München/);
  });

  test('keep the latest payload of an event type that occurs again', () => {
    const again = tenant.processContexts.find(
      (run) => run.events.filter((event) => event.eventType === 'quote.revised').length > 1,
    );
    const times = again?.events.filter((event) => event.eventType === 'quote.revised').length;
    expect(again?.context['quote.revised']).toMatchObject({ revision: times });
  });

  test('have results of cloud functions and quotes of post-action feedback', () => {
    expect(tenant.processContexts.map((run) => run.context['calculateMargin'])).toContainEqual(
      expect.objectContaining({ metadata: { occurredAt: expect.any(String), type: 'cloud-function' } }),
    );
    expect(tenant.processContexts.map((run) => run.context['celonis_postaction_feedback'])).toContainEqual(
      expect.objectContaining({
        quotes: expect.arrayContaining([expect.objectContaining({ quoteId: expect.any(String) })]),
      }),
    );
  });

  test('share times of update here and there', () => {
    const times = tenant.processContexts.map((run) => run.metadata.updatedAt);
    const equal = times.length - new Set(times).size;
    expect(equal).toBeGreaterThanOrEqual(10);
    expect(equal).toBeLessThan(60);
  });

  test('follow many variants, with loops and with steps side by side', () => {
    const variants = new Set(
      tenant.processContexts.map((run) => run.events.map((event) => event.eventType).join(' > ')),
    );
    expect(variants.size).toBeGreaterThan(100);
    const has = (part: string): boolean => [...variants].some((variant) => variant.includes(part));
    expect(has('goods/issued > invoice_sent')).toBe(true);
    expect(has('invoice_sent > goods/issued')).toBe(true);
    expect(has('quote.revised > quote.revised')).toBe(true);
  });
});

describe('a tenant that goes on', () => {
  const options = { seed: 5, now: '2026-06-03T12:00:00.000Z', share: 0.6 };

  test('says exactly what it created, updated and deleted', () => {
    const data = generateOeTenant();
    const before = new Map(data.processContexts.map((run) => [run.context.processid, structuredClone(run)]));
    const changes = evolveOeTenant(data, options);
    const after = new Map(data.processContexts.map((run) => [run.context.processid, run]));
    expect(after.size).toBe(data.processContexts.length);
    expect([...after.keys()].filter((id) => !before.has(id)).toSorted()).toEqual(changes.created.toSorted());
    expect([...before.keys()].filter((id) => !after.has(id)).toSorted()).toEqual(changes.deleted.toSorted());
    const touched = [...after].filter(([id, run]) => before.has(id) && toJsonText(run) !== toJsonText(before.get(id)));
    expect(touched.map(([id]) => id).toSorted()).toEqual(changes.updated.toSorted());
    expect([changes.created.length, changes.deleted.length]).toEqual([90, 18]);
    expect(changes.updated.length).toBeGreaterThan(50);
    expectConsistent(data);
  });

  test('dates every change later than all that was there, keeps earlier events and adds to them', () => {
    const data = generateOeTenant();
    const before = new Map(data.processContexts.map((run) => [run.context.processid, run]));
    const latest =
      data.processContexts
        .map((run) => run.metadata.updatedAt)
        .toSorted()
        .at(-1) ?? '';
    const { created, updated } = evolveOeTenant(data, options);
    const after = new Map(data.processContexts.map((run) => [run.context.processid, run]));
    let grown = 0;
    for (const id of updated) {
      const old = before.get(id);
      const run = after.get(id);
      expect(run?.events.slice(0, old?.events.length)).toEqual(old?.events);
      if ((run?.events.length ?? 0) > (old?.events.length ?? 0)) grown++;
    }
    for (const id of [...created, ...updated]) {
      expect((after.get(id)?.metadata.updatedAt ?? '') > latest).toBe(true);
      expect((after.get(id)?.metadata.updatedAt ?? '') < options.now).toBe(true);
    }
    expect(grown).toBeGreaterThan(20);
    expect(updated.some((id) => after.get(id)?.status !== 'running')).toBe(true);
  });

  test('goes on in the same way each time, and on from there', () => {
    const run = (): string => {
      const data = generateOeTenant({ processContexts: 300 });
      evolveOeTenant(data, options);
      evolveOeTenant(data, { ...options, now: '2026-06-05T12:00:00.000Z' });
      return toJsonText(data);
    };
    expect(run()).toBe(run());
  });

  test('cannot go back', () => {
    expect(() => evolveOeTenant(generateOeTenant({ processContexts: 5 }), { now: '2020-01-01T00:00:00Z' })).toThrow(
      /now must be later/,
    );
  });
});
