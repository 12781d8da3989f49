import type { ForeignKeyModel, Model, RelationKind } from './model.ts';

/** One column, as a row to print. */
export interface ColumnRow {
  readonly table: string;
  readonly column: string;
  readonly type: string;
  /** `primary`, `link`, `primary, link` or empty. */
  readonly key: string;
  readonly sensitive: boolean;
  readonly description: string;
}

/** One relation, as a row to print. */
export interface RelationRow {
  /** `process_context(context$processid)` */
  readonly dimension: string;
  readonly fact: string;
  readonly kind: RelationKind;
  readonly description: string;
}

/** Every column of every table. */
export function describeModel(model: Model): readonly ColumnRow[] {
  return model.tables.flatMap((table) =>
    table.columns.map(({ name, type, references, sensitive = false, description }) => ({
      table: table.name,
      column: name,
      type,
      key: [...(table.primaryKey.includes(name) ? ['primary'] : []), ...(references ? ['link'] : [])].join(', '),
      sensitive,
      description,
    })),
  );
}

/** Every relation, dimension and fact as `table(column, column)`. */
export function describeRelations(model: Model): readonly RelationRow[] {
  return model.foreignKeys.map(({ dimension, fact, kind, description = '' }) => ({
    dimension: end(dimension),
    fact: end(fact),
    kind,
    description,
  }));
}

function end({ table, columns }: ForeignKeyModel['fact']): string {
  return `${table}(${columns.join(', ')})`;
}
