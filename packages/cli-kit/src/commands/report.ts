import type { Model } from '@millrace/model';
import type { CommandSpec } from '../command.ts';
import { pushedOptions, readPoolProfile } from './push-options.ts';
import { destinationOption, jsonOption } from './shared-options.ts';

/** `report`: the same in every program, but for the file it looks at by default and the activity tables it knows. */
export function reportCommand(program: string, file: string, models: () => Promise<readonly Model[]>): CommandSpec {
  return {
    name: 'report',
    summary: 'draw what happened as one HTML file',
    description: `Writes one HTML file that needs nothing else to be read, and that asks nothing of the network: how far each feed is, what each
run brought, gaps and late records, whether the data is as it was written, and for each activity table how often each activity is and
the most frequent variants. It names activities, tables and counts, and no person.

Exit code 6 when the data was changed after it was written; where it can still be read, the report says what. Reads the destination only.`,
    options: [
      destinationOption(file),
      ...pushedOptions,
      { flags: '--out <file>', key: 'out', description: 'the file to write', default: `${program}-report.html` },
      {
        flags: '--skip-verify',
        key: 'skipVerify',
        description: 'do not compare rows and files with the receipts, which reads all of them',
      },
      jsonOption,
    ],
    examples: [['report --out report.html', 'then open report.html in a browser']],
    readProfile: readPoolProfile,
    load: async () => {
      const { runReport } = await import('../handlers/report.ts');
      return async (context) => runReport(program, await models(), context);
    },
  };
}
