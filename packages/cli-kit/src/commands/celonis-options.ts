/** How to reach a Celonis team: what every command that does so takes. */
import type { CommandSpec, OptionSpec, SecretSpec } from '../command.ts';

/** Team and kind of credential. */
export const celonisOptions: readonly OptionSpec[] = [
  {
    flags: '--team <url>',
    key: 'team',
    description: 'the team: https://<team>.<realm>.celonis.cloud',
    env: 'CELONIS_URL',
  },
  {
    flags: '--profile <name>',
    key: 'profile',
    description: 'profile of content-cli that says team and credential, in place of CELONIS_URL and CELONIS_API_TOKEN',
    env: 'CELONIS_PROFILE',
  },
  {
    flags: '--key-type <type>',
    key: 'keyType',
    description: 'what CELONIS_API_TOKEN is: AppKey (application key) or Bearer (user API key)',
    env: 'CELONIS_KEY_TYPE',
    default: 'AppKey',
  },
  {
    flags: '--oauth-method <method>',
    key: 'oauthMethod',
    description: 'how the OAuth client was registered to identify itself: basic or post',
    env: 'OAUTH_CLIENT_METHOD',
    default: 'post',
  },
];

/** The credential. */
export const celonisSecrets: readonly SecretSpec[] = [
  { env: 'CELONIS_API_TOKEN', description: 'application key or user API key' },
  { env: 'OAUTH_CLIENT_ID', description: 'OAuth 2 client, used when CELONIS_API_TOKEN is not set' },
  { env: 'OAUTH_CLIENT_SECRET', description: 'its secret' },
];

/** Reads the profile that `--profile` names. */
export const readCelonisProfileOption: NonNullable<CommandSpec['readProfile']> = async (settings, io) => {
  const name = settings.text('profile');
  if (name === undefined) return undefined;
  const { readCelonisProfile } = await import('../celonis-profile.ts');
  return readCelonisProfile(name, io);
};
