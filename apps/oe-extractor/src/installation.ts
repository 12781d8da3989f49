/** Value streams as they are to stand in a data pool of Celonis. */
import { access } from 'node:fs/promises';
import { UsageError, type CommandContext, type Place } from '@millrace/cli-kit';
import { storedDestination } from '@millrace/cli-kit/destination-path';
import { readSecret } from '@millrace/cli-kit/secrets';
import { serverSetting } from '@millrace/cli-kit/values';
import { parseDestinationUrl } from '@millrace/destinations';
import type { ExtractionParameter, Model } from '@millrace/model';
import { installationOf, type ConnectionValues, type Installation, type WantedParameter } from '@millrace/provision';
import { writtenFilters } from './context-filters.ts';
import { readExtractor } from './extractor.ts';
import { contextTable } from './models.ts';
import { withStoredTables } from './stored-tables.ts';

const program = 'oe-extract';

/** What is to stand in the pool by the settings. */
export async function oeInstallation(context: CommandContext, { road, pool, name }: Place): Promise<Installation> {
  const { file, model } = await readExtractor(context);
  if (road === 'push') return pushedInstallation(context, model, { name, pool });
  const table = contextTable(model).name;
  const { filter, deltaFilter, parameters } = writtenFilters(context, table);
  return installationOf(model, {
    name,
    pool,
    program,
    pull: {
      file,
      values: connectionValues(context),
      filters: { [table]: { filter, deltaFilter } },
      parameters: parameters.map(wantedParameter),
    },
  });
}

/** With the columns and tables that earlier runs have pushed, as far as there were any. */
async function pushedInstallation(
  context: CommandContext,
  model: Model,
  place: Pick<Place, 'pool' | 'name'>,
): Promise<Installation> {
  const store = storedDestination(context, `celonis:${place.pool}`);
  const isThere = await access(parseDestinationUrl(store).target).then(
    () => true,
    () => false,
  );
  return installationOf(isThere ? await withStoredTables(model, store) : model, { ...place, program });
}

const texts: Readonly<Record<string, readonly [name: string, description: string]>> = {
  max_modified_time: ['Newest change', 'Where a delta load begins: the newest change that is there.'],
  includeScopes: ['Include Scopes', 'Runs of live or draft versions of value streams, or both.'],
};

function wantedParameter(parameter: ExtractionParameter): WantedParameter {
  const { name: placeholder } = parameter;
  const [name, description] = texts[placeholder] ?? [placeholder, ''];
  if (parameter.kind === 'text') {
    return { placeholder, name, description, dataType: 'STRING', value: { constant: parameter.value } };
  }
  const { operation, table, column, default: otherwise } = parameter;
  // A date as the parameter's own editor writes it.
  const instant = /^\d{4}-\d\d-\d\d$/u.test(otherwise) ? `${otherwise}T00:00` : otherwise;
  return { placeholder, name, description, dataType: 'DATE', value: { operation, table, column, otherwise: instant } };
}

function connectionValues({ io, settings }: CommandContext): ConnectionValues {
  const example = 'https://api.emporix.io';
  const urls = {
    API_URL: serverSetting(settings, 'apiUrl', example) ?? example,
    AUTH_URL: serverSetting(settings, 'authUrl', example) ?? example,
  };
  const process = settings.text('digitalProcess');
  const isBound = settings.on('byTemplate');
  return {
    describe: [
      { field: 'API URL', value: urls.API_URL },
      { field: 'AUTH_URL', value: urls.AUTH_URL },
      ...(isBound ? [{ field: 'Digital Process ID', value: process ?? 'the ID of the digital process' }] : []),
      { field: 'Client ID', value: 'the client ID from the Developer Portal, Manage API Keys' },
      { field: 'Client Secret', value: 'its secret' },
    ],
    read: async () => {
      const [clientId, clientSecret] = [await readSecret('OE_CLIENT_ID', io), await readSecret('OE_CLIENT_SECRET', io)];
      if (clientId === undefined || clientSecret === undefined) {
        throw new UsageError(
          'The connection extracts with a client of the Orchestration Engine: set OE_CLIENT_ID and OE_CLIENT_SECRET.',
        );
      }
      return {
        ...urls,
        ...(isBound && process !== undefined ? { DIGITAL_PROCESS_ID: process } : {}),
        clientId,
        clientSecret,
      };
    },
  };
}
