import {
  destinationOption,
  jsonOption,
  logWindowsOption,
  pushOptions,
  pushSecrets,
  pushTeamOption,
  type CommandSpec,
} from '@millrace/cli-kit';
import { connectionOptions, connectionSecrets, readProfile } from './connection.ts';

export const exportCommand: CommandSpec = {
  name: 'export',
  summary: 'export audit log, login history and members',
  description: `Reads the audit log, the login history and the members of a team and writes them as tables.

The first run reads everything that the team retains (or what came since --from). Later runs read what is new, and once more the
last --reread span, so that records which arrive late are not missed; nothing is written twice. Every window of time is counted
against the server before it is committed, and an interrupted run goes on where it stopped.

--to celonis:POOL (name or ID) pushes into a data pool of the team, or of --push-team. What a pool cannot keep, receipts and states,
is in the folder --state; keep it, since a run without it begins anew.`,
  options: [
    destinationOption('celonis-audit.duckdb'),
    ...connectionOptions,
    {
      flags: '--from <date>',
      key: 'from',
      description: 'first day or instant, included (2026-01-31 or 2026-01-31T08:00:00Z); default: everything retained',
    },
    {
      flags: '--until <date>',
      key: 'until',
      description: 'last instant, not included; default: the present, less --settle',
    },
    {
      flags: '--feeds <list>',
      key: 'feeds',
      description: 'which of audit, logins, members, adoption',
      default: 'audit,logins,members',
    },
    { flags: '--full', key: 'full', description: 'read everything again, and replace what is there' },
    {
      flags: '--settle <span>',
      key: 'settle',
      description: 'leave the newest records alone until they are this old',
      default: '5m',
    },
    {
      flags: '--reread <span>',
      key: 'reread',
      description: 'read this much of the past again, for late records',
      default: '24h',
    },
    {
      flags: '--heal',
      key: 'heal',
      description: 'read everything again that the source still has, and take in what came later than --reread covers',
    },
    { flags: '--concurrency <number>', key: 'concurrency', description: 'requests in flight, 1 to 32', default: '4' },
    pushTeamOption,
    ...pushOptions,
    logWindowsOption,
    jsonOption,
  ],
  secrets: [...connectionSecrets, ...pushSecrets],
  readProfile,
  examples: [
    ['export', 'everything retained, into celonis-audit.duckdb; run it again for what is new'],
    ['export --from 2026-01-01 --to parquet:audit', 'since new year, as Parquet files below ./audit'],
    ['export --heal', 'once a month: whatever came late, however late'],
    ['export --to celonis:Audit', 'into the data pool "Audit" of the same team, by Data Push'],
    ['export --feeds audit --to ndjson:- | jq .row.event', 'the audit log on standard output'],
  ],
  load: async () => (await import('../handlers/export.ts')).runExport,
};
