import {
  celonisOptions,
  celonisSecrets,
  destinationOption,
  jsonOption,
  logWindowsOption,
  pushOptions,
  pushSecrets,
  readPoolProfile,
  type CommandSpec,
  type OptionSpec,
} from '@millrace/cli-kit';
import { connectionOptions, connectionSecrets } from './connection.ts';
import {
  digitalProcessOption,
  modelOption,
  namesOption,
  pseudonymizeOption,
  pseudonymSecret,
  shapeOptions,
} from './shape-options.ts';
import { sweepOption } from '../sweep-option.ts';

/** Options that say which process contexts. */
export const contextFilterOptions: readonly OptionSpec[] = [
  { flags: '--status <status>', key: 'status', description: 'only process contexts with this status, as finished' },
  {
    flags: '--created-since <date>',
    key: 'createdSince',
    description: 'only those created at or after (2026-01-31 or 2026-01-31T08:00:00Z)',
  },
  { flags: '--updated-since <date>', key: 'updatedSince', description: 'only those changed at or after' },
  { flags: '--scopes <scopes>', key: 'scopes', description: 'live, draft or live,draft', default: 'live' },
  digitalProcessOption,
  { flags: '--filter <statement>', key: 'filter', description: `Filter Statement, as "status = 'finished'"` },
  {
    flags: '--delta-filter <statement>',
    key: 'deltaFilter',
    description: `Delta Filter Statement, as "status = 'finished' AND updatedSince = <%=max_modified_time%>"`,
  },
  {
    flags: '--parameters <list>',
    key: 'parameters',
    description:
      'parameters of the statements with ; between: since=2026-01-01; newest=FIND_MAX(process_context, metadata$updatedAt, 2020-01-01)',
  },
];

export const runCommand: CommandSpec = {
  name: 'run',
  summary: 'extract all tables and build the activity log',
  description: `Reads accounts, digital processes (value streams), event types and process contexts with everything nested in them, writes them as
tables, and builds the activity log.

The first run reads everything. Later runs read the process contexts that changed since, and replace them with all their child
rows; nothing is written twice. Changed filters, another shape, or --full, read everything again.

A filter hides runs: with --status finished those that are running, failed or terminated are not extracted. The program says how
many. --filter and --delta-filter take the statements of a Celonis data job; a delta load goes by --delta-filter, where there is
one, else by --filter. Parameters: <%=max_modified_time%> is the newest change that the destination holds, <%=includeScopes%> is
the value of --scopes.

--to celonis:POOL (name or ID) pushes into a data pool of the Celonis team in CELONIS_URL. What a pool cannot keep, receipts and
states, is in the folder --state; keep it, since a run without it begins anew.`,
  options: [
    destinationOption('oe.duckdb'),
    ...connectionOptions,
    ...contextFilterOptions,
    { flags: '--full', key: 'full', description: 'read everything again, and replace what is there' },
    sweepOption,
    modelOption,
    namesOption,
    ...shapeOptions,
    pseudonymizeOption,
    {
      flags: '--template <file>',
      key: 'template',
      description:
        'extract what a file of the Celonis Extractor Builder says, with its tables, columns, paths and paging',
    },
    { flags: '--page-size <number>', key: 'pageSize', description: 'documents per request, 1 to 1000', default: '200' },
    { flags: '--concurrency <number>', key: 'concurrency', description: 'requests in flight, 1 to 32', default: '4' },
    ...celonisOptions,
    ...pushOptions,
    logWindowsOption,
    jsonOption,
  ],
  secrets: [...connectionSecrets, pseudonymSecret, ...celonisSecrets, ...pushSecrets],
  readProfile: readPoolProfile,
  examples: [
    ['run', 'everything into oe.duckdb; run it again for what changed'],
    ['run --status finished --created-since 2026-01-01', 'completed runs of this year'],
    [
      `run --filter "status = 'finished'" --delta-filter "status = 'finished' AND updatedSince = <%=max_modified_time%>"`,
      'the same words as in a Celonis data job',
    ],
    ['run --scopes live,draft --to parquet:oe', 'runs of draft versions too, as Parquet files below ./oe'],
    ['run --to celonis:OE', 'into the data pool "OE" of a Celonis team, by Data Push'],
    [
      'run --model oe/event-log --digital-process 01JX0B2M9Q3N4P5R6S7T8V9W0X',
      'one digital process, under the older names',
    ],
    [
      "run --pseudonymize 'sensitive,process_context$context$*$customer$email'",
      'hashes in place of users and of the customers’ e-mails',
    ],
  ],
  load: async () => (await import('../handlers/run.ts')).runRun,
};
