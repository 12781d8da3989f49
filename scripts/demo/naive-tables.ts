/**
 * Documents to tables once more, in the plainest way there is and without a line of @millrace/flatten: what the demo's databases are
 * compared with. A row is a map from column to text; a NULL is not in it.
 */

export type Row = ReadonlyMap<string, string>;

/** Table name to its rows. */
export type Tables = Map<string, Row[]>;

/** What cannot be told from the documents. */
export interface NaiveRoot {
  readonly table: string;
  /** Column of the primary key, as rendered; absent for records without one, whose rows then carry no links. */
  readonly key?: string;
  /** Child tables with a name of their own, by rendered path. */
  readonly children?: Readonly<Record<string, { readonly table: string; readonly link: string }>>;
}

/** One spelling for equal values: instants in UTC with milliseconds, numbers in JavaScript's shortest form. */
export function canonicalText(value: unknown): string {
  if (typeof value === 'string') {
    return /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}.*(?:Z|[+-]\d{2}:\d{2})$/.test(value) ? new Date(value).toISOString() : value;
  }
  return String(value);
}

/** Makes the tables of a list of documents. */
export function naiveTables(documents: readonly object[], root: NaiveRoot): Tables {
  const tables: Tables = new Map();
  for (const document of documents) addRow(tables, root, root.table, '', document, new Map());
  return tables;
}

function addRow(
  tables: Tables,
  root: NaiveRoot,
  table: string,
  path: string,
  value: unknown,
  links: ReadonlyMap<string, string>,
): void {
  const row = new Map(links);
  const arrays: [string, readonly unknown[]][] = [];
  if (Array.isArray(value)) arrays.push(['[]', value]);
  else if (typeof value === 'object' && value !== null) collect(value, '', row, arrays);
  else if (value !== null) row.set('value', canonicalText(value));
  const rows = tables.get(table);
  if (rows === undefined) tables.set(table, [row]);
  else rows.push(row);
  for (const [name, elements] of arrays) addChildren(tables, root, { table, path, row, links }, name, elements);
}

function collect(
  object: object,
  prefix: string,
  row: Map<string, string>,
  arrays: [string, readonly unknown[]][],
): void {
  for (const [key, value] of Object.entries(object) as [string, unknown][]) {
    const name = `${prefix}${key}`;
    if (Array.isArray(value)) arrays.push([name, value]);
    else if (typeof value === 'object' && value !== null) collect(value, `${name}$`, row, arrays);
    else if (value !== null && value !== undefined) row.set(name, canonicalText(value));
  }
}

function addChildren(
  tables: Tables,
  root: NaiveRoot,
  parent: {
    readonly table: string;
    readonly path: string;
    readonly row: Row;
    readonly links: ReadonlyMap<string, string>;
  },
  name: string,
  elements: readonly unknown[],
): void {
  const path = `${parent.path}${name}`;
  const special = root.children?.[path];
  const table = special?.table ?? `${parent.table}$${name}`;
  elements.forEach((element, position) => {
    const links = new Map(parent.path === '' ? [] : inherited(parent.links));
    if (parent.path !== '') links.set(`${parent.table}__position`, parent.row.get('_position') ?? '');
    else if (root.key !== undefined)
      links.set(special?.link ?? `${parent.table}_${root.key}`, parent.row.get(root.key) ?? '');
    links.set('_position', String(position));
    addRow(tables, root, table, `${path}$`, element, links);
  });
}

function inherited(links: ReadonlyMap<string, string>): [string, string][] {
  return [...links].filter(([column]) => column !== '_position');
}
