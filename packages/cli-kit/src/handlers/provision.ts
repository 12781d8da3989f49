/** `provision plan` and `provision apply`. */
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type CelonisIntegration, createCelonisIntegration } from '@millrace/celonis-client/integration';
import { formatExtractorFile } from '@millrace/model';
import { type Applied, apply, type ByHand, type Installation, plan, poolLink, renderPlan } from '@millrace/provision';
import { readTeam } from '../celonis-team.ts';
import type { CommandContext } from '../command.ts';
import type { Place, Provisioned } from '../commands/provision.ts';
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { nodeFetch } from '../node-fetch.ts';
import { printJson } from '../output.ts';
import { createProgress } from '../progress.ts';
import { UsageError } from '../usage-error.ts';
import { wordSetting } from '../values.ts';

type Handler = (context: CommandContext) => Promise<ExitCode>;

/** The client of the team that the settings name. */
export async function connectIntegration(
  context: CommandContext,
): Promise<{ readonly client: CelonisIntegration; readonly team: string }> {
  const access = await readTeam(context);
  return { client: createCelonisIntegration({ ...access, fetch: await nodeFetch(context.io.env) }), team: access.team };
}

/** Where the settings say that it stands. @throws UsageError */
export function readPlace({ settings }: Pick<CommandContext, 'settings'>): Place {
  const road = wordSetting(settings, 'road', ['pull', 'push']) ?? 'pull';
  const pool = settings.text('pool')?.trim() ?? '';
  const name = settings.text('name')?.trim() ?? '';
  if (pool === '') throw new UsageError(`${settings.sourceOf('pool')} must be the name or the ID of a data pool.`);
  if (!/^[\w][\w .-]{0,79}$/u.test(name)) {
    throw new UsageError(
      `${settings.sourceOf('name')}: "${name}" must begin with a letter or digit and hold letters, digits, blanks, _, . and - only, 80 at most.`,
    );
  }
  return { road, pool, name };
}

/** `provision plan`. */
export function runPlan(program: Provisioned): Handler {
  return async (context) => {
    const { io, settings } = context;
    const installation = await (await program.load())(context, readPlace(context));
    const { client } = await connectIntegration(context);
    const found = await plan(client, installation, { adopt: settings.on('adopt'), signal: io.signal });
    if (settings.on('json')) printJson(io, found);
    else io.stdout.write(renderPlan(found));
    return found.changes.length === 0 ? exitCodes.ok : exitCodes.drift;
  };
}

/** `provision apply`. */
export function runApply(program: Provisioned): Handler {
  return async (context) => {
    const { io, settings } = context;
    const installation = await (await program.load())(context, readPlace(context));
    const { client, team } = await connectIntegration(context);
    const applied = await applyTelling(context, client, installation);
    const { byHand } = applied;
    if (byHand !== undefined) return tellByHand(context, { installation, byHand, team, changes: applied.changes });
    if (settings.on('json')) printJson(io, applied);
    else {
      const count = applied.changes.length;
      io.stdout.write(
        count === 0
          ? `${installation.name}: nothing to change\n`
          : `${installation.name}: ${count} ${count === 1 ? 'change' : 'changes'} made in data pool ${installation.pool}\n`,
      );
    }
    return exitCodes.ok;
  };
}

const signs = { create: '+', update: '~', delete: '-', 'by hand': '!' } as const;

/** Applies, and says on standard error what was done. */
export async function applyTelling(
  { io, settings }: CommandContext,
  client: CelonisIntegration,
  installation: Installation,
): Promise<Applied> {
  const progress = createProgress(io);
  return apply(client, installation, {
    adopt: settings.on('adopt'),
    signal: io.signal,
    onChange: ({ action, kind, name }) => progress.note(`${signs[action]} ${kind} ${name}`),
  });
}

/** Writes the file that has to be imported, and says on one screen what to do with it. */
export async function tellByHand(
  { io, settings }: CommandContext,
  {
    installation,
    byHand,
    team,
    changes,
  }: {
    readonly installation: Installation;
    readonly byHand: ByHand;
    readonly team: string;
    readonly changes: Applied['changes'];
  },
): Promise<ExitCode> {
  const file = settings.text('extractorFile') ?? `${installation.name}-extractor.json`;
  const { connection } = installation;
  if (byHand.why !== 'refused' && connection !== undefined) {
    await writeFile(resolve(io.cwd, file), `${formatExtractorFile(connection.file)}\n`);
  }
  const link = poolLink(team, byHand.poolId);
  if (settings.on('json')) printJson(io, { changes, byHand: { ...byHand, file, link } });
  else io.stdout.write(byHandText(byHand, { file, link, program: installation.program }));
  return exitCodes.drift;
}

function byHandText(
  { why, connection, extractor, values }: ByHand,
  { file, link, program }: { readonly file: string; readonly link: string; readonly program: string },
): string {
  const importing = [
    'Import the extractor: Data Connections, Add Data Connection, Connect to Data Source, Custom,',
    `Build custom connection, Import from file. File: ${file}. Name: ${extractor}. Then Finish.`,
  ];
  const connecting = [
    `Make the connection: Add Data Connection, Connect to Data Source, Custom, ${extractor}. Fill in:`,
    `  Name: ${connection}`,
    ...values.map(({ field, value }) => `  ${field}: ${value}`),
    'Test it and save it.',
  ];
  const exchanging = [
    `Open the extractor ${extractor} and give it the tables of ${file}, or import that file under another name and`,
    `choose it for the connection ${connection}.`,
  ];
  const again = 'Then run the same command again';
  const told: Readonly<
    Record<ByHand['why'], { readonly reason: string; readonly steps: string[][]; readonly after: string }>
  > = {
    'no-extractor': {
      reason: `Celonis has no API that imports a custom extractor. Its file is written to ${file}.`,
      steps: [importing, connecting],
      after: `After step 1 run the same command again: it makes the connection itself where the team's API does so, or finds yours after step 2.`,
    },
    refused: {
      reason: 'This team has no API that makes a connection of a custom extractor.',
      steps: [connecting],
      after: `${again}: it finds the connection by its name and goes on.`,
    },
    'other-file': {
      reason: `The connection ${connection} offers other tables than are wanted: "provision plan" lists both. The file is written to ${file}.`,
      steps: [exchanging],
      after: `${again}.`,
    },
  };
  const { reason, steps, after } = told[why];
  const numbered = steps.flatMap((lines, at) =>
    lines.map((line, first) => `${first === 0 ? `${at + 1}. ` : '   '}${line}`),
  );
  return `${[reason, `One thing is left to do by hand, in the browser: ${link}`, '', ...numbered, '', `${after} (${program})`].join('\n')}\n`;
}
