/**
 * Looks at a document for what its contract forbids, before anything of it is taken. What counts is the schema that the flattener
 * started with (declared, or left by an earlier run), so that neither order nor batches matter.
 */
import { canonicalJson } from './canonical-json.ts';
import { type Contracts, firstViolation, type Rules, type Violation } from './contract.ts';
import { JSON_SUFFIX, keyInPath, renderPath } from './names.ts';
import type { PathNode, TablePlan, ValueColumn } from './plan.ts';
import type { ColumnType, SchemaChange } from './schema.ts';
import type { SpecNode } from './spec-tree.ts';
import type { JsonObject, JsonValue, Path } from './spec.ts';
import { canonicalText, coerce, declaredState, joinTypes, type Scalar, type TypeState, typeOfValue } from './types.ts';
import { utf8Length } from './utf8.ts';
import { isArray, isContainer, shapeOfArray } from './walk.ts';

/** A column as it was at the start. */
interface KnownColumn {
  readonly name: string;
  /** Absent: declared without a type, so that any may come. */
  readonly state: TypeState | undefined;
  /** The longest text of earlier runs; absent where there was none. */
  readonly longest: { readonly chars: number; readonly bytes: number } | undefined;
  /** A column of the root's primary key: a rejected document is known by it, so it must fit. */
  readonly isRootKey: boolean;
}

/** One path of the rows of a table: what was there at the start, and what may change. */
interface Spot {
  readonly table: string;
  /** The table is new, and its columns are part of that one change. */
  readonly isNewTable: boolean;
  /** From the rows of the table. */
  readonly column: Path;
  readonly node: SpecNode | undefined;
  readonly rules: Rules;
  /** Nothing here or below can break anything. */
  readonly isFree: boolean;
  readonly scalar: KnownColumn | undefined;
  readonly json: KnownColumn | undefined;
  /** The rows of the array, and of the map, at the path. */
  readonly array: Spot | undefined;
  readonly map: Spot | undefined;
  readonly children: ReadonlyMap<string, Spot>;
}

const NONE = {
  scalar: undefined,
  json: undefined,
  array: undefined,
  map: undefined,
  children: new Map<string, Spot>(),
};

export class ContractCheck {
  readonly #contracts: Contracts;
  readonly #maxDepth: number;
  readonly #root: Spot;
  readonly #path: (string | number)[] = [];
  #found: Violation | undefined;

  constructor(root: TablePlan, tree: SpecNode, contracts: Contracts, maxDepth: number) {
    this.#contracts = contracts;
    this.#maxDepth = maxDepth;
    this.#root = this.#knownSpot(root.elements, tree, contracts.ofRoot(tree));
  }

  /** What a document may not do: of several things a frozen one before a quarantined one, then the first by path. */
  check(document: JsonObject): Violation | undefined {
    this.#found = undefined;
    this.#object(document, this.#root, 0);
    return this.#found;
  }

  #knownSpot(at: PathNode, node: SpecNode | undefined, around: Rules): Spot {
    const rules = this.#contracts.at(node, around);
    const inner = at.path.length === 0 ? node?.children.get('[]') : node;
    const rowsOf = (table: TablePlan | undefined): Spot | undefined =>
      table === undefined ? undefined : this.#knownSpot(table.elements, inner, rules);
    return {
      table: at.table.name ?? '',
      isNewTable: false,
      column: at.path,
      node,
      rules,
      isFree: this.#contracts.isFree(node, rules),
      scalar: knownColumn(at, at.scalar),
      json: knownColumn(at, at.json),
      array: rowsOf(at.array),
      map: rowsOf(at.map),
      children: new Map(
        [...at.children].map(([key, child]) => [key, this.#knownSpot(child, childOf(node, key), rules)]),
      ),
    };
  }

  #member(spot: Spot, key: string): Spot {
    const known = spot.children.get(key);
    if (known !== undefined) return known;
    const node = childOf(spot.node, key);
    const rules = this.#contracts.at(node, spot.rules);
    const { table, isNewTable } = spot;
    const isFree = this.#contracts.isFree(node, rules);
    return { ...NONE, table, isNewTable, column: [...spot.column, key], node, rules, isFree };
  }

  #object(object: JsonObject, spot: Spot, level: number): void {
    for (const key of Object.keys(object)) {
      const value = object[key] ?? null;
      if (value === null) continue;
      this.#path.push(key);
      this.#value(value, this.#member(spot, key), level + 1);
      this.#path.pop();
    }
  }

  #value(value: Exclude<JsonValue, null>, spot: Spot, level: number): void {
    const spec = spot.node?.spec;
    if (spot.isFree || spec?.omit === true) return;
    if (spec?.type === 'JSON' || spec?.map === 'json') this.#json(value, spot);
    else if (!isContainer(value)) this.#scalar(value, spot, spec?.type);
    else if (isArray(value)) this.#array(value, spot, level);
    else this.#nested(value, spot, level);
  }

  #nested(object: JsonObject, spot: Spot, level: number): void {
    if (level > this.#maxDepth) {
      if (Object.keys(object).length > 0) this.#json(object, spot);
      return;
    }
    if (spot.node?.spec?.map !== 'table') {
      this.#object(object, spot, level);
      return;
    }
    const entry = spot.map ?? this.#newTable(spot, spot.node);
    for (const key of Object.keys(object)) {
      const value = object[key] ?? null;
      this.#path.push(key);
      this.#scalar(key, this.#member(entry, 'key'), 'STRING');
      if (value !== null) this.#value(value, this.#member(entry, 'value'), level + 1);
      this.#path.pop();
    }
  }

  #array(array: readonly JsonValue[], spot: Spot, level: number): void {
    const shape = shapeOfArray(array, level, this.#maxDepth);
    if (shape === 'nothing') return;
    if (shape === 'json') {
      this.#json(array, spot);
      return;
    }
    const inner = spot.column.length === 0 ? spot.node?.children.get('[]') : spot.node;
    const rows = spot.array ?? this.#newTable(spot, inner);
    for (let index = 0; index < array.length; index++) {
      const element = array[index] ?? null;
      if (element === null) continue;
      this.#path.push(index);
      if (!isContainer(element)) this.#scalar(element, rows, inner?.spec?.type);
      else if (isArray(element)) this.#array(element, rows, level + 1);
      else this.#object(element, rows, level + 1);
      this.#path.pop();
    }
  }

  /** The rows of an array or map that had no table at the start. */
  #newTable(spot: Spot, node: SpecNode | undefined): Spot {
    const rules = this.#contracts.at(node, spot.rules);
    const table = node?.spec?.table ?? `${spot.table}$${renderPath(spot.column) || '[]'}`;
    this.#refuse(rules, { kind: 'table added', table });
    return { ...NONE, table, isNewTable: true, column: [], node, rules, isFree: this.#contracts.isFree(node, rules) };
  }

  #scalar(raw: Scalar, spot: Spot, declared: ColumnType | undefined): void {
    const { scalar } = spot;
    // A STRING takes every scalar.
    if (scalar?.state === STRING && spot.rules['length grown'] === 'evolve') return;
    const value = coerce(declared, raw);
    this.#intoColumn(spot, scalar, declared === 'STRING' ? STRING : typeOfValue(value), value);
  }

  #json(value: JsonValue, spot: Spot): void {
    const text = spot.rules['length grown'] === 'evolve' ? '' : canonicalJson(value);
    this.#intoColumn(spot, spot.json, JSON_TYPE, text);
  }

  #intoColumn(spot: Spot, known: KnownColumn | undefined, type: TypeState, value: Scalar): void {
    if (spot.isNewTable) return;
    const { table, rules } = spot;
    if (known === undefined) {
      this.#refuse(rules, { kind: 'column added', table, column: columnName(spot, type), type: type.type });
      return;
    }
    if (known.state === undefined) return;
    const { type: from } = known.state;
    const { type: to } = from === 'STRING' ? STRING : joinTypes(known.state, type);
    if (to !== from) {
      this.#refuse(rules, { kind: 'type widened', table, column: known.name, from, to }, known.isRootKey);
    } else if (known.longest !== undefined && rules['length grown'] !== 'evolve') this.#length(spot, known, value);
  }

  #length({ table, rules }: Spot, known: KnownColumn, value: Scalar): void {
    const { chars: fromChars, bytes: fromBytes } = known.longest ?? { chars: 0, bytes: 0 };
    const text = canonicalText(value);
    const toChars = Math.max(fromChars, text.length);
    const toBytes = Math.max(fromBytes, utf8Length(text));
    if (toChars === fromChars && toBytes === fromBytes) return;
    const column = known.name;
    this.#refuse(rules, { kind: 'length grown', table, column, fromChars, toChars, fromBytes, toBytes });
  }

  #refuse(rules: Rules, change: SchemaChange, isRootKey = false): void {
    const ruled = rules[change.kind];
    if (ruled === 'evolve') return;
    const mode = isRootKey ? 'freeze' : ruled;
    this.#found = firstViolation(this.#found, { mode, change, path: [...this.#path] });
  }
}

const STRING = declaredState('STRING');
const JSON_TYPE = declaredState('JSON');

function columnName({ column, node }: Spot, type: TypeState): string {
  const spec = node?.spec;
  const isJson = type === JSON_TYPE;
  if (column.length === 0) return isJson ? `value${JSON_SUFFIX}` : 'value';
  const isWhole = spec?.type === 'JSON' || spec?.map === 'json';
  const plain = (!isJson || isWhole ? spec?.column : undefined) ?? renderPath(column);
  return isJson && !isWhole ? plain + JSON_SUFFIX : plain;
}

function knownColumn(at: PathNode, column: ValueColumn | undefined): KnownColumn | undefined {
  if (column === undefined) return undefined;
  const { builder, schema } = column;
  const hasText = schema?.type === 'STRING' || schema?.type === 'JSON';
  return {
    name: column.name ?? schema?.name ?? renderPath(column.path),
    state: builder.state,
    longest: hasText ? { chars: schema.maxChars, bytes: schema.maxBytes } : undefined,
    isRootKey: at.table.parent === undefined && at.table.keys.includes(column),
  };
}

function childOf(node: SpecNode | undefined, key: string): SpecNode | undefined {
  return node?.children.get(keyInPath(key));
}
