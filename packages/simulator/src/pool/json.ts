/** What the API sends and takes, as values that keep every field they came with. */

/** A JSON value. */
export type Json = null | boolean | number | string | Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  [field: string]: Json;
}

/** Whether a value is a JSON object. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A body that was checked against the description. */
export function asObject(value: unknown): JsonObject {
  return isObject(value) ? value : {};
}

/** The objects of a list; none where there is no list. */
export function objectsOf(value: unknown): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The strings of a list; none where there is no list. */
export function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** A string that is not empty. */
export function textAt(object: JsonObject, field: string): string | undefined {
  const value = object[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A field as text; empty where there is none, or an object. */
export function stringAt(object: { readonly [field: string]: unknown } | undefined, field: string): string {
  return asText(object?.[field]);
}

/** A value as text; empty for null, and for what is no scalar. */
export function asText(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : '';
}

/** The fields that a body sets: absent is left as it is. */
export function given(body: JsonObject, fields: readonly string[]): JsonObject {
  const set: JsonObject = {};
  for (const field of fields) {
    const value = body[field];
    if (value !== undefined) set[field] = value;
  }
  return set;
}
