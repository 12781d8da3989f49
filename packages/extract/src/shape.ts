import { hash } from 'node:crypto';
import { canonicalJson, type JsonObject, type RootSpec } from '@millrace/flatten';
import { valueAt } from './timestamp.ts';

/** A fingerprint of how documents become tables, and of what else decides which ones are there. */
export function shapeOf(root: RootSpec, filters: Readonly<Record<string, string>> = {}): string {
  const { table, primaryKey = [], paths = [], maxDepth = null, contract = null } = root;
  // Through JSON, so that what is left out and what is undefined are the same.
  const plain = JSON.parse(JSON.stringify({ table, primaryKey, paths, maxDepth, contract, filters })) as JsonObject;
  return hash('sha256', canonicalJson(plain), 'hex');
}

/** A document's primary key as text, or `undefined` where the root declares none. */
export function keyOf(root: RootSpec, document: JsonObject): string | undefined {
  if (root.primaryKey === undefined) return undefined;
  return canonicalJson(root.primaryKey.map((path) => valueAt(document, path) ?? null));
}
