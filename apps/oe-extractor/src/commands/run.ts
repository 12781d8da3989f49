import { destinationOption, jsonOption, type CommandSpec } from '@millrace/cli-kit';
import { connectionOptions, connectionSecrets } from './connection.ts';

export const runCommand: CommandSpec = {
  name: 'run',
  summary: 'extract all tables and build the activity log',
  description: `Reads accounts, digital processes (value streams), event types and process contexts with everything nested in them, writes them as
tables, and builds the activity log.

The first run reads everything. Later runs read the process contexts that changed since, and replace them with all their child
rows; nothing is written twice. Changed filters, or --full, read everything again. A filter hides runs: with --status finished
those that are running, failed or terminated are not extracted.`,
  options: [
    destinationOption('oe.duckdb'),
    ...connectionOptions,
    { flags: '--status <status>', key: 'status', description: 'only process contexts with this status, as finished' },
    {
      flags: '--created-since <date>',
      key: 'createdSince',
      description: 'only those created at or after (2026-01-31 or 2026-01-31T08:00:00Z)',
    },
    { flags: '--updated-since <date>', key: 'updatedSince', description: 'only those changed at or after' },
    { flags: '--scopes <scopes>', key: 'scopes', description: 'live, draft or live,draft', default: 'live' },
    { flags: '--full', key: 'full', description: 'read everything again, and replace what is there' },
    {
      flags: '--model <name>',
      key: 'model',
      description: 'oe/activity-log (one row per event) or oe/event-log (one row per run)',
      default: 'oe/activity-log',
    },
    { flags: '--page-size <number>', key: 'pageSize', description: 'documents per request, 1 to 1000', default: '200' },
    { flags: '--concurrency <number>', key: 'concurrency', description: 'requests in flight, 1 to 32', default: '4' },
    jsonOption,
  ],
  secrets: connectionSecrets,
  examples: [
    ['run', 'everything into oe.duckdb; run it again for what changed'],
    ['run --status finished --created-since 2026-01-01', 'completed runs of this year'],
    ['run --scopes live,draft --to parquet:oe', 'runs of draft versions too, as Parquet files below ./oe'],
  ],
  load: async () => (await import('../handlers/run.ts')).runRun,
};
