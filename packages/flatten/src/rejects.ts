/** The table of documents that a contract kept out. */
import type { Column, TableBatch } from './batch.ts';
import { canonicalJson } from './canonical-json.ts';
import { describeViolation, type Violation } from './contract.ts';
import { encodeColumn } from './encode.ts';
import { formatPath, SpecError } from './errors.ts';
import { Names } from './names.ts';
import type { TablePlan } from './plan.ts';
import { tableChanges } from './schema-changes.ts';
import type { ColumnSchema, ColumnType, SchemaChange, TableSchema } from './schema.ts';
import type { JsonObject, RootSpec } from './spec.ts';
import { joinTypes, type Scalar, typeOfValue } from './types.ts';
import { utf8Length } from './utf8.ts';

/** What is said of a document besides its key. */
const TOLD: readonly (readonly [name: string, type: ColumnType])[] = [
  ['reason', 'STRING'],
  ['change', 'STRING'],
  ['table_name', 'STRING'],
  ['column_name', 'STRING'],
  ['path', 'STRING'],
  ['document', 'JSON'],
];

interface Rejected {
  readonly key: readonly Scalar[];
  readonly told: readonly (string | undefined)[];
}

/** Collects rejected documents until a batch is taken: one row for each key, as the root table has it. */
export class Rejects {
  readonly #root: TablePlan;
  readonly #name: string;
  readonly #linkNames: readonly string[];
  /** Longest texts so far, in the order of `TOLD`. */
  readonly #longest: readonly { chars: number; bytes: number }[];
  readonly #pending = new Map<string, Rejected>();
  #emitted: TableSchema | undefined;

  /** @param names those of the family; the table's own is claimed among them */
  constructor(root: TablePlan, names: Names, spec: RootSpec) {
    const wanted = spec.rejected ?? `${spec.table}__rejected`;
    this.#emitted = rejectsOf(spec);
    this.#root = root;
    this.#name = this.#emitted?.name ?? names.claim(wanted, ['rejects']);
    if (this.#name !== wanted) {
      throw new SpecError(
        this.#emitted === undefined
          ? `The table name ${wanted} is taken, so rejected documents need another: { rejected: '…' }`
          : `The table of rejected documents was ${this.#name} in an earlier run; keep that name with \`rejected\``,
      );
    }
    const columns = new Names();
    for (const [name] of TOLD) columns.claim(name, [name]);
    this.#linkNames = root.keys.map((key, index) =>
      columns.claim(`${spec.table}_${key.name ?? ''}`, ['link', String(index)]),
    );
    this.#longest = TOLD.map(([name]) => {
      const stored = this.#emitted?.columns.find((column) => column.name === name);
      return { chars: stored?.maxChars ?? 0, bytes: stored?.maxBytes ?? 0 };
    });
  }

  /** The table as the last batch left it. */
  get schema(): TableSchema | undefined {
    return this.#emitted;
  }

  /** Documents since the last batch. */
  get size(): number {
    return this.#pending.size;
  }

  /** @param id the text of the key, by which a later document takes the place of this one */
  add(id: string, key: readonly Scalar[], violation: Violation, document: JsonObject): void {
    const { change, path } = violation;
    const column = change.kind === 'table added' ? undefined : change.column;
    const told = [describeViolation(violation), change.kind, change.table, column, formatPath(path)];
    this.#pending.delete(id);
    this.#pending.set(id, { key, told: [...told, canonicalJson(document)] });
    for (const [index, value] of key.entries()) this.#cover(index, value);
  }

  /** Forgets a document: one with the same key was taken after it. */
  drop(id: string): void {
    this.#pending.delete(id);
  }

  /** The rows since the last batch; to be called when the root table of that batch has been described. */
  take(): { readonly table: TableBatch; readonly changes: readonly SchemaChange[] } | undefined {
    const root = this.#root.schema;
    if (root === undefined) return undefined;
    const rows = [...this.#pending.values()];
    this.#pending.clear();
    for (const { told } of rows) for (const [index, text = ''] of told.entries()) measure(this.#longest[index], text);
    const schema = this.#describe(root);
    const changes = tableChanges(this.#emitted, schema);
    const moved = rows.length > 0 || JSON.stringify(schema) !== JSON.stringify(this.#emitted);
    this.#emitted = schema;
    if (!moved) return undefined;
    const columns = schema.columns.map((column, index) => {
      const told = index - this.#linkNames.length;
      return encodeCells(column, rows, (row) => (told < 0 ? row.key[index] : row.told[told]));
    });
    return { table: { table: schema, rows: rows.length, columns }, changes };
  }

  /** Links are of the type that the root's key has, so the root's must hold the keys of rejected documents, too. */
  #cover(index: number, value: Scalar): void {
    const column = this.#root.keys[index];
    if (column?.kind !== 'value') return;
    const { builder } = column;
    const type = typeOfValue(value);
    builder.state = builder.state === undefined ? type : joinTypes(builder.state, type);
    const text = String(value);
    builder.maxChars = Math.max(builder.maxChars, text.length);
    builder.maxBytes = Math.max(builder.maxBytes, utf8Length(text));
  }

  #describe(root: TableSchema): TableSchema {
    const links = root.primaryKey.map((key, index): ColumnSchema => {
      const of = root.columns.find(({ name }) => name === key);
      if (of === undefined) throw new TypeError(`${root.name} has no column ${key}`);
      const references = { table: root.name, column: key };
      return { ...of, name: this.#linkNames[index] ?? key, path: [], role: 'link', references };
    });
    const told = TOLD.map(([name, type], index): ColumnSchema => {
      const { chars = 0, bytes = 0 } = this.#longest[index] ?? {};
      return { name, path: [name], type, role: 'data', maxChars: chars, maxBytes: bytes };
    });
    return {
      name: this.#name,
      path: [],
      rejects: true,
      parent: root.name,
      root: root.name,
      primaryKey: this.#linkNames,
      rootKey: this.#linkNames,
      columns: [...links, ...told],
    };
  }
}

function measure(longest: { chars: number; bytes: number } | undefined, text: string): void {
  if (longest === undefined) return;
  longest.chars = Math.max(longest.chars, text.length);
  longest.bytes = Math.max(longest.bytes, utf8Length(text));
}

function encodeCells(
  schema: ColumnSchema,
  rows: readonly Rejected[],
  cell: (row: Rejected) => Scalar | undefined,
): Column {
  const values: Scalar[] = [];
  const rowOf: number[] = [];
  for (const [index, row] of rows.entries()) {
    const value = cell(row);
    if (value === undefined) continue;
    values.push(value);
    rowOf.push(index);
  }
  return encodeColumn(schema, rows.length, values, rowOf);
}

/** The table of rejected documents that an earlier run left. */
export function rejectsOf(spec: RootSpec): TableSchema | undefined {
  return spec.tables?.find((table) => table.root === spec.table && table.rejects === true);
}
