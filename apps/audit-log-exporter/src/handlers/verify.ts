import type { CommandContext } from '@millrace/cli-kit';
import { wordListSetting } from '@millrace/cli-kit/values';
import type { Feed } from '@millrace/extract';
import { auditFeeds, feedNames } from '../feeds.ts';
import { connectTeam } from '../team.ts';

/** The feeds that `celonis-audit verify --deep` reads again. */
export async function feedsToCompare(context: CommandContext): Promise<readonly Feed[]> {
  const names = wordListSetting(context.settings, 'feeds', feedNames);
  return auditFeeds(await connectTeam(context), names);
}
