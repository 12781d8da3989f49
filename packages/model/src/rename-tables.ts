import { defineModel } from './define-model.ts';
import type { ColumnModel, ForeignKeyModel, Model, RelationEnd, TableModel, TransformationModel } from './model.ts';
import { ShapeError } from './shape.ts';

/**
 * The model with other table names. A child table that was named after its parent is named after it still, as are link columns, keys,
 * relations and transformations. Throws a `ShapeError` for a table that the model does not have.
 */
export function renameTables(model: Model, names: Readonly<Record<string, string>>): Model {
  for (const name of Object.keys(names)) {
    if (model.tables.some((table) => table.name === name)) continue;
    const known = model.tables.map((table) => table.name).join(', ');
    throw new ShapeError(name, `there is no such table to rename. There are ${known}.`);
  }
  const renaming = new Renaming(model, names);
  return defineModel({
    ...model,
    tables: model.tables.map((table) => renaming.renamed(table)),
    feeds: model.feeds.map((feed) => ({ ...feed, table: renaming.table(feed.table) })),
    foreignKeys: model.foreignKeys.map(
      (key): ForeignKeyModel => ({ ...key, dimension: renaming.end(key.dimension), fact: renaming.end(key.fact) }),
    ),
    activityTables: model.activityTables.map((activity) => ({ ...activity, table: renaming.table(activity.table) })),
    transformations: model.transformations.map((each) => renaming.transformation(each)),
  });
}

class Renaming {
  readonly #model: Model;
  readonly #tables = new Map<string, string>();

  constructor(model: Model, names: Readonly<Record<string, string>>) {
    this.#model = model;
    for (const { name, parent } of model.tables) {
      const follows = parent !== undefined && name.startsWith(`${parent}$`);
      this.#tables.set(name, names[name] ?? (follows ? this.table(parent) + name.slice(parent.length) : name));
    }
  }

  table(name: string): string {
    return this.#tables.get(name) ?? name;
  }

  column(table: string, name: string): string {
    const found = this.#model.tables.find((each) => each.name === table);
    const column = found?.columns.find((each) => each.name === name);
    return column === undefined ? name : this.#columnName(column);
  }

  renamed(table: TableModel): TableModel {
    return {
      ...table,
      name: this.table(table.name),
      ...(table.parent === undefined ? {} : { parent: this.table(table.parent) }),
      primaryKey: table.primaryKey.map((name) => this.column(table.name, name)),
      columns: table.columns.map((column) => this.#renamedColumn(column)),
    };
  }

  end({ table, columns }: RelationEnd): RelationEnd {
    return { table: this.table(table), columns: columns.map((name) => this.column(table, name)) };
  }

  transformation(transformation: TransformationModel): TransformationModel {
    return {
      ...transformation,
      inputs: transformation.inputs.map((input) => this.end(input)),
      output: this.table(transformation.output),
      query: ({ dialect, input }) =>
        transformation.query({
          dialect,
          input: (table) => {
            const { from, column } = input(this.table(table));
            return { from, column: (name) => column(this.column(table, name)) };
          },
        }),
    };
  }

  #renamedColumn(column: ColumnModel): ColumnModel {
    const { references } = column;
    if (references === undefined) return column;
    const target = { table: this.table(references.table), column: this.column(references.table, references.column) };
    return {
      ...column,
      name: this.#columnName(column),
      description: column.description.replace(references.table, target.table),
      references: target,
    };
  }

  /** A link column is named after the table that it was first a link to; a grandchild keeps the name. */
  #columnName({ name, references }: ColumnModel): string {
    if (references === undefined) return name;
    const { table, column } = references;
    const joint = [`_`, `$`].find((each) => name === `${table}${each}${column}`);
    return joint === undefined ? name : `${this.table(table)}${joint}${this.column(table, column)}`;
  }
}
