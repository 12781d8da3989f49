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

/** Where a credential stands in the environment, and which settings say what kind of key it is. */
export interface CredentialNames {
  readonly token: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** Keys of settings; the first that has a value counts. */
  readonly keyType: readonly string[];
}

/** The credential of the team that a program is about. */
const ofTeam: CredentialNames = {
  token: 'CELONIS_API_TOKEN',
  clientId: 'OAUTH_CLIENT_ID',
  clientSecret: 'OAUTH_CLIENT_SECRET',
  keyType: ['keyType'],
};

async function readCredentials(context: Pick<CommandContext, 'io' | 'settings'>): Promise<Credentials> {
  const { token, clientId, clientSecret } = ofTeam;
  const credentials = await findCredentials(context, ofTeam);
  if (credentials !== undefined) return credentials;
  const hasClient = (await readSecret(clientId, context.io)) !== undefined;
  const missing = hasClient ? clientSecret : `${token} (or ${clientId} and ${clientSecret})`;
  throw new UsageError(`The credential is missing: set ${missing} in the environment.`);
}

/** A key, else an OAuth client; undefined when neither is set. */
export async function findCredentials(
  { io, settings }: Pick<CommandContext, 'io' | 'settings'>,
  names: CredentialNames,
): Promise<Credentials | undefined> {
  const method = wordSetting(settings, 'oauthMethod', ['basic', 'post']) ?? 'post';
  const key = await findKey({ io, settings }, names);
  if (key !== undefined) return key.scheme === 'AppKey' ? appKey(key.key) : bearer(key.key);
  const clientId = await readSecret(names.clientId, io);
  const clientSecret = await readSecret(names.clientSecret, io);
  if (clientId === undefined || clientSecret === undefined) return undefined;
  return clientCredentials(clientId, clientSecret, { method });
}

/** The key in `CELONIS_API_TOKEN` and the word that stands before it in the header; undefined when it is not set. */
export async function readKey(
  context: Pick<CommandContext, 'io' | 'settings'>,
): Promise<{ scheme: 'AppKey' | 'Bearer'; key: string } | undefined> {
  return findKey(context, ofTeam);
}

async function findKey(
  { io, settings }: Pick<CommandContext, 'io' | 'settings'>,
  names: CredentialNames,
): Promise<{ scheme: 'AppKey' | 'Bearer'; key: string } | undefined> {
  const [keyType] = names.keyType.flatMap(
    (key) => wordSetting(settings, key, ['AppKey', 'Bearer', 'APP_KEY', 'BEARER', 'USER_KEY']) ?? [],
  );
  const token = await readSecret(names.token, io);
  if (token === undefined) return undefined;
  // content-cli spells the type in capitals; the value itself may be pasted with its scheme from the vendor's Swagger page.
  const key = token.replace(/^(?:AppKey|Bearer)\s+/i, '');
  return { scheme: keyType === 'AppKey' || keyType === 'APP_KEY' ? 'AppKey' : 'Bearer', key };
}
