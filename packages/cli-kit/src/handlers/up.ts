/** `up`: applies, executes, loads, and says what is there. */
import { dataModelLink, run, type RunReport } from '@millrace/provision';
import type { CommandContext, CommandSpec } from '../command.ts';
import type { Provisioned } from '../commands/provision.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { printJson, renderTable } from '../output.ts';
import { createProgress } from '../progress.ts';
import { applyTelling, connectIntegration, readPlace, tellByHand } from './provision.ts';

/** `up`. */
export function runUp(program: Provisioned): (context: CommandContext) => Promise<ExitCode> {
  return async (context) => {
    const { io, settings } = context;
    const place = readPlace(context);
    const load = await program.load();
    const { client, team } = await connectIntegration(context);
    let installation = await load(context, place);
    let applied = await applyTelling(context, client, installation);
    if (place.road === 'push') {
      const code = await pushTables(program.extract, context, place.pool);
      if (code !== exitCodes.ok) return code;
      // Now the tables are known that the documents brought.
      installation = await load(context, place);
      const again = await applyTelling(context, client, installation);
      applied = { ...again, changes: [...applied.changes, ...again.changes] };
    }
    const { byHand, poolId, jobId, dataModelId, changes } = applied;
    if (byHand !== undefined) return tellByHand(context, { installation, byHand, team, changes });
    if (jobId === null || dataModelId === null) throw new Error('Apply ended without data job or data model.');
    const progress = createProgress(io);
    const report = await run(client, installation, {
      poolId,
      jobId,
      dataModelId,
      signal: io.signal,
      ...(settings.on('full') ? { mode: 'FULL' as const } : {}),
      onStep: ({ name, status }) => progress.note(`${status.toLowerCase().padEnd(8)} ${name}`),
    });
    const link = dataModelLink(team, poolId, dataModelId);
    if (settings.on('json')) printJson(io, { poolId, jobId, dataModelId, link, changes: changes.length, ...report });
    else io.stdout.write(reportText(installation.name, link, report));
    return exitCodes.ok;
  };
}

/** Reads the source and pushes its tables. What it prints goes to standard error: standard output has the report of `up`. */
async function pushTables(
  extract: CommandSpec,
  { io, settings, ...rest }: CommandContext,
  pool: string,
): Promise<ExitCode> {
  const handler = await extract.load();
  return handler({
    ...rest,
    io: { ...io, stdout: io.stderr },
    settings: settings.asOf(extract.options, { to: `celonis:${pool}` }),
  });
}

function reportText(
  name: string,
  link: string,
  { mode, status, message, tables, relations, activityTables }: RunReport,
): string {
  const checked = `${relations.length} relations checked${status === 'WARNING' ? `, with a warning: ${message ?? ''}` : ''}`;
  return [
    renderTable(
      ['table', 'rows'],
      tables.map(({ table, rows }) => [table, rows]),
    ),
    `activity tables: ${activityTables.join(', ')}; ${checked}\n`,
    `data model ${name}, ${mode === 'FULL' ? 'full' : 'delta'} load: ${link}\n`,
  ].join('');
}
