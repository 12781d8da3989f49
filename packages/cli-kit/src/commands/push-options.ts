/** What `--to celonis:POOL` takes besides the team. */
import type { CommandSpec, OptionSpec, SecretSpec } from '../command.ts';
import { celonisOptions, readCelonisProfileOption } from './celonis-options.ts';

/** `--state`: for every command that reads or writes a data pool. */
export const stateOption: OptionSpec = {
  flags: '--state <folder>',
  key: 'state',
  description:
    'with --to celonis:POOL: folder for receipts, states and a copy of the tables; default: millrace-state/<team>/<pool>',
};

/** `--push-team`: for programs that read from a team, too. */
export const pushTeamOption: OptionSpec = {
  flags: '--push-team <url>',
  key: 'pushTeam',
  description: 'with --to celonis:POOL: the team of the data pool, where it is another than the one that is read',
  env: 'CELONIS_PUSH_URL',
};

/** What a command takes that reads what was pushed. */
export const pushedOptions: readonly OptionSpec[] = [
  ...celonisOptions.filter(({ key }) => key === 'team' || key === 'profile'),
  pushTeamOption,
  stateOption,
];

/** Reads the profile that `--profile` names, where the destination is a data pool. */
export const readPoolProfile: NonNullable<CommandSpec['readProfile']> = async (settings, io) =>
  settings.text('to')?.startsWith('celonis:') === true ? readCelonisProfileOption(settings, io) : undefined;

/** What a command that pushes takes. */
export const pushOptions: readonly OptionSpec[] = [
  stateOption,
  {
    flags: '--take-over',
    key: 'takeOver',
    description: 'with --to celonis:POOL: replace tables of the pool that --state did not push',
  },
  {
    flags: '--push-key-type <type>',
    key: 'pushKeyType',
    description: 'what CELONIS_PUSH_API_TOKEN is: AppKey or Bearer; default: as --key-type',
    env: 'CELONIS_PUSH_KEY_TYPE',
  },
];

/** Credentials for pushing alone, or for another team. */
export const pushSecrets: readonly SecretSpec[] = [
  { env: 'CELONIS_PUSH_API_TOKEN', description: 'key for --to celonis:POOL; default: the one of the team' },
  { env: 'CELONIS_PUSH_CLIENT_ID', description: 'OAuth 2 client for the same' },
  { env: 'CELONIS_PUSH_CLIENT_SECRET', description: 'its secret' },
];
