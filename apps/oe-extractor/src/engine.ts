/** The client of the Orchestration Engine, from settings and environment. */
import { sayWaits, UsageError, type CommandContext } from '@millrace/cli-kit';
import { nodeFetch } from '@millrace/cli-kit/node-fetch';
import { readSecret } from '@millrace/cli-kit/secrets';
import { serverSetting } from '@millrace/cli-kit/values';
import { clientCredentials } from '@millrace/http';
import { createOeClient, type OeClient, type OeClientOptions } from '@millrace/oe-client';

const operations = [
  'createToken',
  'listAccounts',
  'listDigitalProcesses',
  'listEventTypes',
  'listProcessContexts',
] as const;

/**
 * Makes the client that the settings describe. `usual` are paths of lists that the settings may override.
 * @throws UsageError when a setting is wrong or a credential is missing
 */
export async function connectEngine(
  { io, settings }: CommandContext,
  usual: NonNullable<OeClientOptions['paths']> = {},
): Promise<OeClient> {
  const apiUrl = serverSetting(settings, 'apiUrl', 'https://api.emporix.io');
  const authUrl = serverSetting(settings, 'authUrl', 'https://api.emporix.io');
  const paths = { ...usual, ...readPaths(settings.text('paths'), settings.sourceOf('paths')) };
  const clientId = await readSecret('OE_CLIENT_ID', io);
  const clientSecret = await readSecret('OE_CLIENT_SECRET', io);
  if (clientId === undefined || clientSecret === undefined) {
    const missing = clientId === undefined ? 'OE_CLIENT_ID' : 'OE_CLIENT_SECRET';
    throw new UsageError(
      `The credential is missing: set ${missing} in the environment (Developer Portal, Manage API Keys).`,
    );
  }
  return createOeClient({
    ...(apiUrl === undefined ? {} : { apiUrl }),
    ...(authUrl === undefined ? {} : { authUrl }),
    credentials: clientCredentials(clientId, clientSecret),
    fetch: await nodeFetch(io.env),
    onWait: sayWaits(io),
    paths,
  });
}

/** `operation=/path` pairs with commas between. @throws UsageError for an operation that is none */
export function readPaths(text: string | undefined, source: string): NonNullable<OeClientOptions['paths']> | undefined {
  if (text === undefined) return undefined;
  const entries = text.split(',').map((entry) => {
    const [name = '', path = ''] = entry.split('=');
    const operation = operations.find((each) => each === name.trim());
    if (operation === undefined || !path.trim().startsWith('/')) {
      throw new UsageError(
        `${source}: "${entry.trim()}" is not of the form operation=/path, with an operation of ${operations.join(', ')}.`,
      );
    }
    return [operation, path.trim()] as const;
  });
  return Object.fromEntries(entries);
}
