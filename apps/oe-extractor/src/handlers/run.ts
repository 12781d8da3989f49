import type { CommandContext, ExitCode } from '@millrace/cli-kit';
import { storedDestination } from '@millrace/cli-kit/destination-path';
import { extractToDestination } from '@millrace/cli-kit/extraction';
import { integerSetting } from '@millrace/cli-kit/values';
import type { DocumentShaper } from '@millrace/model';
import { readContextFilters } from '../context-filters.ts';
import { connectEngine } from '../engine.ts';
import { oeFeeds } from '../feeds.ts';
import { describeHidden } from '../hidden-contexts.ts';
import { readSweep } from '../sweep-option.ts';
import { contextTable } from '../models.ts';
import { builtInRoad } from '../road.ts';
import { readTemplate } from '../template-run.ts';

/** `oe-extract run`. */
export async function runRun(context: CommandContext): Promise<ExitCode> {
  const { io, settings } = context;
  const to = settings.text('to') ?? '';
  const road = settings.text('template') === undefined ? await builtInRoad(context) : await readTemplate(context);
  const filters = await readContextFilters(context, {
    table: contextTable(road.model).name,
    destination: storedDestination(context, to),
    fixed: road.fixed,
  });
  const pageSize = integerSetting(settings, 'pageSize', 1, 1000) ?? 200;
  const sweepMs = readSweep(settings);
  const concurrency = integerSetting(settings, 'concurrency', 1, 32);
  const client = await connectEngine(context, road.paths);
  for (const line of await describeHidden(client, filters, io.signal)) io.stderr.write(`${line}\n`);
  const shapers = new Map(
    road.model.feeds.flatMap(({ table }) => {
      const shaper = road.shaper(table);
      return shaper === undefined ? [] : [[table, shaper] as const];
    }),
  );
  const code = await extractToDestination({
    program: 'oe-extract',
    io,
    settings,
    logWindows: settings.text('logWindows'),
    to,
    json: settings.on('json'),
    model: road.model,
    feeds: oeFeeds(client, {
      model: road.model,
      spec: road.spec,
      shapers,
      shape: road.fingerprint,
      filters,
      pageSize: road.pageSize ?? pageSize,
      sweepMs,
    }),
    extraction: { full: settings.on('full'), ...(concurrency === undefined ? {} : { concurrency }) },
  });
  for (const line of unmatchedRules(shapers)) io.stderr.write(`${line}\n`);
  return code;
}

/** A misspelt path would let through what was to be hidden. */
function unmatchedRules(shapers: ReadonlyMap<string, DocumentShaper>): readonly string[] {
  return [...shapers].flatMap(([feed, { documents, unmatched }]) =>
    documents === 0
      ? []
      : unmatched.map(
          (path) =>
            `warning: none of the ${documents.toLocaleString('en-US')} documents of ${feed} has ${path.join('$')}, which --omit or --pseudonymize names`,
        ),
  );
}
