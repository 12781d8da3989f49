/** The feeds of a team, each read through the typed client. */
import { bytePage, enginePaging, pageAddress } from '@millrace/cli-kit/pages';
import type { CelonisLogs, EventLog } from '@millrace/celonis-client/logs';
import type { Feed, WindowedFeed } from '@millrace/extract';
import { celonisAuditLog, flattenSpec } from '@millrace/model';

/** What `--feeds` takes. */
export const feedNames = ['audit', 'logins', 'members', 'adoption'] as const;

/** One of {@link feedNames}. */
export type FeedName = (typeof feedNames)[number];

/** Makes the feeds. */
export function auditFeeds(client: CelonisLogs, names: readonly FeedName[]): Feed[] {
  const { members } = client;
  const make: Readonly<Record<FeedName, () => Feed>> = {
    audit: () => eventFeed('audit', 'audit_log', client.audit),
    // The vendor writes these bounds without a fraction: https://developer.celonis.com/celonis-apis/team-api/overview/
    logins: () => ({ ...eventFeed('logins', 'login_history', client.logins), boundsStepMs: 1000 }),
    adoption: () => eventFeed('adoption', 'studio_adoption', client.adoption),
    members: () => ({
      kind: 'snapshot',
      name: 'members',
      root: flattenSpec(celonisAuditLog, 'members'),
      paging: enginePaging(members.paging),
      readPage: async (request) =>
        bytePage(await members.readPage(pageAddress(members.paging, request)), members.paging),
    }),
  };
  return names.map((name) => make[name]());
}

function eventFeed(name: FeedName, table: string, log: EventLog<unknown>): WindowedFeed {
  return {
    kind: 'windowed',
    name,
    root: flattenSpec(celonisAuditLog, table),
    timestamp: ['timestamp'],
    paging: enginePaging(log.paging),
    readPage: async (request) => {
      const { from, to } = request;
      return bytePage(await log.readPage({ from, to, ...pageAddress(log.paging, request) }), log.paging);
    },
  };
}
