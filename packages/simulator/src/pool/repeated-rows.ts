/** Rows of an array with equal keys: Celonis keeps one of them, since it merges by key. */
import type { JsonObject as Document, JsonValue } from '@millrace/flatten';
import type { ExtractorNestedTable } from '@millrace/model';

/** The document without elements of its arrays whose key another one before them has. */
export function withoutRepeats(document: Document, nested: readonly ExtractorNestedTable[] = []): Document {
  return nested.reduce((row, table) => replaced(row, table.path, (value) => elements(value, table)), document);
}

function elements(value: JsonValue | undefined, table: ExtractorNestedTable): JsonValue | undefined {
  if (!Array.isArray(value)) return value;
  const list: readonly JsonValue[] = value;
  const keys = table.columns.filter(({ primaryKey, foreignKey }) => primaryKey === true && foreignKey !== true);
  const seen = new Set<string>();
  return list
    .filter((element) => {
      if (keys.length === 0 || table.primitiveArray === true || !isDocument(element)) return true;
      const key = JSON.stringify(keys.map(({ name, path }) => valueAt(element, path ?? [name]) ?? null));
      if (seen.has(key)) return false;
      seen.add(key);
      return true;
    })
    .map((element) => (isDocument(element) ? withoutRepeats(element, table.nestedTables) : element));
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

function isDocument(value: JsonValue | undefined): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
