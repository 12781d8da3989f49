/** The client of a team, from settings and environment. */
import { sayWaits, type CommandContext } from '@millrace/cli-kit';
import { readTeam } from '@millrace/cli-kit/celonis-team';
import { nodeFetch } from '@millrace/cli-kit/node-fetch';
import { wordSetting } from '@millrace/cli-kit/values';
import { createCelonisLogs, type CelonisLogs } from '@millrace/celonis-client/logs';

/** Makes the client that the settings describe. @throws UsageError when the team or a credential is missing */
export async function connectTeam(context: CommandContext): Promise<CelonisLogs> {
  const { io, settings } = context;
  const teamApiPrefix = settings.text('teamApiPrefix');
  return createCelonisLogs({
    ...(await readTeam(context)),
    audit: wordSetting(settings, 'auditApi', ['v1', 'v2']) ?? 'v1',
    fetch: await nodeFetch(io.env),
    onWait: sayWaits(io),
    ...(teamApiPrefix === undefined ? {} : { teamApiPrefix }),
  });
}
