import type { CommandContext, SecretSpec } from '../command.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { printJson, renderTable } from '../output.ts';
import { readSecret, secretVariable } from '../secrets.ts';

/** Prints every option with its value and origin, and every secret as there or not. */
export async function explainConfig(
  secrets: readonly SecretSpec[],
  { io, settings, profile }: CommandContext,
): Promise<ExitCode> {
  const rows = settings.explain();
  const credentials = await Promise.all(
    secrets.map(async ({ env }) => {
      const fromProfile = profile?.env[env] !== undefined;
      return {
        name: env,
        set: (await readSecret(env, io)) !== undefined,
        origin: fromProfile ? 'profile' : 'environment',
        source: fromProfile ? profile.source : (secretVariable(env, io.env) ?? env),
      };
    }),
  );
  if (settings.on('json')) {
    printJson(io, { options: rows, credentials });
    return exitCodes.ok;
  }
  io.stdout.write(
    renderTable(
      ['option', 'value', 'origin', 'from'],
      [
        ...rows.map(({ key, value, origin, source }) => [key, value, origin, source]),
        ...credentials.map(({ name, set, origin, source }) => [name, set ? 'set' : '', set ? origin : 'none', source]),
      ],
    ),
  );
  return exitCodes.ok;
}
