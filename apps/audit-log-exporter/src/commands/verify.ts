import type { DeepVerification } from '@millrace/cli-kit';
import { connectionOptions, connectionSecrets, readProfile } from './connection.ts';

/** What `verify --deep` adds: the team, and its logs. */
export const deepVerification: DeepVerification = {
  options: [
    ...connectionOptions,
    {
      flags: '--feeds <list>',
      key: 'feeds',
      description: 'with --deep: which of audit, logins, adoption',
      default: 'audit,logins',
    },
    {
      flags: '--concurrency <number>',
      key: 'concurrency',
      description: 'with --deep: requests in flight',
      default: '4',
    },
  ],
  secrets: connectionSecrets,
  readProfile,
  load: async () => (await import('../handlers/verify.ts')).feedsToCompare,
};
