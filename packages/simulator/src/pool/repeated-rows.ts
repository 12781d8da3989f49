/** Rows of an array with equal keys: Celonis merges by key, so they are one row, and what is nested in any of them hangs on it. */
import type { JsonObject as Document, JsonValue } from '@millrace/flatten';
import type { ExtractorNestedTable } from '@millrace/model';

/** The document with elements of its arrays that have one key made one. */
export function withoutRepeats(document: Document, nested: readonly ExtractorNestedTable[] = []): Document {
  return nested.reduce((row, table) => replaced(row, table.path, (value) => elements(value, table)), document);
}

function elements(value: JsonValue | undefined, table: ExtractorNestedTable): JsonValue | undefined {
  if (!isList(value)) return value;
  const keys = table.columns.filter(({ primaryKey, foreignKey }) => primaryKey === true && foreignKey !== true);
  const rows = new Map<string, JsonValue>();
  value.forEach((element, at) => {
    const isRow = keys.length > 0 && table.primitiveArray !== true && isDocument(element);
    const key = isRow ? keyOf(element, keys) : String(at);
    const first = rows.get(key);
    rows.set(key, isRow && isDocument(first) ? joined(first, element, table.nestedTables ?? []) : element);
  });
  return [...rows.values()].map((row) => (isDocument(row) ? withoutRepeats(row, table.nestedTables) : row));
}

function keyOf(row: Document, keys: ExtractorNestedTable['columns']): string {
  return JSON.stringify(
    keys.map(({ name, path }) => valueAt(row, path ?? [name]) ?? null),
    (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value),
  );
}

/** The first row, with the second one's elements behind its own. */
function joined(first: Document, second: Document, nested: readonly ExtractorNestedTable[]): Document {
  return nested.reduce((row, { path }) => {
    const more = valueAt(second, path);
    return isList(more) ? replaced(row, path, (own) => (isList(own) ? [...own, ...more] : more)) : row;
  }, first);
}

function valueAt(document: Document, path: readonly string[]): JsonValue | undefined {
  let value: JsonValue | undefined = document;
  for (const key of path) value = isDocument(value) ? value[key] : undefined;
  return value;
}

function replaced(
  document: Document,
  [key, ...deeper]: readonly string[],
  change: (value: JsonValue | undefined) => JsonValue | undefined,
): Document {
  const value = key === undefined ? undefined : document[key];
  if (key === undefined || value === undefined) return document;
  const next = deeper.length === 0 ? change(value) : isDocument(value) ? replaced(value, deeper, change) : value;
  return { ...document, [key]: next ?? null };
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function isDocument(value: JsonValue | undefined): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
