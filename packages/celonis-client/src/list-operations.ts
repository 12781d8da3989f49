/** Each list of the log APIs as the request for one of its pages. */
import type { PagedListDefinition, Paging } from '@millrace/http';
import type { Client } from 'openapi-fetch';

import type { paths } from './generated/logs.ts';
import { logsOperations } from './generated/logs-operations.ts';
import { type TimeRange, timeRange } from './time-range.ts';

/** Pages by number: https://developer.celonis.com/celonis-apis/team-api/overview/ */
const NUMBERED: Paging = {
  style: 'page-number',
  firstPage: 0,
  maxPageSize: 200,
  items: 'content',
  bare: false,
  totalCount: { in: 'body', name: 'totalCount' },
};

/** Pages by cursor: https://developer.celonis.com/changelog (2026-05-13) */
const BY_CURSOR: Paging = { style: 'cursor', maxPageSize: 500, items: 'content', nextCursor: 'nextPageToken' };

const RANGE = ['from', 'to'] as const;

/** Which members. */
export interface MemberFilters {
  /** Whether members that are Celonis' own staff are listed. Default true, as the vendor's. */
  readonly includeInternal?: boolean;
}

/** Audit log, by page number. */
export const auditV1: (raw: Client<paths>) => PagedListDefinition<TimeRange> = (raw) => ({
  operation: logsOperations.findAllAuditLogs,
  paging: NUMBERED,
  filters: RANGE,
  prepare: (filters) => {
    const range = timeRange(filters);
    return ({ pageNumber, pageSize, init }) =>
      raw.GET('/log/api/external/audit', { params: { query: { ...range, pageNumber, pageSize } }, ...init });
  },
});

/** Audit log, by cursor. */
export const auditV2: (raw: Client<paths>) => PagedListDefinition<TimeRange> = (raw) => ({
  operation: logsOperations.findAllAuditLogsV2,
  paging: BY_CURSOR,
  filters: RANGE,
  prepare: (filters) => {
    const range = timeRange(filters);
    return ({ cursor, pageSize, init }) =>
      raw.GET('/log/api/external/v2/audit', { params: { query: cursorQuery(range, cursor, pageSize) }, ...init });
  },
});

/** Login history. */
export const logins: (raw: Client<paths>) => PagedListDefinition<TimeRange> = (raw) => ({
  operation: logsOperations.findAllAuthenticationEvents,
  paging: NUMBERED,
  filters: RANGE,
  prepare: (filters) => {
    const range = timeRange(filters);
    return ({ pageNumber, pageSize, init }) =>
      raw.GET('/api/external/authentication-events', {
        params: { query: { ...range, pageNumber, pageSize } },
        ...init,
      });
  },
});

/** Team members. */
export const members: (raw: Client<paths>) => PagedListDefinition<MemberFilters> = (raw) => ({
  operation: logsOperations.getMemberProfileExternalTransport,
  paging: NUMBERED,
  filters: ['includeInternal'],
  prepare:
    ({ includeInternal = true }) =>
    ({ pageNumber, pageSize, init }) =>
      raw.GET('/api/external/members', { params: { query: { includeInternal, pageNumber, pageSize } }, ...init }),
});

/** The one kind of thing whose adoption is documented to be tracked. */
const STUDIO = { entityType: 'STUDIO_ASSET' } as const;

/** Studio adoption, by page number. */
export const adoptionV1: (raw: Client<paths>) => PagedListDefinition<TimeRange> = (raw) => ({
  operation: logsOperations.findAdoptionTrackingEvents,
  paging: NUMBERED,
  filters: RANGE,
  prepare: (filters) => {
    const range = timeRange(filters);
    return ({ pageNumber, pageSize, init }) =>
      raw.GET('/platform-adoption/api/external/adoption-tracking-events/{entityType}', {
        params: { path: STUDIO, query: { ...range, pageNumber, pageSize } },
        ...init,
      });
  },
});

/** Studio adoption, by cursor. */
export const adoptionV2: (raw: Client<paths>) => PagedListDefinition<TimeRange> = (raw) => ({
  operation: logsOperations.findAdoptionTrackingEventsV2,
  paging: BY_CURSOR,
  filters: RANGE,
  prepare: (filters) => {
    const range = timeRange(filters);
    return ({ cursor, pageSize, init }) =>
      raw.GET('/platform-adoption/api/external/v2/adoption-tracking-events/{entityType}', {
        params: { path: STUDIO, query: cursorQuery(range, cursor, pageSize) },
        ...init,
      });
  },
});

// The bounds go with every cursor: the vendor does not say whether a cursor remembers them.
const cursorQuery = (range: { from?: string; to?: string }, cursor: string | undefined, limit: number) => ({
  ...range,
  limit,
  ...(cursor === undefined ? {} : { pageToken: cursor }),
});
