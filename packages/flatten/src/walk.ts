/** Puts the values of a document into the columns of a plan. */
import { canonicalJson } from './canonical-json.ts';
import type { PathNode, TablePlan } from './plan.ts';
import type { JsonObject, JsonValue } from './spec.ts';

/** What an array becomes: rows of a child table, one JSON value, or nothing. */
export type ArrayShape = 'rows' | 'json' | 'nothing';

/** Whether a value is an array or object. */
export function isContainer(value: JsonValue): value is JsonObject | readonly JsonValue[] {
  return typeof value === 'object' && value !== null;
}

/** Whether a value is an array. */
export function isArray(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** Whether a value is an object. */
export function isObject(value: JsonValue): value is JsonObject {
  return isContainer(value) && !isArray(value);
}

/**
 * An array is rows when its elements, nulls apart, are all scalars, all objects or all arrays, and those are within the depth.
 * @param level nesting level of the array; the document is 0
 */
export function shapeOfArray(array: readonly JsonValue[], level: number, maxDepth: number): ArrayShape {
  if (array.length === 0) return 'nothing';
  if (level > maxDepth) return 'json';
  let kinds = 0;
  for (const element of array) {
    if (element === null) continue;
    kinds |= !isContainer(element) ? 1 : Array.isArray(element) ? 2 : 4;
    if ((kinds & (kinds - 1)) !== 0) return 'json';
  }
  return kinds > 1 && level + 1 > maxDepth ? 'json' : 'rows';
}

/** Adds a document to the root table and all that hangs below. Cannot fail for a document that `checkDocument` let through. */
export function addDocument(root: TablePlan, document: JsonObject, maxDepth: number): number {
  const row = root.addRow(-1, -1);
  walkObject(root.elements, document, row, 0, maxDepth);
  return row;
}

function walkObject(node: PathNode, object: JsonObject, row: number, level: number, maxDepth: number): void {
  for (const key of Object.keys(object)) {
    const value = object[key] ?? null;
    if (value !== null) walkValue(node.child(key), value, row, level + 1, maxDepth);
  }
}

function walkValue(
  node: PathNode,
  value: Exclude<JsonValue, null>,
  row: number,
  level: number,
  maxDepth: number,
): void {
  const spec = node.spec;
  if (spec !== undefined) {
    if (spec.omit === true) return;
    if (node.wholeJson) {
      node.jsonColumn().builder.appendJson(row, canonicalJson(value));
      return;
    }
  }
  if (typeof value !== 'object') node.scalarColumn().builder.append(row, value);
  else if (Array.isArray(value)) walkArray(node, value, row, level, maxDepth);
  else walkNested(node, value as JsonObject, row, level, maxDepth);
}

function walkNested(node: PathNode, object: JsonObject, row: number, level: number, maxDepth: number): void {
  if (level > maxDepth) {
    if (Object.keys(object).length > 0) node.jsonColumn().builder.appendJson(row, canonicalJson(object));
    return;
  }
  if (node.spec?.map !== 'table') {
    walkObject(node, object, row, level, maxDepth);
    return;
  }
  const table = node.mapTable();
  const keyNode = table.elements.child('key');
  const valueNode = table.elements.child('value');
  for (const key of Object.keys(object)) {
    const value = object[key] ?? null;
    const entry = table.addRow(row, -1);
    keyNode.scalarColumn().builder.append(entry, key);
    if (value !== null) walkValue(valueNode, value, entry, level + 1, maxDepth);
  }
}

function walkArray(node: PathNode, array: readonly JsonValue[], row: number, level: number, maxDepth: number): void {
  const shape = shapeOfArray(array, level, maxDepth);
  if (shape === 'nothing') return;
  if (shape === 'json') {
    node.jsonColumn().builder.appendJson(row, canonicalJson(array));
    return;
  }
  const table = node.arrayTable();
  const { elements } = table;
  for (let i = 0; i < array.length; i++) {
    const element = array[i] ?? null;
    const elementRow = table.addRow(row, i);
    if (element === null) continue;
    if (typeof element !== 'object') elements.scalarColumn().builder.append(elementRow, element);
    else if (Array.isArray(element)) walkArray(elements, element, elementRow, level + 1, maxDepth);
    else walkObject(elements, element as JsonObject, elementRow, level + 1, maxDepth);
  }
}
