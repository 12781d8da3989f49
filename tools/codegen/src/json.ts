import { isObject, type Json, type JsonObject } from './document.ts';

const dropped = new Set([
  'x-sources',
  'x-how-to-call',
  'x-evidence',
  'x-source',
  'x-check',
  'x-permission-evidence',
  'x-permission-source',
  'x-permission-check',
]);

function strip(value: Json): Json {
  if (Array.isArray(value)) return value.map((item: Json) => strip(item));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => !dropped.has(key))
      .map(([key, item]) => [key, strip(item)]),
  );
}

/** The specification as JSON in source order, references kept, marks of evidence left out. */
export function renderJson(document: JsonObject): string {
  return `${JSON.stringify(strip(document), undefined, 2)}\n`;
}
