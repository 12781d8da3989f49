/** The plan that a specification and the tables of an earlier run call for before any document has come. */
import { formatSpecPath, SpecError } from './errors.ts';
import { Names, JSON_SUFFIX, keyOfPath, renderPath } from './names.ts';
import { nameTables } from './naming.ts';
import { nodeAt, type PathNode, type PlanColumn, TablePlan } from './plan.ts';
import type { ColumnSchema, TableSchema } from './schema.ts';
import type { Path, PathSpec, RootSpec } from './spec.ts';
import type { SpecNode } from './spec-tree.ts';

/** @throws SpecError when specification and tables do not fit, or two declared names are one */
export function startPlan(spec: RootSpec, tree: SpecNode): { readonly root: TablePlan; readonly names: Names } {
  const root = new TablePlan({ specNode: tree, primaryKey: spec.primaryKey });
  const names = new Names();
  restoreTables(root, names, spec);
  root.name ??= names.claim(spec.table, ['table']);
  for (const entry of spec.paths ?? []) declarePath(root.elements, entry);
  for (const table of nameTables(root, names)) checkNames(table);
  return { root, names };
}

/** Makes the table or column of a declared path, so that it is there even when no document has it. */
function declarePath(elements: PathNode, entry: PathSpec): void {
  if (entry.omit === true) return;
  let node = elements;
  for (const [index, step] of entry.path.entries()) {
    if (index > 0) node = into(node, entry.path[index - 1] ?? '', step);
    const key = keyOfPath(step);
    if (key !== undefined) node = node.child(key);
  }
  if (node.wholeJson) node.jsonColumn();
  else if (entry.map === 'table') node.mapTable();
  else if (isArraySpec(entry)) declareArray(node.arrayTable(), entry);
  else if (entry.type !== undefined || entry.column !== undefined) node.scalarColumn();
}

/** A type at the path of an array is that of its scalars. */
function declareArray(table: TablePlan, entry: PathSpec): void {
  if (entry.type !== undefined) table.elements.scalarColumn();
}

/** Where the paths below a node go on: in the rows of its table if it is declared to have one. */
function into(node: PathNode, previous: string, step: string): PathNode {
  const { spec } = node;
  if (previous === '[]') return node.arrayTable().elements;
  if (spec?.map === 'table') return node.mapTable().elements;
  return step === '[]' || isArraySpec(spec) ? node.arrayTable().elements : node;
}

function isArraySpec(spec: PathSpec | undefined): boolean {
  return spec?.map === undefined && (spec?.table ?? spec?.primaryKey ?? spec?.linkStyle) !== undefined;
}

function checkNames(table: TablePlan): void {
  const wanted = table.parent === undefined ? undefined : table.spec?.table;
  if (wanted !== undefined && wanted !== table.name) {
    throw new SpecError(
      `The table name ${wanted} of ${formatSpecPath(table.path)} ` +
        (table.schema === undefined
          ? 'is taken by another table; declare another one'
          : `was ${table.schema.name} in an earlier run; keep that name, or start with an empty destination`),
    );
  }
  for (const column of table.values) {
    if (column.wanted === undefined || column.name === column.wanted || column.path.length === 0) continue;
    throw new SpecError(
      `The column name ${column.wanted} of ${formatSpecPath(column.path)} in ${table.name ?? ''} ` +
        (column.schema === undefined
          ? 'is taken by another column; declare another one'
          : `was ${column.schema.name} in an earlier run; keep that name, or start with an empty destination`),
    );
  }
}

function restoreTables(root: TablePlan, names: Names, spec: RootSpec): void {
  const all = (spec.tables ?? []).filter((table) => table.root === spec.table);
  for (const { name, rejects } of all) if (rejects === true) names.add(name);
  const family = all.filter(({ rejects }) => rejects !== true);
  const plans = new Map<string, TablePlan>();
  for (const table of parentsFirst(family)) {
    const parent = table.parent === undefined ? undefined : plans.get(table.parent);
    const plan = parent === undefined ? root : childPlan(parent, table);
    plans.set(table.name, plan);
    names.add(table.name);
    restoreTable(plan, table);
  }
}

function parentsFirst(tables: readonly TableSchema[]): TableSchema[] {
  return tables.toSorted((a, b) => depth(a, tables) - depth(b, tables));
}

function depth(table: TableSchema, tables: readonly TableSchema[]): number {
  let steps = 0;
  for (let at: TableSchema | undefined = table; at?.parent !== undefined && steps <= tables.length; steps++) {
    const { parent }: TableSchema = at;
    at = tables.find((other) => other.name === parent);
    if (at === undefined)
      throw new SpecError(`\`tables\`: ${table.name} hangs below ${parent}, which is not among them`);
  }
  return steps;
}

function childPlan(parent: TablePlan, table: TableSchema): TablePlan {
  const below = table.path.slice(parent.path.length);
  const path: Path = below[0] === '[]' && below.length === 1 ? [] : below.map((step) => keyOfPath(step) ?? step);
  const node = nodeAt(parent.elements, path);
  return table.map === true ? node.mapTable() : node.arrayTable();
}

function restoreTable(plan: TablePlan, table: TableSchema): void {
  const stored = new Map(table.columns.map((column) => [column.name, column]));
  if (table.primaryKey.length !== plan.keys.length) throw keyMismatch(plan, table);
  for (const [index, name] of table.primaryKey.entries()) {
    const column = plan.keys[index];
    const schema = stored.get(name);
    if (column === undefined || schema === undefined || !isSameKey(column, schema)) throw keyMismatch(plan, table);
    restoreColumn(plan, column, schema);
    stored.delete(name);
  }
  for (const schema of stored.values()) {
    if (schema.role !== 'data' && schema.role !== 'variant') throw keyMismatch(plan, table);
    const node = nodeAt(plan.elements, schema.path);
    const plain = schema.path.length === 0 ? 'value' : renderPath(schema.path);
    const isJson = node.wholeJson || schema.name.startsWith(plain + JSON_SUFFIX);
    restoreColumn(plan, isJson ? node.jsonColumn() : node.scalarColumn(), schema);
  }
  plan.name = table.name;
  plan.schema = table;
}

function isSameKey(column: PlanColumn, schema: ColumnSchema): boolean {
  if (column.kind !== 'value') return schema.role === column.kind;
  if (column.slot === 'key') return schema.role === 'key';
  return schema.role === 'data' && JSON.stringify(column.path) === JSON.stringify(schema.path);
}

function restoreColumn(plan: TablePlan, column: PlanColumn, schema: ColumnSchema): void {
  column.name = schema.name;
  column.schema = schema;
  plan.names.add(schema.name);
  if (column.kind === 'value') column.builder.restore(schema);
}

function keyMismatch(plan: TablePlan, table: TableSchema): SpecError {
  const wanted = plan.keys.map((column) => (column.kind === 'value' ? formatSpecPath(column.path) : column.kind));
  return new SpecError(
    `The table ${table.name} was made with the primary key ${table.primaryKey.join(', ')}, but the specification asks for ` +
      `${wanted.join(', ')}; keep the key, or start with an empty destination`,
  );
}
