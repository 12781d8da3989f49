/** `provision export`. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { poolDocument } from '@millrace/provision';
import type { CommandContext } from '../command.ts';
import type { Provisioned } from '../commands/provision.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { readPlace } from './provision.ts';

/** `provision export`. */
export function runExportPool(program: Provisioned): (context: CommandContext) => Promise<ExitCode> {
  return async (context) => {
    const { io, settings } = context;
    const installation = await (await program.load())(context, readPlace(context));
    const text = `${JSON.stringify(poolDocument(installation), null, 2)}\n`;
    const file = settings.text('file');
    if (file === undefined) io.stdout.write(text);
    else {
      await writeFile(resolve(io.cwd, file), text);
      io.stderr.write(`written to ${file}\n`);
    }
    return exitCodes.ok;
  };
}
