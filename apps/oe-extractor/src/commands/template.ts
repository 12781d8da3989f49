import type { CommandSpec, OptionSpec } from '@millrace/cli-kit';
import { connectionOptions, connectionSecrets } from './connection.ts';
import { modelOption, namesOption, shapeOptions } from './shape-options.ts';

/** Options that say what Celonis extracts. */
export const templateOptions: readonly OptionSpec[] = [
  { flags: '--sample <number>', key: 'sample', description: 'process contexts to read from the tenant, 1 to 100000' },
  {
    flags: '--by-template',
    key: 'byTemplate',
    description: 'a connection reads one digital process: adds the connection parameter Digital Process ID',
  },
  { flags: '--page-size <number>', key: 'pageSize', description: 'documents per request, 1 to 1000', default: '200' },
];

export const templateCommand: CommandSpec = {
  name: 'template',
  summary: 'write the file that the Celonis Extractor Builder imports',
  description: `Writes a custom extractor for OE as a file for Build custom connection, Import from file: OAuth 2 client credentials, connection
parameters, one endpoint per list with its filters and paging, and the response with every column, nested table and primary key.
It holds no host and no secret.

With --sample it reads that many process contexts of your tenant, so that every payload column and child table that they have is in
the file, and says on stderr which of them only some have. Without, the file has the documented columns alone, and no connection is
needed.`,
  options: [
    { flags: '--out <file>', key: 'out', description: 'where to write it; default: standard output' },
    ...templateOptions,
    modelOption,
    namesOption,
    ...shapeOptions,
    ...connectionOptions,
  ],
  secrets: connectionSecrets,
  examples: [
    ['template --out oe-extractor.json', 'the documented columns; no connection needed'],
    ['template --sample 1000 --out oe-extractor.json', 'with the payload columns of your tenant'],
    ['template --model oe/event-log --by-template', 'under the older names, for one digital process'],
  ],
  load: async () => (await import('../handlers/template.ts')).runTemplate,
};
