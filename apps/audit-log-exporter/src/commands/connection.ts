/** How to reach a Celonis team: the options and secrets that every command with a connection has. */
import { celonisOptions, celonisSecrets, type OptionSpec, type SecretSpec } from '@millrace/cli-kit';

export { readCelonisProfileOption as readProfile } from '@millrace/cli-kit';

export const connectionOptions: readonly OptionSpec[] = [
  ...celonisOptions,
  {
    flags: '--audit-api <version>',
    key: 'auditApi',
    description: 'endpoint of the audit log: v1 (page numbers, counted) or v2 (cursor)',
    default: 'v1',
  },
  {
    flags: '--team-api-prefix <path>',
    key: 'teamApiPrefix',
    description: 'service prefix of the login history and members APIs, where a team has one',
  },
];

export const connectionSecrets: readonly SecretSpec[] = celonisSecrets;
