import { jsonOption, type CommandSpec } from '@millrace/cli-kit';
import { modelOption, namesOption } from './shape-options.ts';

export const convertCommand: CommandSpec = {
  name: 'convert',
  summary: 'write the activity log as XES or OCEL 2.0, for other tools',
  description: `Writes the activity log of a destination as one file that process mining tools read: XES (one trace per run), or OCEL 2.0 as JSON
or SQLite (accounts, value streams, runs, and what the payloads name by ID are objects).`,
  options: [
    {
      flags: '--from <destination>',
      key: 'from',
      description: 'what a run wrote: duckdb:FILE or parquet:DIR',
      default: 'duckdb:oe.duckdb',
    },
    { flags: '--out <file>', key: 'out', description: 'the file to write; replaced when the new one is whole' },
    {
      flags: '--format <format>',
      key: 'format',
      description: 'xes, ocel-json or ocel-sqlite; default: by the ending .xes, .json or .sqlite of --out',
    },
    {
      flags: modelOption.flags,
      key: modelOption.key,
      description: 'oe/activity-log or oe/event-log; default: the one whose activity table is there',
    },
    namesOption,
    jsonOption,
  ],
  examples: [
    ['convert --out oe.xes', 'the activity log as XES'],
    ['convert --out oe.sqlite', 'the same as OCEL 2.0'],
  ],
  load: async () => (await import('../handlers/convert.ts')).runConvert,
};
