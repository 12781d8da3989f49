import {
  ModelError,
  type ActivityTableModel,
  type ForeignKeyModel,
  type Model,
  type RelationEnd,
  type TableModel,
  type TransformationModel,
} from './model.ts';

/**
 * Checks a model and freezes it.
 * Throws a `ModelError` with one sentence for the first thing that does not hold: names are unique (letter case ignored, as SQL
 * engines do), every name that is used exists, keys name columns, both ends of a foreign key have columns of equal number and type,
 * children follow their parents, a transformation reads only what is extracted or made before it, and its output is made only once.
 */
export function defineModel(model: Model): Model {
  const fail = (message: string): never => {
    throw new ModelError(model.name, message);
  };
  const tables = new Map<string, TableModel>();
  unique(model.tables, (table) => table.name, 'table', fail);
  for (const table of model.tables) {
    checkTable(table, tables, fail);
    tables.set(table.name, table);
  }

  unique(model.feeds, (feed) => feed.table, 'feed', fail);
  for (const feed of model.feeds) {
    const table = known(tables, feed.table, 'feed', fail);
    if (!table.source)
      fail(`feed '${feed.table}' has a table without a source; say which operation gives its documents.`);
  }
  for (const table of model.tables) {
    const isFeed = model.feeds.some((feed) => feed.table === table.name);
    if (table.source && !isFeed)
      fail(`table '${table.name}' has a source but no feed; add { table: '${table.name}' } to feeds.`);
  }

  unique(model.foreignKeys, foreignKeyName, 'foreign key', fail);
  for (const key of model.foreignKeys) checkForeignKey(key, tables, fail);

  unique(model.activityTables, (activity) => activity.table, 'activity table', fail);
  for (const activity of model.activityTables) checkActivityTable(activity, tables, fail);

  unique(model.transformations, (transformation) => transformation.name, 'transformation', fail);
  unique(model.transformations, (transformation) => transformation.output, 'transformation output', fail);
  checkTransformations(model, tables, fail);
  return freeze(model);
}

type Fail = (message: string) => never;

function checkTable(table: TableModel, before: ReadonlyMap<string, TableModel>, fail: Fail): void {
  const where = `table '${table.name}'`;
  unique(table.columns, (column) => column.name, `column of ${where}`, fail);
  if (table.primaryKey.length === 0) fail(`${where} has no primary key.`);
  for (const name of table.primaryKey) columnType({ table, name, what: 'primary key' }, fail);
  if (table.parent !== undefined) {
    if (!before.has(table.parent))
      fail(`${where} has parent '${table.parent}', which must be a table that stands before it.`);
    if (!table.path?.length) fail(`${where} has a parent but no path; give the path of its array.`);
    if (table.source) fail(`${where} has both a parent and a source; only a root table has a source.`);
  }
  for (const column of table.columns) {
    if (!column.references) continue;
    const target = known(before, column.references.table, `column '${column.name}' of ${where}`, fail);
    columnType({ table: target, name: column.references.column, what: `reference of ${where}` }, fail);
  }
}

function checkForeignKey(key: ForeignKeyModel, tables: ReadonlyMap<string, TableModel>, fail: Fail): void {
  const where = `foreign key ${foreignKeyName(key)}`;
  const { dimension, fact } = key;
  if (dimension.columns.length === 0 || dimension.columns.length !== fact.columns.length)
    fail(`${where} has ${dimension.columns.length} columns on one side and ${fact.columns.length} on the other.`);
  const types = (end: RelationEnd): string[] => {
    const table = known(tables, end.table, where, fail);
    return end.columns.map((name) => columnType({ table, name, what: where }, fail));
  };
  const [left, right] = [types(dimension), types(fact)];
  left.forEach((type, index) => {
    if (type !== right[index])
      fail(
        `${where} joins ${type} '${dimension.columns[index]}' with ${right[index]} '${fact.columns[index]}'; the types must be equal.`,
      );
  });
}

function checkActivityTable(activity: ActivityTableModel, tables: ReadonlyMap<string, TableModel>, fail: Fail): void {
  const where = `activity table '${activity.table}'`;
  const table = known(tables, activity.table, 'activity table', fail);
  const type = (name: string, what: string): string => columnType({ table, name, what: `${what} of ${where}` }, fail);
  type(activity.caseId, 'case ID');
  type(activity.activity, 'activity');
  if (activity.sorting !== undefined) type(activity.sorting, 'sorting');
  for (const name of [activity.timestamp, activity.endTimestamp]) {
    if (name === undefined) continue;
    const actual = type(name, 'timestamp');
    if (actual !== 'DATETIME' && actual !== 'DATE')
      fail(`timestamp '${name}' of ${where} is ${actual}; it must be DATETIME or DATE.`);
  }
}

function checkTransformations(model: Model, tables: ReadonlyMap<string, TableModel>, fail: Fail): void {
  const outputs = new Set(model.transformations.map((transformation) => transformation.output));
  const made = new Set<string>();
  for (const transformation of model.transformations) {
    const where = `transformation '${transformation.name}'`;
    checkInputs(transformation, tables, fail);
    const pending = transformation.inputs.find((input) => outputs.has(input.table) && !made.has(input.table));
    if (pending) fail(`${where} reads '${pending.table}' before it is made; order the transformations.`);
    const output = known(tables, transformation.output, where, fail);
    if (output.source || output.parent !== undefined)
      fail(`${where} writes '${output.name}', which is extracted; name a table of its own.`);
    made.add(output.name);
  }
  const orphan = model.tables.find((table) => !table.source && table.parent === undefined && !made.has(table.name));
  if (orphan) fail(`nothing fills table '${orphan.name}'; give it a source, a parent or a transformation.`);
}

function checkInputs(transformation: TransformationModel, tables: ReadonlyMap<string, TableModel>, fail: Fail): void {
  const where = `transformation '${transformation.name}'`;
  unique(transformation.inputs, (input) => input.table, `input of ${where}`, fail);
  for (const input of transformation.inputs) {
    const table = known(tables, input.table, where, fail);
    for (const name of input.columns) columnType({ table, name, what: where }, fail);
  }
}

function foreignKeyName({ dimension, fact }: ForeignKeyModel): string {
  return `${dimension.table}(${dimension.columns.join(', ')}) -> ${fact.table}(${fact.columns.join(', ')})`;
}

function known(tables: ReadonlyMap<string, TableModel>, name: string, what: string, fail: Fail): TableModel {
  return tables.get(name) ?? fail(`${what} names table '${name}', which the model does not have.`);
}

function columnType(
  use: { readonly table: TableModel; readonly name: string; readonly what: string },
  fail: Fail,
): string {
  const column = use.table.columns.find((candidate) => candidate.name === use.name);
  return (column ?? fail(`${use.what} names column '${use.name}', which table '${use.table.name}' does not have.`))
    .type;
}

function unique<T>(items: readonly T[], nameOf: (item: T) => string, what: string, fail: Fail): void {
  const seen = new Map<string, string>();
  for (const item of items) {
    const name = nameOf(item);
    if (name === '') fail(`a ${what} has an empty name.`);
    const twin = seen.get(name.toLowerCase());
    if (twin === name) fail(`${what} '${name}' is declared twice.`);
    if (twin !== undefined) fail(`${what} '${name}' and '${twin}' differ only in letter case.`);
    seen.set(name.toLowerCase(), name);
  }
}

function freeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) freeze(part);
  return value;
}
