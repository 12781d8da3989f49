import { parse } from 'yaml';

/** A JSON value, as a parsed specification consists of. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** An operation with the path and method that it stands under. */
export interface Operation {
  readonly id: string;
  /** Upper-case method. */
  readonly method: string;
  readonly path: string;
  readonly value: JsonObject;
}

const methods = new Set(['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace']);

/** Whether a value is a JSON object. */
export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; an empty one if it is none. */
export function objectAt(value: JsonObject, key: string): JsonObject {
  const found = value[key];
  return isObject(found) ? found : {};
}

/** The value as a list; an empty one if it is none. */
export function listAt(value: JsonObject, key: string): readonly Json[] {
  const found = value[key];
  return Array.isArray(found) ? found : [];
}

/** The value as a string, if it is one. */
export function stringAt(value: JsonObject, key: string): string | undefined {
  const found = value[key];
  return typeof found === 'string' ? found : undefined;
}

/**
 * Parses a specification in YAML, anchors resolved.
 *
 * @throws {Error} if the text is not YAML or not an object.
 */
export function parseDocument(text: string, name: string): JsonObject {
  // Our own files: each source is an anchor with as many aliases as there are marks.
  const value: Json = parse(text, { maxAliasCount: -1 });
  if (!isObject(value)) throw new Error(`${name} is not an OpenAPI document: its root is no object.`);
  return value;
}

/**
 * The operations of a document in source order.
 *
 * @throws {Error} if an operation has no `operationId`.
 */
export function operationsOf(document: JsonObject): Operation[] {
  const operations: Operation[] = [];
  for (const [path, item] of Object.entries(objectAt(document, 'paths'))) {
    if (!isObject(item)) continue;
    for (const [method, value] of Object.entries(item)) {
      if (!methods.has(method) || !isObject(value)) continue;
      const id = stringAt(value, 'operationId');
      if (id === undefined) throw new Error(`${method.toUpperCase()} ${path} has no operationId.`);
      operations.push({ id, method: method.toUpperCase(), path, value });
    }
  }
  return operations;
}

/** The known values of an open enum: `anyOf` a string enum, any string, and perhaps null. */
export function openEnumOf(schema: JsonObject): { values: string[]; nullable: boolean } | undefined {
  let values: string[] | undefined;
  let open = false;
  let nullable = false;
  for (const part of listAt(schema, 'anyOf')) {
    if (!isObject(part)) return undefined;
    if (part['type'] === 'null') nullable = true;
    else if (part['type'] !== 'string') return undefined;
    else if (part['enum'] === undefined) open = true;
    else values = listAt(part, 'enum').filter((value) => typeof value === 'string');
  }
  return values !== undefined && open ? { values, nullable } : undefined;
}
