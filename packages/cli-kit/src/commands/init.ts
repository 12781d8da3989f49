import type { CommandSpec, OptionSpec } from '../command.ts';
import type { Settings } from '../settings.ts';
import { jsonOption } from './shared-options.ts';

/** A value that `init` takes from a flag, or asks for on a terminal. */
export interface InitQuestion {
  readonly option: OptionSpec;
  /** What a person is asked, without the question mark. */
  readonly ask: string;
  /** Checks the value as the commands do that read it. @throws UsageError with the right form */
  readonly check: (settings: Settings) => unknown;
}

/** The options that have a question, by key, with it. */
export function initQuestions(
  options: readonly OptionSpec[],
  asked: Readonly<Record<string, readonly [ask: InitQuestion['ask'], check: InitQuestion['check']]>>,
): readonly InitQuestion[] {
  return options.flatMap((option) => {
    const [ask, check] = asked[option.key] ?? [];
    return ask === undefined || check === undefined ? [] : [{ option, ask, check }];
  });
}

/** What a program says to do once the file is there, by what stands in it. */
export type NextSteps = (values: Readonly<Record<string, string>>) => readonly string[];

/** `init`: writes the part of `millrace.config.json` that belongs to a program. */
export function initCommand(
  program: string,
  loadQuestions: () => Promise<readonly InitQuestion[]>,
  options: readonly OptionSpec[],
  next: NextSteps,
): CommandSpec {
  return {
    name: 'init',
    summary: 'write a configuration file',
    description: `Writes millrace.config.json into this folder, from the flags given, and on a terminal from the answers to a few questions. All
commands that run here then take their values from it. A part of it that is there already is never overwritten, and no secret is
ever written.`,
    options: [...options, jsonOption],
    examples: [['init', 'asks, on a terminal']],
    load: async () => {
      const { runInit } = await import('../handlers/init.ts');
      return async (context) => runInit(program, await loadQuestions(), next, context);
    },
  };
}
