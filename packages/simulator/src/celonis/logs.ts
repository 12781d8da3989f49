/** The log, team and adoption operations of a Celonis team. */
import type { VirtualClock } from '../clock.ts';
import type { AdoptionEvent, AuditEvent, CelonisTeamData, LoginEvent, Member } from '../data/celonis-data.ts';
import type { FaultPlan } from '../faults.ts';
import type { ParameterValues } from '../openapi.ts';
import { arrangePage } from '../page-order.ts';
import { RowChanges } from '../row-changes.ts';
import type { Answer, ApiRequest } from '../api.ts';
import { Cursors } from './cursors.ts';
import { type Bounds, EventFeed, type Listing } from './event-feed.ts';
import { refuseCelonis } from './refusals.ts';

const unknownValue = 'SOMETHING_NEW_IN_THE_NEXT_RELEASE';

export class CelonisLogs {
  readonly audit: EventFeed<AuditEvent>;
  readonly logins: EventFeed<LoginEvent>;
  readonly adoption: EventFeed<AdoptionEvent>;
  readonly changes: RowChanges;
  readonly #data: CelonisTeamData;
  readonly #cursors = new Cursors();

  constructor(data: CelonisTeamData, clock: VirtualClock) {
    this.#data = data;
    this.audit = new EventFeed<AuditEvent>(
      {
        name: 'audit',
        source: () => data.auditEvents,
        optional: ['userRole', 'ipAddress', 'port', 'diffPayload'],
        unknown: (row) => ({ ...row, event: unknownValue }),
        blank: { userId: 'celonis-service (SYSTEM)', event: 'TEAM_UPDATED', timestamp: '', message: {} },
      },
      clock,
    );
    this.logins = new EventFeed<LoginEvent>(
      {
        name: 'logins',
        source: () => data.loginEvents,
        optional: [],
        unknown: (row) => ({ ...row, authenticationEventType: unknownValue }),
        blank: { authenticationEventType: 'LOGIN', email: 'somebody@example.com', success: true, timestamp: '' },
      },
      clock,
    );
    this.adoption = new EventFeed<AdoptionEvent>(
      {
        name: 'adoption',
        source: () => data.adoptionEvents,
        optional: ['userId', 'assetId', 'packageId', 'spaceId'],
        unknown: (row) => ({ ...row, appName: unknownValue, userType: unknownValue }),
        blank: {
          timestamp: '',
          userId: '',
          userType: 'CELONIS_USER',
          appName: 'STUDIO',
          entityType: 'STUDIO_ASSET',
          assetId: '',
          assetName: '',
          assetType: '',
          packageId: '',
          packageName: '',
          spaceId: '',
          spaceName: '',
        },
      },
      clock,
    );
    this.changes = new RowChanges(clock, [this.audit, this.logins, this.adoption]);
  }

  touch(): void {
    this.audit.touch();
    this.logins.touch();
    this.adoption.touch();
  }

  readonly operations: Readonly<Record<string, (request: ApiRequest) => Answer>> = {
    findAllAuditLogs: (request) => numberedPage(request, listing(this.audit, request)),
    findAllAuditLogsV2: (request) => this.#cursorPage(request, this.audit),
    findAllAuthenticationEvents: (request) => numberedPage(request, listing(this.logins, request)),
    getMemberProfileExternalTransport: (request) => numberedPage(request, this.#memberList(request)),
    findAdoptionTrackingEvents: (request) => numberedPage(request, listing(this.#adoptionOf(request), request)),
    findAdoptionTrackingEventsV2: (request) => this.#cursorPage(request, this.#adoptionOf(request)),
  };

  /** The feed that an operation reads; `undefined` for the members. */
  feedOf(operationId: string): EventFeed<AuditEvent> | EventFeed<LoginEvent> | EventFeed<AdoptionEvent> | undefined {
    if (operationId.startsWith('findAllAuditLogs')) return this.audit;
    if (operationId === 'findAllAuthenticationEvents') return this.logins;
    return operationId.startsWith('findAdoption') ? this.adoption : undefined;
  }

  /** `STUDIO_ASSET` is the only documented entity type; of any other the team has no events. */
  #adoptionOf(request: ApiRequest): Listable {
    return request.values.path['entityType'] === 'STUDIO_ASSET' ? this.adoption : nothing;
  }

  #memberList({ values, plan }: ApiRequest): Listing<Member> {
    const shown = shownMembers(this.#data.members, values.query['includeInternal'] !== false, plan);
    return { total: shown.length, page: (from, to) => shown.slice(from, to) };
  }

  #cursorPage(request: ApiRequest, feed: Listable): Answer {
    const { values, operation, plan } = request;
    const { pageToken, limit, from, to } = values.query;
    const query = JSON.stringify([operation.operationId, values.path, from, to]);
    const token = pageToken === undefined ? undefined : String(pageToken);
    const page = this.#cursors.page(token, Number(limit), query, plan, () => listing(feed, request));
    if (!page.ok) {
      const problem = { in: 'query', name: 'pageToken', kind: 'value', message: page.reason } as const;
      return refuseCelonis({ kind: 'bad-request', problems: [problem] }, plan.auth);
    }
    if (page.rows.length === 0 && page.next === undefined && plan.emptyRange === 204) return { status: 204, rows: 0 };
    const next = page.next === undefined ? {} : { nextPageToken: page.next };
    return { status: 200, rows: page.rows.length, body: { content: page.rows, ...next } };
  }
}

interface Listable {
  list(bounds: Bounds, plan: FaultPlan, seed: number): Listing<object>;
}

const nothing: Listable = { list: () => ({ total: 0, page: () => [] }) };

/** Epoch milliseconds of the bounds of a request, with a fraction where it is finer than that. Times without a zone are UTC. */
export function boundsOf(query: ParameterValues['query']): Bounds {
  return {
    ...(query['from'] === undefined ? {} : { from: queryTime(String(query['from'])) }),
    ...(query['to'] === undefined ? {} : { to: queryTime(String(query['to'])) }),
  };
}

/** Members whose e-mail address is the vendor's count as internal. What the vendor means by it is not published. */
export function shownMembers(members: readonly Member[], includeInternal: boolean, plan: FaultPlan): Member[] {
  const order = typeof plan.order === 'string' ? plan.order : plan.order?.across;
  const shown = includeInternal
    ? [...members]
    : members.filter((member) => !/@celonis\.[a-z]+\)/.test(member.nameAndEmail));
  const positions = arrangePage([...shown.keys()], order, plan.seed ?? 0);
  return positions.map((at) => shown[at] as Member);
}

function queryTime(text: string): number {
  const [, seconds = '', fraction = ''] = /^(.{19})(?:\.(\d+))?Z?$/.exec(text) ?? [];
  return Date.parse(`${seconds}Z`) + Number(`0.${fraction}`) * 1000;
}

function listing(feed: Listable, { values, plan, seed }: ApiRequest): Listing<object> {
  return feed.list(boundsOf(values.query), plan, seed);
}

function numberedPage({ values, plan }: ApiRequest, { total, page }: Listing<object>): Answer {
  const pageNumber = Number(values.query['pageNumber']);
  const pageSize = Number(values.query['pageSize']);
  const content = page(pageNumber * pageSize, (pageNumber + 1) * pageSize);
  if (content.length === 0 && plan.emptyRange === 204) return { status: 204, rows: 0 };
  const counted =
    plan.totalCount === 'absent'
      ? {}
      : { totalCount: plan.totalCount === 'page' ? content.length : Math.max(0, total + (plan.totalCount ?? 0)) };
  return { status: 200, rows: content.length, body: { content, pageNumber, pageSize, ...counted } };
}
