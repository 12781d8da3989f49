/** Flags over profile over environment over file over default, and where each value came from. */
import type { OptionSpec, Profile } from './command.ts';
import { UsageError } from './usage-error.ts';

/** Where a value came from. */
export type Origin = 'flag' | 'profile' | 'environment' | 'file' | 'default';

/** One resolved value. */
export interface Setting {
  readonly value: string | boolean;
  readonly origin: Origin;
  /** The flag, variable or file that gave it, for messages: `--from`, `CELONIS_URL`, `millrace.config.json`. */
  readonly source: string;
}

/** Values by option key. */
export class Settings {
  readonly #values: ReadonlyMap<string, Setting>;
  readonly #options: readonly OptionSpec[];

  constructor(options: readonly OptionSpec[], values: ReadonlyMap<string, Setting>) {
    this.#options = options;
    this.#values = values;
  }

  /** The text of a setting; undefined when no origin has one. */
  text(key: string): string | undefined {
    const value = this.#values.get(key)?.value;
    return value === undefined ? undefined : String(value);
  }

  /** Whether a switch is on. */
  on(key: string): boolean {
    const value = this.#values.get(key)?.value;
    return value === true || value === 'true' || value === '1';
  }

  /** What to call a setting in a message: the place it came from, else its flag. */
  sourceOf(key: string): string {
    const option = this.#options.find((candidate) => candidate.key === key);
    return this.#values.get(key)?.source ?? (option === undefined ? key : flagOf(option));
  }

  /**
   * The same settings as another command sees them, for one that is run by this one: its options with the values that were set here, its
   * defaults else, and over all that `given` says.
   */
  asOf(options: readonly OptionSpec[], given: Readonly<Record<string, string>>): Settings {
    const values = new Map<string, Setting>();
    for (const { key, default: otherwise } of options) {
      const own = this.#values.get(key);
      const value = given[key];
      if (value !== undefined) values.set(key, { value, origin: 'flag', source: key });
      else if (own !== undefined && own.origin !== 'default') values.set(key, own);
      else if (otherwise !== undefined) values.set(key, { value: otherwise, origin: 'default', source: key });
    }
    return new Settings(options, values);
  }

  /** Every option with its value and origin, in the order of the command's options. */
  explain(): {
    readonly key: string;
    readonly value: string | null;
    readonly origin: Origin | 'none';
    readonly source: string;
  }[] {
    return this.#options.map((option) => {
      const setting = this.#values.get(option.key);
      return {
        key: option.key,
        value: setting === undefined ? null : String(setting.value),
        origin: setting?.origin ?? 'none',
        source: setting?.source ?? flagOf(option),
      };
    });
  }
}

/** The part of a configuration file that belongs to a program. */
interface ConfigFile {
  readonly path: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** `--from <date>` → `--from`. */
export function flagOf(option: OptionSpec): string {
  return /--[\w-]+/.exec(option.flags)?.[0] ?? option.flags;
}

/**
 * Finds the value of every option: the first origin that has one wins.
 * @throws UsageError when a flag says something else than the profile: a credential must not go where it is not for
 */
export function resolveSettings(
  options: readonly OptionSpec[],
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
  file: ConfigFile | undefined,
  profile?: Profile,
): Settings {
  const values = new Map<string, Setting>();
  for (const option of options) {
    const setting = resolve(option, flags, env, file, profile);
    if (setting !== undefined) values.set(option.key, setting);
  }
  return new Settings(options, values);
}

function resolve(
  option: OptionSpec,
  flags: Readonly<Record<string, unknown>>,
  env: Readonly<Record<string, string | undefined>>,
  file: ConfigFile | undefined,
  profile: Profile | undefined,
): Setting | undefined {
  const flag = flags[option.key];
  const kept = option.env === undefined ? undefined : profile?.env[option.env];
  if (typeof flag === 'string' || typeof flag === 'boolean') {
    if (profile !== undefined && kept !== undefined && kept !== flag)
      throw new UsageError(`${flagOf(option)} ${flag} is not what ${profile.source} says: leave one of the two out.`);
    return { value: flag, origin: 'flag', source: flagOf(option) };
  }
  if (profile !== undefined && kept !== undefined) return { value: kept, origin: 'profile', source: profile.source };
  const variable = option.env === undefined ? undefined : env[option.env];
  if (option.env !== undefined && variable !== undefined && variable !== '') {
    return { value: variable, origin: 'environment', source: option.env };
  }
  const stored = file?.values[option.key];
  if (file !== undefined && (typeof stored === 'string' || typeof stored === 'boolean' || typeof stored === 'number')) {
    return {
      value: typeof stored === 'number' ? String(stored) : stored,
      origin: 'file',
      source: `"${option.key}" in ${file.path}`,
    };
  }
  if (option.default !== undefined) return { value: option.default, origin: 'default', source: flagOf(option) };
  return undefined;
}
