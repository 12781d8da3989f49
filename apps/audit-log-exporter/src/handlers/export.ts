import { UsageError, type CommandContext, type ExitCode } from '@millrace/cli-kit';
import { extractToDestination } from '@millrace/cli-kit/extraction';
import { instantSetting, integerSetting, spanSetting, wordListSetting } from '@millrace/cli-kit/values';
import { celonisAuditLog } from '@millrace/model';
import { auditFeeds, feedNames } from '../feeds.ts';
import { connectTeam } from '../team.ts';

/** `celonis-audit export`. */
export async function runExport(context: CommandContext): Promise<ExitCode> {
  const { io, settings } = context;
  const from = instantSetting(settings, 'from');
  const until = instantSetting(settings, 'until');
  if (from !== undefined && until !== undefined && until <= from) {
    throw new UsageError(`--until (${until}) must be later than --from (${from}).`);
  }
  const names = wordListSetting(settings, 'feeds', feedNames);
  const concurrency = integerSetting(settings, 'concurrency', 1, 32);
  const settleMs = spanSetting(settings, 'settle');
  const rereadMs = spanSetting(settings, 'reread');
  const client = await connectTeam(context);
  return extractToDestination({
    program: 'celonis-audit',
    io,
    settings,
    logWindows: settings.text('logWindows'),
    to: settings.text('to') ?? '',
    json: settings.on('json'),
    model: celonisAuditLog,
    feeds: auditFeeds(client, names),
    extraction: {
      full: settings.on('full'),
      heal: settings.on('heal'),
      ...(from === undefined ? {} : { from: new Date(from) }),
      ...(until === undefined ? {} : { until: new Date(until) }),
      ...(concurrency === undefined ? {} : { concurrency }),
      ...(settleMs === undefined ? {} : { settleMs }),
      ...(rereadMs === undefined ? {} : { rereadMs }),
    },
  });
}
