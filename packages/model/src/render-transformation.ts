import type { TableSchema } from '@millrace/flatten';
import type { Dialect } from './dialect.ts';
import type { ColumnModel, Model, QueryContext, Relation, TableModel, TransformationInput } from './model.ts';
import { ModelError } from './model.ts';
import { tableOf, transformationOf } from './look-up.ts';

/**
 * - `full`: the output is made anew
 * - `delta`: the output is brought up to date, touching only rows that differ; the result is that of `full`
 */
export type TransformationMode = 'full' | 'delta';

/** How to render a transformation. */
export interface RenderOptions {
  readonly dialect: Dialect;
  /** Default `full`. */
  readonly mode?: TransformationMode;
  /**
   * The tables that the engine holds. An input table that is missing reads as empty, a missing column as NULL, and a column of another
   * type is converted. Left out: every input is taken to be as the model declares it.
   */
  readonly tables?: readonly TableSchema[];
}

/** A transformation in one engine's SQL. Fits `Destination.transform`. */
export interface RenderedTransformation {
  readonly name: string;
  /** To be run in order, in one transaction where the engine has them. None ends with a semicolon. */
  readonly statements: readonly string[];
  /** The tables that they make. */
  readonly tables: readonly string[];
}

/** Renders every transformation of the model, in the order in which they must run. */
export function renderTransformations(model: Model, options: RenderOptions): readonly RenderedTransformation[] {
  return model.transformations.map((transformation) => renderTransformation(model, transformation.name, options));
}

/** Renders one transformation. Throws a `ModelError` when the model has none of that name. */
export function renderTransformation(model: Model, name: string, options: RenderOptions): RenderedTransformation {
  const transformation = transformationOf(model, name);
  const { dialect } = options;
  const output = tableOf(model, transformation.output);
  const query = typed(dialect, output, transformation.query(queryContext(model, name, options)));
  const statements =
    (options.mode ?? 'full') === 'full'
      ? dialect.replaceTable(output, query)
      : [dialect.createTable(output), ...dialect.mergeTable(output, query)];
  return { name, statements, tables: [output.name] };
}

function queryContext(model: Model, name: string, options: RenderOptions): QueryContext {
  const { inputs } = transformationOf(model, name);
  const made = new Set(model.transformations.map((transformation) => transformation.output));
  return {
    dialect: options.dialect,
    input: (table) => {
      const input = inputs.find((candidate) => candidate.table === table);
      if (!input)
        throw new ModelError(model.name, `transformation '${name}' reads '${table}' without declaring it as an input.`);
      // What a transformation of the model made is as declared, whatever the destination remembers of the extracted tables.
      const tables = made.has(table) ? undefined : options.tables;
      return relation({ model, name, input, dialect: options.dialect, ...(tables && { tables }) });
    },
  };
}

interface RelationOptions {
  readonly model: Model;
  readonly name: string;
  readonly input: TransformationInput;
  readonly dialect: Dialect;
  readonly tables?: readonly TableSchema[];
}

function relation({ model, name, input, dialect, tables }: RelationOptions): Relation {
  const alias = dialect.identifier(input.table);
  return {
    from: source(dialect, tableOf(model, input.table), input, tables),
    column: (column) => {
      if (input.columns.includes(column)) return `${alias}.${dialect.identifier(column)}`;
      throw new ModelError(
        model.name,
        `transformation '${name}' uses column '${column}' of '${input.table}' without declaring it.`,
      );
    },
  };
}

function source(
  dialect: Dialect,
  table: TableModel,
  input: TransformationInput,
  tables: readonly TableSchema[] | undefined,
): string {
  const alias = dialect.identifier(table.name);
  if (!tables) return alias;
  const stored = tables.find((candidate) => candidate.name === table.name);
  const columns = table.columns.filter((column) => input.columns.includes(column.name));
  const types = new Map(stored?.columns.map((column) => [column.name, column.type]));
  if (columns.every((column) => types.get(column.name) === column.type)) return alias;
  const items = columns.map((column) => {
    const is = types.get(column.name);
    const value = is === undefined ? 'NULL' : dialect.identifier(column.name);
    return `${is === column.type ? value : convert(dialect, value, column)} AS ${dialect.identifier(column.name)}`;
  });
  const from = stored ? alias : `(SELECT 1) AS ${dialect.identifier('nothing')} WHERE 1 = 0`;
  return `(SELECT ${items.join(', ')} FROM ${from}) AS ${alias}`;
}

/** The query with the output's columns in their order and in exactly their types, so that the table is the same whatever the inputs were. */
function typed(dialect: Dialect, output: TableModel, query: string): string {
  const result = dialect.identifier('result');
  const items = output.columns.map((column) => {
    const name = dialect.identifier(column.name);
    return `${cast(dialect, `${result}.${name}`, column)} AS ${name}`;
  });
  return `SELECT ${items.join(', ')}\nFROM (\n${query}\n) AS ${result}`;
}

function convert(dialect: Dialect, expression: string, column: ColumnModel): string {
  return expression === 'NULL'
    ? cast(dialect, expression, column)
    : dialect.convert(expression, column.type, column.maxLength);
}

function cast(dialect: Dialect, expression: string, column: ColumnModel): string {
  return `CAST(${expression} AS ${dialect.type(column.type, column.maxLength)})`;
}
