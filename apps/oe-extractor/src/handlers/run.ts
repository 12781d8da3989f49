import { exitCodes, UsageError, type CommandContext, type ExitCode } from '@millrace/cli-kit';
import { extractToDestination } from '@millrace/cli-kit/extraction';
import { instantSetting, integerSetting, wordSetting } from '@millrace/cli-kit/values';
import { oeActivityLog, oeEventLog } from '@millrace/model';
import { connectEngine } from '../engine.ts';
import { oeFeeds, type RunFilters } from '../feeds.ts';

const models = [oeActivityLog, oeEventLog];

/** `oe-extract run`. */
export async function runRun(context: CommandContext): Promise<ExitCode> {
  const { io, settings } = context;
  const filters = readFilters(context);
  const name = wordSetting(
    settings,
    'model',
    models.map((each) => each.name),
  );
  const model = models.find((each) => each.name === name) ?? oeActivityLog;
  const concurrency = integerSetting(settings, 'concurrency', 1, 32);
  const client = await connectEngine(context);
  if (filters.status !== undefined) {
    io.stderr.write(`note: --status ${filters.status} leaves out every process context with another status\n`);
  }
  await extractToDestination({
    io,
    to: settings.text('to') ?? '',
    json: settings.on('json'),
    model,
    feeds: oeFeeds(client, model, filters),
    extraction: { full: settings.on('full'), ...(concurrency === undefined ? {} : { concurrency }) },
  });
  return exitCodes.ok;
}

function readFilters({ settings }: CommandContext): RunFilters {
  const status = settings.text('status');
  if (status === '') throw new UsageError('--status: give a status, as finished, or leave the flag out for all.');
  const createdSince = instantSetting(settings, 'createdSince');
  const updatedSince = instantSetting(settings, 'updatedSince');
  const scopes = wordSetting(settings, 'scopes', ['live', 'draft', 'live,draft', 'draft,live']) ?? 'live';
  return {
    ...(status === undefined ? {} : { status }),
    ...(createdSince === undefined ? {} : { createdSince }),
    ...(updatedSince === undefined ? {} : { updatedSince }),
    includeScopes: scopes === 'draft,live' ? 'live,draft' : scopes,
    pageSize: integerSetting(settings, 'pageSize', 1, 1000) ?? 200,
  };
}
