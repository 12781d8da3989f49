import { initCommand, type CommandSpec, type OptionSpec } from '@millrace/cli-kit';
import { runCommand } from './run.ts';

const keys = ['apiUrl', 'authUrl', 'to', 'scopes', 'status', 'digitalProcess'];
const options: readonly OptionSpec[] = runCommand.options.filter(({ key }) => keys.includes(key));

export const initOeCommand: CommandSpec = initCommand(
  'oe-extract',
  async () => (await import('../handlers/init.ts')).questions(options),
  options,
  () => [
    'put the client ID into OE_CLIENT_ID and its secret into OE_CLIENT_SECRET, or name where they stand: OE_CLIENT_SECRET_FILE, _COMMAND or _KEYCHAIN',
    'oe-extract doctor',
    'oe-extract run',
  ],
);
