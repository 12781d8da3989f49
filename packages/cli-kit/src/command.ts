/** Commands are values: help, parsing, `config explain` and the documentation all read the same ones. */
import type { ExitCode } from './exit-codes.ts';
import type { Io } from './io.ts';
import type { Settings } from './settings.ts';

/** One option of a command. Its value may come from a flag, an environment variable or the configuration file. */
export interface OptionSpec {
  /** As commander takes it: `--from <date>`, `--json`. */
  readonly flags: string;
  /** Name of the value in {@link Settings} and in the configuration file: `from`. */
  readonly key: string;
  readonly description: string;
  /** Environment variable that is read when the flag is absent. */
  readonly env?: string;
  /** Shown in help and used when no other origin has a value. */
  readonly default?: string;
}

/** A secret that a command needs. There is no flag for it; see {@link readSecret} for where it may stand. */
export interface SecretSpec {
  readonly env: string;
  readonly description: string;
}

/** Values that another program keeps under a name, as if they stood in the environment. */
export interface Profile {
  /** The file, for messages. */
  readonly source: string;
  /** Variables by name, secrets among them; one that is there without a value hides that of the environment. */
  readonly env: Io['env'];
}

/** What a handler gets. */
export interface CommandContext {
  readonly io: Io;
  readonly settings: Settings;
  /** Arguments without a flag, in order. */
  readonly operands: readonly string[];
  /** Where values of the environment come from a profile. */
  readonly profile?: Profile;
}

/** One command. */
export interface CommandSpec {
  /** `export`, or `config explain` for a command below another. */
  readonly name: string;
  readonly summary: string;
  readonly description: string;
  readonly options: readonly OptionSpec[];
  readonly secrets?: readonly SecretSpec[];
  /** Reads the profile that the settings name, if they do. Its values go before the environment and the configuration file. */
  readonly readProfile?: (settings: Settings, io: Io) => Promise<Profile | undefined>;
  /** Complete command lines, each with a word on what it does. */
  readonly examples?: readonly (readonly [line: string, what: string])[];
  /** Loads the handler: heavy parts load on use, so that help answers at once. */
  readonly load: () => Promise<(context: CommandContext) => Promise<ExitCode>>;
}

/** One program. */
export interface ProgramSpec {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly commands: readonly CommandSpec[];
}
