/** JSON text of generated documents. */

// In every supported runtime (V8 since 11.4), not yet in TypeScript's library.
const json = JSON as JSON & { rawJSON(text: string): unknown };

/**
 * JSON text of a value, as `JSON.stringify`, with each `bigint` as an exact integer.
 * Generated documents hold an integer beyond 2^53 as `bigint`, which `JSON.stringify` alone refuses.
 */
export function toJsonText(value: unknown, space?: number): string {
  return JSON.stringify(value, bigintAsInteger, space);
}

function bigintAsInteger(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? json.rawJSON(value.toString()) : value;
}
