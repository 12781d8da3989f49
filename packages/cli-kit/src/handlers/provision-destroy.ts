/** `provision destroy`. */
import { destroy, type DestroyPlan, planDestroy } from '@millrace/provision';
import type { CommandContext } from '../command.ts';
import type { Provisioned } from '../commands/provision.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { printJson } from '../output.ts';
import { createProgress } from '../progress.ts';
import { UsageError } from '../usage-error.ts';
import { connectIntegration, readPlace } from './provision.ts';

/** `provision destroy`. */
export function runDestroy({ program }: Provisioned): (context: CommandContext) => Promise<ExitCode> {
  return async (context) => {
    const { io, settings } = context;
    const { name, pool } = readPlace(context);
    const { client } = await connectIntegration(context);
    const found = await planDestroy(client, { name, pool, program }, { signal: io.signal });
    if (found.removals.length === 0) {
      if (settings.on('json')) printJson(io, { ...found, destroyed: false });
      else io.stdout.write(`${name} does not stand in data pool ${pool}: nothing to remove\n`);
      return exitCodes.ok;
    }
    if (!settings.on('yes')) {
      io.stderr.write(told(found));
      if (io.ask === undefined) {
        throw new UsageError(
          'There is no terminal to ask on. Give --yes to remove what is listed without being asked.',
        );
      }
      const answer = await io.ask(`Type ${name} to remove this: `);
      if (answer.trim() !== name) {
        io.stderr.write('nothing was removed\n');
        return exitCodes.error;
      }
    }
    const progress = createProgress(io);
    await destroy(client, found, {
      signal: io.signal,
      onRemoval: ({ kind, name: of }) => progress.note(`- ${kind} ${of}`),
    });
    if (settings.on('json')) printJson(io, { ...found, destroyed: true });
    else io.stdout.write(`${name}: removed from data pool ${pool}\n`);
    return exitCodes.ok;
  };
}

function told({ installation, pool, removals, stays }: DestroyPlan): string {
  const lines = [
    `${installation} in data pool ${pool.name} goes:`,
    ...removals.map(
      ({ kind, name, with: parts }) => `  - ${kind} ${name}${parts.length === 0 ? '' : ` with ${parts.join(', ')}`}`,
    ),
    ...(stays.length === 0 ? [] : [`stays: ${stays.join(', ')}`]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}
