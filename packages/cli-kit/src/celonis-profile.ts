/** Profiles of content-cli, the vendor's own command line program: a team and how to sign in to it. Read, never written. */
import { readdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Profile } from './command.ts';
import type { Io } from './io.ts';
import { readSecretFile, secretVariables } from './secrets.ts';
import { UsageError } from './usage-error.ts';

/** Source: npm @celonis/content-cli 1.15.0, lib/core/profile/profile.interface.d.ts. Profiles of its first releases have no `type`. */
const shape = z.object({
  team: z.string(),
  type: z.enum(['Key', 'Device Code', 'Client Credentials']).nullish(),
  authenticationType: z.enum(['Bearer', 'AppKey']).nullish(),
  apiToken: z.string().optional(),
  clientId: z.string().optional(),
  clientSecret: z.string().optional(),
  clientAuthenticationMethod: z.enum(['client_secret_basic', 'client_secret_post']).nullish(),
  /** Seconds since 1970. */
  expiresAt: z.number().nullish(),
  secretsStoredSecurely: z.boolean().nullish(),
});

type Stored = z.infer<typeof shape>;

/**
 * Reads the profile `name` of the user: `~/.celonis-content-cli-profiles/NAME.json`, its secrets from there or from the keychain.
 * @throws UsageError when there is none, others can read it, its sign-in has run out, or a secret is missing
 */
export async function readCelonisProfile(name: string, io: Pick<Io, 'env'>, now: Date = new Date()): Promise<Profile> {
  const folder = join(io.env['HOME'] ?? io.env['USERPROFILE'] ?? homedir(), '.celonis-content-cli-profiles');
  const source = join(folder, `${name}.json`);
  await checkIsThere(name, folder);
  const stored = parse(source, await readSecretFile(`The profile ${name}`, source));
  const secret = (account: 'apiToken' | 'clientSecret'): Promise<string> => secretOf(name, source, stored, account);
  const team = { CELONIS_URL: stored.team };
  if (stored.type === 'Client Credentials') {
    // The token that is there has run out within the hour; with the client we get our own.
    return {
      source,
      env: {
        ...team,
        ...cleared('CELONIS_API_TOKEN'),
        ...cleared('OAUTH_CLIENT_ID'),
        ...cleared('OAUTH_CLIENT_SECRET'),
        OAUTH_CLIENT_ID: stored.clientId,
        OAUTH_CLIENT_SECRET: await secret('clientSecret'),
        OAUTH_CLIENT_METHOD: stored.clientAuthenticationMethod === 'client_secret_basic' ? 'basic' : 'post',
      },
    };
  }
  if (stored.type === 'Device Code') checkIsValid(name, stored.expiresAt ?? 0, now);
  const keyType = stored.type === 'Device Code' ? 'Bearer' : (stored.authenticationType ?? 'Bearer');
  const token = await secret('apiToken');
  return {
    source,
    env: { ...team, ...cleared('CELONIS_API_TOKEN'), CELONIS_API_TOKEN: token, CELONIS_KEY_TYPE: keyType },
  };
}

async function checkIsThere(name: string, folder: string): Promise<void> {
  const files = await readdir(folder).catch(() => []);
  const names = files
    .filter((file) => file.endsWith('.json') && file !== 'config.json')
    .map((file) => file.slice(0, -5));
  if (names.includes(name)) return;
  const others = names.length === 0 ? 'There is none' : `There are: ${names.toSorted().join(', ')}`;
  throw new UsageError(`${folder} has no profile "${name}". ${others}; content-cli profile create makes one.`);
}

function parse(source: string, text: string): Stored {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    // What the parser says quotes the text, and that may be the secret.
    throw new UsageError(`${source} is not JSON: make the profile anew with content-cli profile create.`);
  }
  const parsed = shape.safeParse(json);
  if (parsed.success) return parsed.data;
  const fields = [...new Set(parsed.error.issues.map(({ path }) => path.join('.')))].join(', ');
  throw new UsageError(`${source} is not a profile of content-cli as version 1 writes it: see ${fields}.`);
}

function checkIsValid(name: string, expiresAt: number, now: Date): void {
  if (expiresAt * 1000 > now.getTime()) return;
  throw new UsageError(
    `The sign-in of the profile ${name} ran out on ${new Date(expiresAt * 1000).toISOString()}. A command of content-cli with --profile ${name} renews it; a profile with an application key does not run out.`,
  );
}

async function secretOf(
  name: string,
  source: string,
  stored: Stored,
  account: 'apiToken' | 'clientSecret',
): Promise<string> {
  const plain = stored[account];
  if (plain !== undefined && plain !== '') return plain;
  if (stored.secretsStoredSecurely !== true)
    throw new UsageError(`${source} has no ${account}: make the profile anew with content-cli profile create.`);
  const { readKeychain } = await import('./keychain.ts');
  const service = `celonis-content-cli:${name}`;
  const secret = await readKeychain(service, account);
  if (secret !== undefined) return secret;
  // content-cli names the account of an entry otherwise on Linux than everybody else does.
  const variable = account === 'apiToken' ? 'CELONIS_API_TOKEN' : 'OAUTH_CLIENT_SECRET';
  const instead =
    process.platform === 'linux'
      ? `set CELONIS_URL and ${variable}_COMMAND="secret-tool lookup service ${service} account ${account}"`
      : `set CELONIS_URL and ${variable}`;
  throw new UsageError(
    `The profile ${name} keeps its ${account} in the keychain, and there is no entry ${service} that can be read here: ${instead} instead of --profile.`,
  );
}

/** All variables of a secret as absent, so that none of the environment goes before the profile's. */
function cleared(secret: string): Record<string, undefined> {
  return Object.fromEntries(secretVariables(secret).map((variable) => [variable, undefined]));
}
