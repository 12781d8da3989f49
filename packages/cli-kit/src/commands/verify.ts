import type { CommandSpec, OptionSpec, SecretSpec } from '../command.ts';
import type { FeedsOf } from '../handlers/verify.ts';
import { celonisSecrets } from './celonis-options.ts';
import { pushedOptions, pushSecrets, readPoolProfile } from './push-options.ts';
import { destinationOption, jsonOption } from './shared-options.ts';

/** What `verify --deep` needs: how to reach the source, and its feeds. */
export interface DeepVerification {
  readonly options: readonly OptionSpec[];
  readonly secrets: readonly SecretSpec[];
  readonly readProfile?: CommandSpec['readProfile'];
  readonly load: () => Promise<FeedsOf>;
}

/** `verify`: compares a destination with its ledger; with `--deep`, where a program has logs, with the source as well. */
export function verifyCommand(program: string, file: string, deep?: DeepVerification): CommandSpec {
  const deepText = `

--deep also reads everything again that the source still has and compares it record by record. Exit code 5 when records came later
than --reread covers; export --heal takes them in. Exit code 6 comes before it.`;
  return {
    name: 'verify',
    summary: 'show that nothing was changed since it was written',
    description: `Recomputes the chain of receipts and the content of every table from the stored rows and files, and names what is not as it was
written. Exit code 6 when something is not. Writes nothing.

Of a data pool (--to celonis:POOL) it takes the state folder, and with a credential at hand the rows that data models have loaded since the
last push.

Note the hash that it prints as head where nobody can change it: verify --expect shows later that nothing up to there was changed,
not even by someone who knows how the hashes are made.${deep === undefined ? '' : deepText}`,
    options: [
      destinationOption(file),
      {
        flags: '--expect <hash>',
        key: 'expect',
        description: 'a head noted earlier: the ledger must have a receipt with it',
      },
      ...(deep === undefined
        ? []
        : [
            { flags: '--deep', key: 'deep', description: 'compare with the source, record by record' },
            ...deep.options,
          ]),
      ...pushedOptions.filter(({ key }) => deep?.options.every((option) => option.key !== key) ?? true),
      jsonOption,
    ],
    secrets: [...(deep?.secrets ?? celonisSecrets), ...pushSecrets],
    readProfile: async (settings, io) =>
      settings.on('deep') ? deep?.readProfile?.(settings, io) : readPoolProfile(settings, io),
    examples: [
      ['verify', 'chain of receipts, rows and files'],
      ...(deep === undefined
        ? []
        : [['verify --deep', 'and whether the source has anything that was missed'] as const]),
    ],
    load: async () => {
      const { runVerify } = await import('../handlers/verify.ts');
      return async (context) => runVerify(program, context, deep === undefined ? undefined : await deep.load());
    },
  };
}
