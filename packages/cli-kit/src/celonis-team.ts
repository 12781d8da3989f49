/** Address and credential of a Celonis team, from settings and environment. */
import { appKey, bearer, clientCredentials, type Credentials } from '@millrace/http';
import type { CommandContext } from './command.ts';
import { readSecret } from './secrets.ts';
import { UsageError } from './usage-error.ts';
import { serverSetting, wordSetting } from './values.ts';

/** A team and how to identify oneself to it. */
export interface TeamAccess {
  /** `https://acme.eu-1.celonis.cloud` */
  readonly team: string;
  readonly credentials: Credentials;
}

/** Reads them. @throws UsageError when the team or a credential is missing */
export async function readTeam({ io, settings }: Pick<CommandContext, 'io' | 'settings'>): Promise<TeamAccess> {
  const team = serverSetting(settings, 'team', 'https://acme.eu-1.celonis.cloud');
  if (team === undefined)
    throw new UsageError('The team is missing: set CELONIS_URL (or --team) to https://<team>.<realm>.celonis.cloud.');
  return { team, credentials: await readCredentials({ io, settings }) };
}

async function readCredentials({ io, settings }: Pick<CommandContext, 'io' | 'settings'>): Promise<Credentials> {
  const method = wordSetting(settings, 'oauthMethod', ['basic', 'post']) ?? 'post';
  const key = await readKey({ io, settings });
  if (key !== undefined) return key.scheme === 'AppKey' ? appKey(key.key) : bearer(key.key);
  const clientId = await readSecret('OAUTH_CLIENT_ID', io);
  const clientSecret = await readSecret('OAUTH_CLIENT_SECRET', io);
  if (clientId !== undefined && clientSecret !== undefined)
    return clientCredentials(clientId, clientSecret, { method });
  const missing =
    clientId === undefined ? 'CELONIS_API_TOKEN (or OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET)' : 'OAUTH_CLIENT_SECRET';
  throw new UsageError(`The credential is missing: set ${missing} in the environment.`);
}

/** The key in `CELONIS_API_TOKEN` and the word that stands before it in the header; undefined when it is not set. */
export async function readKey({
  io,
  settings,
}: Pick<CommandContext, 'io' | 'settings'>): Promise<{ scheme: 'AppKey' | 'Bearer'; key: string } | undefined> {
  const keyType = wordSetting(settings, 'keyType', ['AppKey', 'Bearer', 'APP_KEY', 'BEARER', 'USER_KEY']);
  const token = await readSecret('CELONIS_API_TOKEN', io);
  if (token === undefined) return undefined;
  // content-cli spells the type in capitals; the value itself may be pasted with its scheme from the vendor's Swagger page.
  const key = token.replace(/^(?:AppKey|Bearer)\s+/i, '');
  return { scheme: keyType === 'AppKey' || keyType === 'APP_KEY' ? 'AppKey' : 'Bearer', key };
}
