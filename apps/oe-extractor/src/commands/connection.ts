/** How to reach the Orchestration Engine: the options and secrets that every command with a connection has. */
import type { OptionSpec, SecretSpec } from '@millrace/cli-kit';

export const connectionOptions: readonly OptionSpec[] = [
  {
    flags: '--api-url <url>',
    key: 'apiUrl',
    description: 'API_URL of the connection',
    env: 'OE_API_URL',
    default: 'https://api.emporix.io',
  },
  {
    flags: '--auth-url <url>',
    key: 'authUrl',
    description: 'AUTH_URL of the connection; the token comes from <url>/oauth/token',
    env: 'OE_AUTH_URL',
    default: 'https://api.emporix.io',
  },
  {
    flags: '--paths <list>',
    key: 'paths',
    description:
      'other paths than the ones we infer, as listProcessContexts=/my/contexts,listAccounts=/my/accounts (see docs/evidence.md)',
    env: 'OE_PATHS',
  },
];

export const connectionSecrets: readonly SecretSpec[] = [
  { env: 'OE_CLIENT_ID', description: 'client ID from the Developer Portal, Manage API Keys' },
  { env: 'OE_CLIENT_SECRET', description: 'its secret' },
];
