import { initCommand, destinationOption, type CommandSpec, type OptionSpec } from '@millrace/cli-kit';
import { connectionOptions } from './connection.ts';
import { exportCommand } from './export.ts';

const keys = ['team', 'profile', 'feeds'];
const options: readonly OptionSpec[] = [
  ...connectionOptions.filter(({ key }) => keys.includes(key)),
  destinationOption('celonis-audit.duckdb'),
  ...exportCommand.options.filter(({ key }) => key === 'feeds'),
];

export const initAuditCommand: CommandSpec = initCommand(
  'celonis-audit',
  async () => (await import('../handlers/init.ts')).questions(options),
  options,
  ({ profile }) => [
    ...(profile === undefined
      ? ['put the key into CELONIS_API_TOKEN, or name where it stands: CELONIS_API_TOKEN_FILE, _COMMAND or _KEYCHAIN']
      : []),
    'celonis-audit doctor',
    'celonis-audit export',
  ],
);
