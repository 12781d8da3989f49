import { jsonOption, type CommandSpec } from '@millrace/cli-kit';
import { connectionOptions, connectionSecrets } from './connection.ts';

export const doctorCommand: CommandSpec = {
  name: 'doctor',
  summary: 'try each list once and say what is missing',
  description: 'Asks each list for one document and says whether it answers, and if not, why. Writes nothing.',
  options: [...connectionOptions, jsonOption],
  secrets: connectionSecrets,
  examples: [['doctor', 'before the first run: the list paths are inferred, this shows whether they fit your tenant']],
  load: async () => (await import('../handlers/doctor.ts')).runDoctor,
};
