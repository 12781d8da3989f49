import type { CommandSpec } from '../command.ts';
import { pushedOptions, readPoolProfile } from './push-options.ts';
import { destinationOption, jsonOption } from './shared-options.ts';

/** `status`: the same in every program, but for the file it looks at by default. */
export function statusCommand(file: string): CommandSpec {
  return {
    name: 'status',
    summary: 'say how far each feed is complete',
    description: `Says up to which instant each feed is complete, what was read last, how many records came late, and which spans the source had
deleted before they were read: exit code 4 until --acknowledge. Reads the destination only.`,
    options: [
      destinationOption(file),
      ...pushedOptions,
      {
        flags: '--max-lag <span>',
        key: 'maxLag',
        description: 'exit 3 when a feed is complete only up to an instant older than this: 90m, 24h, 7d',
      },
      {
        flags: '--acknowledge',
        key: 'acknowledge',
        description: 'take note of all gaps; a receipt says so, and status no longer exits 4 for them',
      },
      {
        flags: '--prometheus <file>',
        key: 'prometheus',
        description: "also write the figures as a text file for Prometheus' node exporter",
      },
      jsonOption,
    ],
    examples: [['status --max-lag 2h', 'for a monitor: exit 3 when a feed ends more than two hours ago']],
    readProfile: readPoolProfile,
    load: async () => (await import('../handlers/status.ts')).runStatus,
  };
}
