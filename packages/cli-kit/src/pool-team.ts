/** The team whose data pool a program pushes into. */
import type { CelonisPoolOptions } from '@millrace/destinations';
import { type CredentialNames, findCredentials, readTeam } from './celonis-team.ts';
import type { CommandContext } from './command.ts';
import { nodeFetch } from './node-fetch.ts';
import { UsageError } from './usage-error.ts';
import { serverSetting } from './values.ts';
import { sayWaits } from './waiting.ts';

type Context = Pick<CommandContext, 'io' | 'settings'>;

/** A credential for pushing alone, or for another team. */
const forPushing: CredentialNames = {
  token: 'CELONIS_PUSH_API_TOKEN',
  clientId: 'CELONIS_PUSH_CLIENT_ID',
  clientSecret: 'CELONIS_PUSH_CLIENT_SECRET',
  keyType: ['pushKeyType', 'keyType'],
};

const EXAMPLE = 'https://acme.eu-1.celonis.cloud';

/** Address of the team: `--push-team`, else the team of the program. @throws UsageError when neither is given */
export function poolTeamUrl({ settings }: Context): string {
  const team = serverSetting(settings, 'pushTeam', EXAMPLE) ?? serverSetting(settings, 'team', EXAMPLE);
  if (team !== undefined) return team;
  throw new UsageError(
    'The team of the data pool is missing: set CELONIS_URL (or --team) to https://<team>.<realm>.celonis.cloud.',
  );
}

/** Address and credential of the team. The credential of one team never goes to another. @throws UsageError when one is missing */
export async function readPoolTeam(
  context: Context,
): Promise<Pick<CelonisPoolOptions, 'team' | 'credentials' | 'fetch' | 'onWait'>> {
  const { io, settings } = context;
  const team = poolTeamUrl(context);
  const base = { team, fetch: await nodeFetch(io.env), onWait: sayWaits(io) };
  const credentials = await findCredentials(context, forPushing);
  if (credentials !== undefined) return { ...base, credentials };
  if (team === serverSetting(settings, 'team', EXAMPLE)) {
    const { credentials: shared } = await readTeam(context);
    return { ...base, credentials: shared };
  }
  throw new UsageError(
    `The credential for ${team} is missing: set CELONIS_PUSH_API_TOKEN (or CELONIS_PUSH_CLIENT_ID and CELONIS_PUSH_CLIENT_SECRET) in the environment.`,
  );
}
