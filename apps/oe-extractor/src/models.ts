/** The two models of OE, under either generation of table names. */
import { wordSetting } from '@millrace/cli-kit/values';
import type { CommandContext } from '@millrace/cli-kit';
import { oeActivityLog, oeEventLog, renameTables, tableOf, type Model, type TableModel } from '@millrace/model';

export const models: readonly Model[] = [oeActivityLog, oeEventLog];

const older: Readonly<Record<string, string>> = {
  digital_process: 'execution_templates',
  process_context: 'execution_context',
  process_context_event: 'execution_context_event',
};
const newer: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(older).map(([name, former]) => [former, name]),
);

/** Which generation of table names. */
export type Generation = 'current' | 'older';

/** The model that the settings name, under the table names that they name. */
export function chosenModel(context: Pick<CommandContext, 'settings'>): Model {
  const named = namedModels(context);
  const name = wordSetting(
    context.settings,
    'model',
    named.map((each) => each.name),
  );
  return named.find((each) => each.name === name) ?? named[0] ?? oeActivityLog;
}

/** Both models under the table names that the settings name; each has its own generation where they name none. */
export function namedModels({ settings }: Pick<CommandContext, 'settings'>): readonly Model[] {
  const generation = wordSetting(settings, 'names', ['current', 'older']);
  return generation === undefined ? models : models.map((model) => renameTables(model, namesOf(generation, model)));
}

/** New names of those tables of the model that the generation calls otherwise. */
export function namesOf(generation: Generation, model: Model): Readonly<Record<string, string>> {
  const names = generation === 'older' ? older : newer;
  return Object.fromEntries(
    Object.entries(names).filter(([name]) => model.tables.some((table) => table.name === name)),
  );
}

/** The table of process contexts, whatever it is called. */
export function contextTable(model: Model): TableModel {
  const feed = model.feeds.find(({ table }) => tableOf(model, table).source?.operation === 'listProcessContexts');
  return tableOf(model, feed?.table ?? 'process_context');
}
