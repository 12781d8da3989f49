import { exitCodes, type CommandContext, type ExitCode } from '@millrace/cli-kit';
import { wordSetting } from '@millrace/cli-kit/values';
import {
  celonis,
  celonisScript,
  declaredTables,
  duckdb,
  renderTransformations,
  spark,
  sparkDialect,
  type Dialect,
  type Model,
  type RenderOptions,
} from '@millrace/model';
import { chosenModel } from '../models.ts';

/** `oe-extract model --sql`. */
export function printSql(context: CommandContext): ExitCode {
  const { io, settings } = context;
  const name =
    wordSetting(settings, 'sql', ['celonis', 'duckdb', 'spark', 'spark-delta', 'spark-iceberg']) ?? 'celonis';
  const model = chosenModel(context);
  const statements = renderTransformations(model, optionsOf(name, model)).flatMap((each) => each.statements);
  io.stdout.write(`${celonisScript(statements).trimEnd()}\n`);
  return exitCodes.ok;
}

/** Delta loads, but for plain Parquet, which has no MERGE. */
function optionsOf(name: string, model: Model): RenderOptions {
  // The Extractor Builder numbers no rows: in Celonis there is no `_position`.
  if (name === 'celonis') return { dialect: celonis, mode: 'delta', tables: withoutPositions(model) };
  if (name === 'spark') return { dialect: spark, mode: 'full' };
  const dialects: Readonly<Record<string, Dialect>> = {
    'spark-delta': sparkDialect({ tables: 'delta' }),
    'spark-iceberg': sparkDialect({ tables: 'iceberg' }),
  };
  return { dialect: dialects[name] ?? duckdb, mode: 'delta' };
}

function withoutPositions(model: Model): NonNullable<RenderOptions['tables']> {
  return model.feeds
    .flatMap(({ table }) => declaredTables(model, table))
    .map((table) => ({ ...table, columns: table.columns.filter(({ role }) => role !== 'position') }));
}
