import type { CommandSpec, OptionSpec } from '@millrace/cli-kit';

/** Options that say what Celonis extracts. */
export const extractorOptions: readonly OptionSpec[] = [
  {
    flags: '--feeds <list>',
    key: 'feeds',
    description: 'which of audit, logins, members',
    default: 'audit,logins,members',
  },
  { flags: '--page-size <number>', key: 'pageSize', description: 'records in a page, 1 to 200', default: '200' },
  {
    flags: '--team-api-prefix <path>',
    key: 'teamApiPrefix',
    description: 'service prefix of the login history and members APIs, where a team has one',
  },
];

export const templateCommand: CommandSpec = {
  name: 'template',
  summary: 'write the file that the Celonis Extractor Builder imports',
  description: `Writes a custom extractor for audit log, login history and members as a file for Build custom connection, Import from file: API key in
the header Authorization, one endpoint per log with its filters and paging, and the response with every documented column. It
holds no host and no secret, and no connection is needed.

Records of the logs have no ID, so their tables have no primary key and are called audit_log_raw and login_history_raw: the data job
that "provision" builds gives each record its key.`,
  options: [
    { flags: '--out <file>', key: 'out', description: 'where to write it; default: standard output' },
    ...extractorOptions,
  ],
  examples: [['template --out audit-extractor.json', 'for the Extractor Builder']],
  load: async () => (await import('../handlers/template.ts')).runTemplate,
};
