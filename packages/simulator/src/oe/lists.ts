/** The list operations of OE. Paths, paging and bounds are inferred; the API description says so for each. */
import { mix, mixText } from '../chance.ts';
import type { VirtualClock } from '../clock.ts';
import type { OeData, OeProcessContext } from '../data/oe-data.ts';
import { createRandom } from '../data/random.ts';
import type { FaultPlan } from '../faults.ts';
import type { ParameterValue } from '../openapi.ts';
import { arrangePage, ordersOf, shuffled } from '../page-order.ts';
import { type ChangingFeed, RowChanges } from '../row-changes.ts';
import type { Answer, ApiRequest } from '../api.ts';
import { refuseOe } from './refusals.ts';

/** Fields of `context` that a process context may lack. */
const optional = ['metadata', '_executionEnvironment', '_replayid'] as const;

export class OeLists {
  readonly changes: RowChanges;
  readonly #data: OeData;

  constructor(data: OeData, clock: VirtualClock) {
    this.#data = data;
    this.changes = new RowChanges(clock, [processContextFeed(data, clock)]);
  }

  readonly operations: Readonly<Record<string, (request: ApiRequest) => Answer>> = {
    listAccounts: (request) => listPage(request, this.#data.accounts),
    listDigitalProcesses: (request) => listPage(request, this.#data.digitalProcesses),
    listEventTypes: (request) => listPage(request, this.#data.eventTypes),
    listProcessContexts: (request) =>
      listPage(request, this.#selected(request), (row) => present(row, request.plan, request.seed)),
    getProcessContext: (request) => this.#one(request),
  };

  #selected({ values, plan }: ApiRequest): OeProcessContext[] {
    const { status, createdSince, updatedSince, includeScopes, executionTemplateID, sort } = values.query;
    const scopes = String(includeScopes).split(',');
    const since = sinceTest(plan.bounds?.from === 'exclusive');
    const selected = this.#data.processContexts.filter(
      ({ status: own, metadata, context }) =>
        scopes.includes(scopeOf(context)) &&
        (status === undefined || own === status) &&
        (executionTemplateID === undefined || context.executionTemplateID === executionTemplateID) &&
        since(metadata.createdAt, createdSince) &&
        since(metadata.updatedAt, updatedSince),
    );
    return sort === undefined ? selected : sorted(selected, String(sort));
  }

  /** By UUID, or by the three-part form, since the vendor calls both an instance ID. */
  #one({ values, plan, seed }: ApiRequest): Answer {
    const id = values.path['instanceId'];
    const found = this.#data.processContexts.find(
      ({ context }) => context.instanceid === id || context.processid === id,
    );
    if (found !== undefined) return { status: 200, body: present(found, plan, seed) };
    return refuseOe({ kind: 'unknown-path', path: `process context ${String(id)}` }, plan.auth);
  }
}

/** Process contexts of the given scopes as they are served. */
export function presentAll(
  rows: readonly OeProcessContext[],
  scopes: string,
  plan: FaultPlan,
  seed: number,
): OeProcessContext[] {
  const wanted = scopes.split(',');
  return rows.filter(({ context }) => wanted.includes(scopeOf(context))).map((row) => present(row, plan, seed));
}

function scopeOf({ _draft: draft }: OeProcessContext['context']): string {
  return draft ? 'draft' : 'live';
}

function sinceTest(exclusive: boolean): (value: string, bound: ParameterValue) => boolean {
  return (value, bound) => {
    if (bound === undefined) return true;
    const difference = Date.parse(value) - Date.parse(String(bound));
    return exclusive ? difference > 0 : difference >= 0;
  };
}

function sorted(rows: readonly OeProcessContext[], sort: string): OeProcessContext[] {
  const [path = '', direction = 'asc'] = sort.split(':');
  const sign = direction === 'desc' ? -1 : 1;
  const keyed = rows.map((row): [string, OeProcessContext] => [textAt(row, path.split('.')), row]);
  return keyed.sort(([a], [b]) => (a < b ? -sign : a > b ? sign : 0)).map(([, row]) => row);
}

function textAt(value: unknown, path: readonly string[]): string {
  let found: unknown = value;
  for (const part of path) found = typeof found === 'object' && found !== null ? Reflect.get(found, part) : undefined;
  return typeof found === 'string' || typeof found === 'number' ? String(found) : '';
}

function listPage<Row extends object>(
  { values, plan, seed }: ApiRequest,
  rows: readonly Row[],
  show?: (row: Row) => Row,
): Answer {
  const pageNumber = Number(values.query['pageNumber']);
  const pageSize = Number(values.query['pageSize']);
  const { across, within } = ordersOf(plan);
  const from = Math.max(0, pageNumber - 1) * pageSize;
  const to = Math.min(from + pageSize, rows.length);
  // A sort that was asked for holds, whatever the plan says.
  const order = values.query['sort'] === undefined ? across : 'ascending';
  const permutation = order === 'shuffled' ? shuffled(0, rows.length, seed, (at) => at) : undefined;
  const positions: number[] = [];
  for (let at = from; at < to; at += 1)
    positions.push(permutation?.[at] ?? (order === 'descending' ? rows.length - 1 - at : at));
  const page = arrangePage(positions, within, seed)
    .map((at) => rows[at] as Row)
    .map((row) => show?.(row) ?? row);
  const asked = values.header['X-Total-Count'] === true && plan.totalCount !== 'absent';
  const total =
    plan.totalCount === 'page'
      ? page.length
      : rows.length + (plan.totalCount === 'absent' ? 0 : (plan.totalCount ?? 0));
  return {
    status: 200,
    rows: page.length,
    ...(asked ? { headers: { 'x-total-count': String(Math.max(0, total)) } } : {}),
    body: plan.envelope === 'items' ? { items: page } : page,
  };
}

function present(row: OeProcessContext, { optionalFields, unknownEnums }: FaultPlan, seed: number): OeProcessContext {
  if ((optionalFields ?? unknownEnums) === undefined) return row;
  const choice = mixText(seed, row.context.processid);
  const context: OeProcessContext['context'] = { ...row.context };
  for (const [field, name] of optional.entries()) {
    const how =
      optionalFields === 'mixed' ? (['null', 'absent', undefined] as const)[mix(choice, field) % 3] : optionalFields;
    if (how === 'absent') Reflect.deleteProperty(context, name);
    else if (how === 'null') Reflect.set(context, name, null);
  }
  const unknown = unknownEnums !== undefined && choice % unknownEnums === 0;
  return { ...row, context, status: unknown ? 'something-new' : row.status };
}

function processContextFeed(data: OeData, clock: VirtualClock): ChangingFeed {
  let added = 0;
  return {
    name: 'process-contexts',
    span: () => {
      const times = data.processContexts.map(({ metadata }) => Date.parse(metadata.createdAt));
      // Reduced, since a call with one argument for each of many rows overflows the stack.
      return times.length === 0
        ? undefined
        : { first: times.reduce((a, b) => Math.min(a, b)), last: times.reduce((a, b) => Math.max(a, b)) };
    },
    add: (time, choice) => {
      const rows = data.processContexts;
      const template = rows[choice % Math.max(rows.length, 1)];
      added += 1;
      if (template !== undefined) rows.push(copyAt(template, time, choice, added));
    },
    removeOldest: (count) => {
      const rows = data.processContexts;
      const oldest = rows.toSorted((a, b) => a.metadata.createdAt.localeCompare(b.metadata.createdAt)).slice(0, count);
      for (const row of oldest) rows.splice(rows.indexOf(row), 1);
      return oldest.length;
    },
    update: (count, choice) => {
      const rows = data.processContexts;
      for (let at = 0; at < count; at += 1) {
        const row = rows[(choice + at) % Math.max(rows.length, 1)];
        if (row !== undefined) row.metadata.updatedAt = clock.now().toISOString();
      }
    },
  };
}

/** The same run once more at another time, with IDs of its own. */
function copyAt(template: OeProcessContext, time: number, choice: number, ordinal: number): OeProcessContext {
  const random = createRandom(choice, `copy ${ordinal}`);
  const row = structuredClone(template);
  const shift = time - Date.parse(row.metadata.createdAt);
  const shifted = (text: string): string => new Date(Date.parse(text) + shift).toISOString();
  row.metadata = {
    ...row.metadata,
    createdAt: new Date(time).toISOString(),
    updatedAt: shifted(row.metadata.updatedAt),
  };
  row.context.instanceid = random.uuid();
  row.context.processid = row.context.processid.replace(/[^-]*$/, random.ulid(time));
  for (const event of row.events) {
    event.id = random.ulid(Date.parse(event.readAt) + shift);
    event.occurredAt = shifted(event.occurredAt);
    event.readAt = shifted(event.readAt);
  }
  return row;
}
