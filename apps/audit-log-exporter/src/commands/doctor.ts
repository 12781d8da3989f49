import { jsonOption, type CommandSpec } from '@millrace/cli-kit';
import { connectionOptions, connectionSecrets, readProfile } from './connection.ts';

export const doctorCommand: CommandSpec = {
  name: 'doctor',
  summary: 'try each API once and say what is missing',
  description:
    'Asks each API for one record and says whether it answers, and if not, which permission or scope is missing. Writes nothing.',
  options: [...connectionOptions, jsonOption],
  secrets: connectionSecrets,
  readProfile,
  examples: [['doctor', 'after creating the application key, before the first export']],
  load: async () => (await import('../handlers/doctor.ts')).runDoctor,
};
