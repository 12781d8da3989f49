/**
 * The shape of the documents seen so far: a tree of tables, in each a tree of the paths of its documents. It only grows.
 */
import { ColumnBuilder } from './column-builder.ts';
import { type SpecNode, UNDECLARED } from './spec-tree.ts';
import type { ColumnSchema, TableSchema } from './schema.ts';
import type { Path, PathSpec } from './spec.ts';
import { keyInPath, Names } from './names.ts';
import type { PendingRows } from './pending.ts';

/** A column that holds values of documents, or the `_key` of a root table. */
export interface ValueColumn {
  readonly kind: 'value';
  readonly path: Path;
  readonly builder: ColumnBuilder;
  readonly order: number;
  /** The name that the specification gives, or that the column's purpose does. */
  readonly wanted: string | undefined;
  /** `json` for what no table can hold; `key` for the content hash. */
  readonly slot: 'scalar' | 'json' | 'key';
  /** Where it hangs in the tree; absent for `_key`. */
  readonly node: PathNode | undefined;
  name: string | undefined;
  /** As the last batch gave it. */
  schema: ColumnSchema | undefined;
}

/** A column that is made of the rows' places alone. */
interface PositionColumn {
  readonly kind: 'position';
  name: string | undefined;
  schema: ColumnSchema | undefined;
}

/** A column that repeats a primary-key column of the parent table. */
export interface LinkColumn {
  readonly kind: 'link';
  /** The parent's column, maybe a link itself. */
  readonly of: PlanColumn;
  name: string | undefined;
  schema: ColumnSchema | undefined;
}

export type PlanColumn = ValueColumn | PositionColumn | LinkColumn;

/** One path in the documents of a table. The table's own root has the empty path. */
export class PathNode {
  readonly table: TablePlan;
  readonly path: Path;
  readonly spec: PathSpec | undefined;
  readonly specNode: SpecNode | undefined;
  readonly children: Map<string, PathNode> = new Map();
  scalar: ValueColumn | undefined;
  json: ValueColumn | undefined;
  /** Rows of the array at this path. */
  array: TablePlan | undefined;
  /** Rows of the object at this path, where it is a map of style `table`. */
  map: TablePlan | undefined;

  constructor(table: TablePlan, path: Path, specNode: SpecNode | undefined) {
    this.table = table;
    this.path = path;
    this.specNode = specNode;
    this.spec = specNode?.spec;
  }

  child(key: string): PathNode {
    const known = this.children.get(key);
    if (known !== undefined) return known;
    const made = new PathNode(this.table, [...this.path, key], this.specNode?.children.get(keyInPath(key)));
    this.children.set(key, made);
    return made;
  }

  /** Whether the path takes every value whole. */
  get wholeJson(): boolean {
    return this.spec?.type === 'JSON' || this.spec?.map === 'json';
  }

  scalarColumn(): ValueColumn {
    this.scalar ??= this.table.addColumn(this, 'scalar', this.#isElement ? 'value' : this.spec?.column);
    return this.scalar;
  }

  jsonColumn(): ValueColumn {
    this.json ??= this.table.addColumn(this, 'json', this.wholeJson ? this.spec?.column : undefined);
    return this.json;
  }

  arrayTable(): TablePlan {
    this.array ??= this.table.addChild(this, false);
    return this.array;
  }

  /** Makes a table that was made for this path part of the plan. */
  adoptArray(table: TablePlan): void {
    this.array = table;
    this.table.children.push(table);
  }

  mapTable(): TablePlan {
    this.map ??= this.table.addChild(this, true);
    return this.map;
  }

  /** Whether the scalar here stands where other documents have an object or array. */
  get isVariant(): boolean {
    return this.json !== undefined || this.array !== undefined || this.map !== undefined || this.#hasColumnsBelow();
  }

  get #isElement(): boolean {
    return this.path.length === 0;
  }

  #hasColumnsBelow(): boolean {
    const todo = [...this.children.values()];
    for (let node = todo.pop(); node !== undefined; node = todo.pop()) {
      if (node.scalar?.builder.state !== undefined || node.json || node.array || node.map) return true;
      todo.push(...node.children.values());
    }
    return false;
  }
}

/** One table. */
export class TablePlan {
  readonly parent: TablePlan | undefined;
  /** The path in the parent's documents; absent for a root table. */
  readonly origin: PathNode | undefined;
  readonly isMap: boolean;
  /** From the root document, as in `TableSchema`. */
  readonly path: Path;
  readonly elements: PathNode;
  readonly keys: PlanColumn[];
  /** Value columns in the order in which they were found. */
  readonly values: ValueColumn[] = [];
  /** The columns that have a type, in the order of a batch, as they were found last. */
  ordered: readonly PlanColumn[] = [];
  readonly children: TablePlan[] = [];
  /** The same in the order of a batch, as they were when they were last asked for. */
  sorted: readonly TablePlan[] = [];
  readonly names: Names = new Names();
  readonly spec: PathSpec | undefined;
  readonly order: number;
  name: string | undefined;
  /** As the last batch gave it. */
  schema: TableSchema | undefined;

  /** Rows since the last batch. */
  rows = 0;
  parentRows: number[] = [];
  positions: number[] = [];
  /** Rows that are held elsewhere: then the two above are empty. */
  pending: PendingRows | undefined;
  /** Root rows that a later document of the same key replaces. */
  replaced: Set<number> | undefined;

  /** A child table, or with a root of its own a root table. */
  constructor(
    origin: PathNode | { readonly specNode: SpecNode; readonly primaryKey: readonly Path[] | undefined },
    isMap = false,
  ) {
    const inPlan = origin instanceof PathNode;
    this.origin = inPlan ? origin : undefined;
    this.parent = this.origin?.table;
    this.isMap = isMap;
    this.path = inPlan ? pathFromRoot(origin) : [];
    const specNode = inPlan && origin.path.length === 0 ? origin.specNode?.children.get('[]') : origin.specNode;
    this.elements = new PathNode(this, [], specNode);
    this.spec = specNode?.spec;
    this.order = specNode?.order ?? UNDECLARED;
    const keyPaths = inPlan ? this.spec?.primaryKey : origin.primaryKey;
    const links: PlanColumn[] = (this.parent?.keys ?? []).map((of) => ({
      kind: 'link',
      of,
      name: undefined,
      schema: undefined,
    }));
    this.keys = [...links, ...this.#ownKey(isMap ? [['key']] : keyPaths)];
  }

  #ownKey(paths: readonly Path[] | undefined): PlanColumn[] {
    if (paths !== undefined) return paths.map((path) => nodeAt(this.elements, path).scalarColumn());
    if (this.parent !== undefined) return [{ kind: 'position', name: undefined, schema: undefined }];
    const column: ValueColumn = {
      kind: 'value',
      path: [],
      builder: new ColumnBuilder('STRING'),
      order: Number.MIN_SAFE_INTEGER,
      wanted: '_key',
      slot: 'key',
      node: undefined,
      name: undefined,
      schema: undefined,
    };
    return [column];
  }

  addRow(parentRow: number, position: number): number {
    this.parentRows.push(parentRow);
    this.positions.push(position);
    return this.rows++;
  }

  addColumn(node: PathNode, slot: 'scalar' | 'json', wanted: string | undefined): ValueColumn {
    const isMapKey = this.isMap && node.path.length === 1 && node.path[0] === 'key';
    const declared = isMapKey ? 'STRING' : slot === 'json' ? 'JSON' : node.spec?.type;
    const column: ValueColumn = {
      kind: 'value',
      path: node.path,
      builder: new ColumnBuilder(declared),
      order: node.specNode?.order ?? UNDECLARED,
      wanted,
      slot,
      node,
      name: undefined,
      schema: undefined,
    };
    this.values.push(column);
    return column;
  }

  addChild(node: PathNode, isMap: boolean): TablePlan {
    const child = new TablePlan(node, isMap);
    this.children.push(child);
    return child;
  }
}

/** The node at a path below another. */
export function nodeAt(from: PathNode, path: Path): PathNode {
  let node = from;
  for (const key of path) node = node.child(key);
  return node;
}

function pathFromRoot(origin: PathNode): Path {
  const own = origin.path.length === 0 ? ['[]'] : origin.path.map(keyInPath);
  return [...origin.table.path, ...own];
}
