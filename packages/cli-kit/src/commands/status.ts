import type { CommandSpec } from '../command.ts';
import { destinationOption, jsonOption } from './shared-options.ts';

/** `status`: the same in every program, but for the file it looks at by default. */
export function statusCommand(file: string): CommandSpec {
  return {
    name: 'status',
    summary: 'say how far each feed is complete',
    description: 'Says up to which instant each feed is complete, and what was read last. Reads the destination only.',
    options: [
      destinationOption(file),
      {
        flags: '--max-lag <span>',
        key: 'maxLag',
        description: 'exit 3 when a feed is complete only up to an instant older than this: 90m, 24h, 7d',
      },
      jsonOption,
    ],
    examples: [['status --max-lag 2h', 'for a monitor: exit 3 when a feed ends more than two hours ago']],
    load: async () => (await import('../handlers/status.ts')).runStatus,
  };
}
