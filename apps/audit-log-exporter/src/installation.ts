/** The logs of a team as they are to stand in its own data pool. */
import { UsageError, type CommandContext, type Place } from '@millrace/cli-kit';
import { readKey } from '@millrace/cli-kit/celonis-team';
import { instantSetting, integerSetting, serverSetting, wordListSetting } from '@millrace/cli-kit/values';
import { celonis, celonisAuditLog, familyOf } from '@millrace/model';
import { installationOf, rawTable, type Installation, type WantedParameter } from '@millrace/provision';
import { feedTables, templateFeeds, templateFile, type TemplateFeed, type TemplateOptions } from './template-file.ts';

const program = 'celonis-audit';

/** What the settings say of the file. */
export function readTemplateOptions({ settings }: Pick<CommandContext, 'settings'>): TemplateOptions {
  return {
    feeds: wordListSetting(settings, 'feeds', templateFeeds),
    pageSize: integerSetting(settings, 'pageSize', 1, 200) ?? 200,
    teamApiPrefix: settings.text('teamApiPrefix') ?? '',
  };
}

/** What is to stand in the pool by the settings. */
export function auditInstallation(context: CommandContext, { road, pool, name }: Place): Promise<Installation> {
  const { settings } = context;
  const options = readTemplateOptions(context);
  if (road === 'push') {
    const pushed = options.feeds.flatMap((feed) =>
      familyOf(celonisAuditLog, feedTables[feed]).map((table) => table.name),
    );
    return Promise.resolve(installationOf(celonisAuditLog, { name, pool, program, pushed }));
  }
  const from = instantSetting(settings, 'from');
  const logs = options.feeds.filter((feed) => feed !== 'members');
  return Promise.resolve(
    installationOf(celonisAuditLog, {
      name,
      pool,
      program,
      pull: {
        file: templateFile(options),
        values: {
          describe: [
            { field: 'API URL', value: serverSetting(settings, 'team', '') ?? 'https://<team>.<realm>.celonis.cloud' },
            { field: 'API Key', value: 'the word AppKey, a blank, and the application key' },
          ],
          read: () => connectionValues(context),
        },
        filters: Object.fromEntries(
          logs.map((feed) => [
            rawTable(feedTables[feed]),
            {
              filter: from === undefined ? '' : `from = '${from}'`,
              deltaFilter: `from = <%=${newest(feed)}%>`,
            },
          ]),
        ),
        parameters: logs.map((feed) => newestParameter(feed, from)),
        // The e-mail beside a user's UUID is display text.
        identity: { audit_log: { userId: userIdentity } },
      },
    }),
  );
}

const newest = (feed: TemplateFeed): string => `newest_${feedTables[feed]}`;

function newestParameter(feed: TemplateFeed, from: string | undefined): WantedParameter {
  const table = rawTable(feedTables[feed]);
  return {
    placeholder: newest(feed),
    name: `Newest of ${feedTables[feed]}`,
    description: 'Where a delta load begins: the newest record that is there.',
    dataType: 'DATE',
    value: {
      operation: 'FIND_MAX',
      table,
      column: 'timestamp',
      otherwise: (from ?? '2000-01-01T00:00').slice(0, 16),
    },
  };
}

function userIdentity(column: string): string {
  const uuid = '^([0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})';
  return `COALESCE(LOWER(${celonis.extract(column, uuid)}), ${column})`;
}

/** What the connection is filled in with. The extractor sends the key as it stands, so its scheme goes before it. */
async function connectionValues(context: CommandContext): Promise<Readonly<Record<string, string>>> {
  const key = await readKey(context);
  if (key === undefined) {
    throw new UsageError(
      'The connection extracts with an application key: set CELONIS_API_TOKEN. An OAuth client has none to give to it.',
    );
  }
  const team = serverSetting(context.settings, 'team', 'https://acme.eu-1.celonis.cloud') ?? '';
  return { API_URL: team, apiKey: `${key.scheme} ${key.key}` };
}
