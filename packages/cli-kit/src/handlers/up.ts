/** `up`: applies, executes, loads, and says what is there. */
import { dataModelLink, run, type RunReport } from '@millrace/provision';
import type { CommandContext } from '../command.ts';
import type { Provisioned } from '../commands/provision.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { printJson, renderTable } from '../output.ts';
import { createProgress } from '../progress.ts';
import { UsageError } from '../usage-error.ts';
import { applyTelling, connectIntegration, readPlace, tellByHand } from './provision.ts';

/** `up`. */
export function runUp(program: Provisioned): (context: CommandContext) => Promise<ExitCode> {
  return async (context) => {
    const { io, settings } = context;
    const place = readPlace(context);
    if (place.road === 'push') {
      throw new UsageError(
        `up takes the pull road. For push: ${program.program} provision apply --road push, then write the tables into the pool, then execute the data job.`,
      );
    }
    const installation = await (await program.load())(context, place);
    const { client, team } = await connectIntegration(context);
    const applied = await applyTelling(context, client, installation);
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
