/** The configuration file: `millrace.config.json`, `.js` or `.mjs` in the working folder or above. */
import { lilconfig } from 'lilconfig';
import { z } from 'zod';
import { UsageError } from './usage-error.ts';

const shape = z.record(z.string(), z.record(z.string(), z.union([z.string(), z.boolean(), z.number()])));
const scripts = async (path: string): Promise<unknown> => ((await import(path)) as { default: unknown }).default;

/**
 * Reads the part of the configuration file that belongs to a program: `{ "celonis-audit": { "to": "duckdb:audit.duckdb" } }`.
 * @throws UsageError when the file is not of that form, or has a key that is no option of the program.
 */
export async function readConfigFile(
  program: string,
  cwd: string,
  keys: ReadonlySet<string>,
): Promise<{ path: string; values: Readonly<Record<string, unknown>> } | undefined> {
  const found = await lilconfig('millrace', {
    searchPlaces: ['millrace.config.json', 'millrace.config.js', 'millrace.config.mjs'],
    loaders: { '.js': scripts, '.mjs': scripts },
  }).search(cwd);
  if (found === null) return undefined;
  const parsed = shape.safeParse(found.config);
  if (!parsed.success) {
    throw new UsageError(
      `${found.filepath} is not of the right form: write { "${program}": { "to": "duckdb:out.duckdb" } }, one object of options per program.`,
    );
  }
  const values = parsed.data[program] ?? {};
  const unknown = Object.keys(values).find((key) => !keys.has(key));
  if (unknown !== undefined) {
    throw new UsageError(
      `${found.filepath}: "${program}" has no option "${unknown}". It has: ${[...keys].toSorted().join(', ')}.`,
    );
  }
  return { path: found.filepath, values };
}
