/** The client of a team, from settings and environment. */
import { UsageError, type CommandContext } from '@millrace/cli-kit';
import { nodeFetch } from '@millrace/cli-kit/node-fetch';
import { readSecret } from '@millrace/cli-kit/secrets';
import { serverSetting, wordSetting } from '@millrace/cli-kit/values';
import { createCelonisLogs, type CelonisLogs } from '@millrace/celonis-client/logs';
import { appKey, bearer, clientCredentials, type Credentials } from '@millrace/http';

/** Makes the client that the settings describe. @throws UsageError when the team or a credential is missing */
export async function connectTeam({ io, settings }: CommandContext): Promise<CelonisLogs> {
  const team = serverSetting(settings, 'team', 'https://acme.eu-1.celonis.cloud');
  if (team === undefined)
    throw new UsageError('The team is missing: set CELONIS_URL (or --team) to https://<team>.<realm>.celonis.cloud.');
  const teamApiPrefix = settings.text('teamApiPrefix');
  return createCelonisLogs({
    team,
    credentials: await readCredentials({ io, settings }),
    audit: wordSetting(settings, 'auditApi', ['v1', 'v2']) ?? 'v1',
    fetch: await nodeFetch(io.env),
    ...(teamApiPrefix === undefined ? {} : { teamApiPrefix }),
  });
}

async function readCredentials({ io, settings }: Pick<CommandContext, 'io' | 'settings'>): Promise<Credentials> {
  const keyType = wordSetting(settings, 'keyType', ['AppKey', 'Bearer', 'APP_KEY', 'BEARER', 'USER_KEY']);
  const method = wordSetting(settings, 'oauthMethod', ['basic', 'post']) ?? 'post';
  const token = await readSecret('CELONIS_API_TOKEN', io);
  // content-cli spells the type in capitals; the value itself may be pasted with its scheme from the vendor's Swagger page.
  const key = token?.replace(/^(?:AppKey|Bearer)\s+/i, '');
  if (key !== undefined) return keyType === 'AppKey' || keyType === 'APP_KEY' ? appKey(key) : bearer(key);
  const clientId = await readSecret('OAUTH_CLIENT_ID', io);
  const clientSecret = await readSecret('OAUTH_CLIENT_SECRET', io);
  if (clientId !== undefined && clientSecret !== undefined)
    return clientCredentials(clientId, clientSecret, { method });
  const missing =
    clientId === undefined ? 'CELONIS_API_TOKEN (or OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET)' : 'OAUTH_CLIENT_SECRET';
  throw new UsageError(`The credential is missing: set ${missing} in the environment.`);
}
