/** Gives names to what a plan has found since the last batch, in an order that does not depend on the order of arrival. */
import { compareText, JSON_SUFFIX, type Names, renderPath } from './names.ts';
import type { PlanColumn, TablePlan, ValueColumn } from './plan.ts';

/** Names every table and column that has none yet, and gives the tables, parents before children. */
export function nameTables(root: TablePlan, names: Names): readonly TablePlan[] {
  const named: TablePlan[] = [];
  const visit = (table: TablePlan): void => {
    named.push(table);
    nameKeys(table);
    nameValues(table);
    const children = sortedChildren(table);
    for (const child of children) {
      child.name ??= names.claim(wantedTableName(table, child), [
        'table',
        ...child.path,
        child.isMap ? 'map' : 'array',
      ]);
    }
    for (const child of children) visit(child);
  };
  visit(root);
  return named;
}

/** The tables that have a name, parents before children; gives no names. */
export function knownTables(table: TablePlan): readonly TablePlan[] {
  const children = sortedChildren(table).filter(({ name }) => name !== undefined);
  return [table, ...children.flatMap(knownTables)];
}

/** Whether a table can be told of: every key column has a type. */
export function isReady(table: TablePlan): boolean {
  return table.keys.every(hasType);
}

/** The columns of a table: links, own key, declared ones in the order of the specification, the rest by name. */
export function orderedColumns(table: TablePlan): readonly PlanColumn[] {
  const keys = new Set<PlanColumn>(table.keys);
  const rest = table.values.filter((column) => !keys.has(column) && hasType(column));
  // No column loses its type again: as many columns are the same ones.
  if (table.ordered.length !== table.keys.length + rest.length) table.ordered = [...table.keys, ...sortColumns(rest)];
  return table.ordered;
}

/** The name of a table unless another one has it. */
function wantedTableName(parent: TablePlan, child: TablePlan): string {
  if (child.spec?.table !== undefined) return child.spec.table;
  const path = child.origin?.path ?? [];
  return `${parent.name ?? ''}$${path.length === 0 ? '[]' : renderPath(path)}`;
}

function nameKeys(table: TablePlan): void {
  const parent = table.parent?.name ?? '';
  const joint = table.spec?.linkStyle === 'dollar' ? '$' : '_';
  for (const [index, column] of table.keys.entries()) {
    if (column.name !== undefined) continue;
    if (column.kind === 'position') column.name = table.names.claim('_position', ['position']);
    else if (column.kind === 'link') {
      const inherited = column.of.kind === 'link';
      const of = column.of.name ?? '';
      column.name = table.names.claim(inherited ? of : `${parent}${joint}${of}`, ['link', String(index)]);
    } else nameValue(table, column);
  }
}

function nameValues(table: TablePlan): void {
  const unnamed = table.values.filter(
    (column) => column.name === undefined && (column.wanted !== undefined || hasType(column)),
  );
  for (const column of sortColumns(unnamed)) nameValue(table, column);
}

function nameValue(table: TablePlan, column: ValueColumn): void {
  column.name = table.names.claim(wantedColumnName(column), [column.slot, ...column.path]);
}

/** The name of a column unless another one has it. */
function wantedColumnName(column: ValueColumn): string {
  if (column.wanted !== undefined) return column.wanted;
  const plain = column.path.length === 0 ? 'value' : renderPath(column.path);
  return column.slot === 'json' && column.node?.wholeJson !== true ? plain + JSON_SUFFIX : plain;
}

function hasType(column: PlanColumn): boolean {
  if (column.kind === 'value') return column.builder.state !== undefined;
  return column.kind === 'position' || hasType(column.of);
}

/** By order, then by name. Each name is made once. */
function sortColumns(columns: readonly ValueColumn[]): ValueColumn[] {
  return columns
    .map((column) => ({ column, name: wantedColumnName(column) }))
    .sort(
      (a, b) =>
        a.column.order - b.column.order || compareText(a.name, b.name) || a.column.path.length - b.column.path.length,
    )
    .map(({ column }) => column);
}

function sortedChildren(table: TablePlan): readonly TablePlan[] {
  // None goes: as many are the same ones.
  if (table.sorted.length !== table.children.length) {
    table.sorted = table.children.toSorted((a, b) => compareTables(table, a, b));
  }
  return table.sorted;
}

function compareTables(parent: TablePlan, a: TablePlan, b: TablePlan): number {
  return (
    a.order - b.order || compareText(wantedTableName(parent, a), wantedTableName(parent, b)) || +a.isMap - +b.isMap
  );
}
