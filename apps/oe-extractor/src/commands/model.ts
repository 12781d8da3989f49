import { destinationOption, modelCommand as printCommand, type CommandSpec } from '@millrace/cli-kit';
import { namesOption } from './shape-options.ts';

const names = ['oe/activity-log', 'oe/event-log'];
const print: CommandSpec = printCommand(names, () => Promise.resolve([]));

export const modelCommand: CommandSpec = {
  ...print,
  summary: 'print the data model or its SQL, or check its relations in a destination',
  description: `Prints tables, columns, keys, foreign keys and activity tables. Needs no connection.

With --sql it prints the script that builds the activity table: the transformation of a Celonis data job, or that of DuckDB or
Spark. All but plain Spark bring an existing table up to date by MERGE.

With --check it counts orphans instead, for each relation of the model and of the child tables that the documents brought: rows
of the fact table whose key is in no row of the dimension. A run of a value stream that was deleted in OE is one. Exit code 7 when
a mandatory relation has orphans, or a table of it is missing.`,
  options: [
    ...print.options,
    namesOption,
    {
      flags: '--sql <dialect>',
      key: 'sql',
      description: 'print the transformation for celonis, duckdb, spark, spark-delta or spark-iceberg',
    },
    { flags: '--check', key: 'check', description: 'count the orphans of each relation in --to' },
    destinationOption('oe.duckdb'),
  ],
  examples: [
    ...(print.examples ?? []),
    ['model --sql celonis', 'the script for the transformation of a data job'],
    ['model --check --to duckdb:oe.duckdb', 'orphans of each relation'],
  ],
  load: async () => {
    const [{ checkRelations }, { printSql }, { namedModels }] = await Promise.all([
      import('../handlers/check.ts'),
      import('../handlers/sql.ts'),
      import('../models.ts'),
    ]);
    return async (context) => {
      if (context.settings.on('check')) return checkRelations(context);
      if (context.settings.text('sql') !== undefined) return printSql(context);
      const printModel = await printCommand(names, () => Promise.resolve(namedModels(context))).load();
      return printModel(context);
    };
  },
};
