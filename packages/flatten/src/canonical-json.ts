/** One text for each JSON value, whatever the order of keys. */
import type { JsonValue } from './spec.ts';

/** Deeper values are written without recursion. */
const RECURSION_LIMIT = 256;

// oxlint-disable-next-line no-control-regex -- JSON escapes exactly these
const NEEDS_ESCAPE = /["\\\u0000-\u001f\ud800-\udfff]/;

/**
 * JSON text without spaces, keys sorted by UTF-16 code unit, numbers as ECMAScript writes them (`-0` is `0`), whole numbers
 * beyond 2^53 in plain digits, lone surrogates as `\udXXX`.
 */
export function canonicalJson(value: JsonValue): string {
  return write(value, 0);
}

/** The canonical text of a number: `5`, `0.1`, `1e+21`; `-0` is `0`. */
export function canonicalNumber(value: number | bigint): string {
  return String(value === 0 ? 0 : value);
}

function quote(text: string): string {
  return NEEDS_ESCAPE.test(text) ? JSON.stringify(text) : `"${text}"`;
}

function scalar(value: JsonValue): string | undefined {
  if (typeof value === 'string') return quote(value);
  if (typeof value === 'number' || typeof value === 'bigint') return canonicalNumber(value);
  if (value === null || typeof value === 'boolean') return String(value);
  return undefined;
}

function write(value: JsonValue, depth: number): string {
  const plain = scalar(value);
  if (plain !== undefined) return plain;
  if (depth >= RECURSION_LIMIT) return writeDeep(value);
  let between = '';
  if (Array.isArray(value)) {
    let text = '[';
    for (const element of value as readonly JsonValue[]) {
      text += between + write(element, depth + 1);
      between = ',';
    }
    return `${text}]`;
  }
  let text = '{';
  const members = value as Readonly<Record<string, JsonValue>>;
  for (const key of sortedKeys(members)) {
    text += between + quotedKey(key) + write(members[key] ?? null, depth + 1);
    between = ',';
  }
  return `${text}}`;
}

/** `"key":` of the keys met lately: documents of one kind have the same ones over and over. */
const quotedKeys = new Map<string, string>();
const QUOTED_KEYS_LIMIT = 2000;

function quotedKey(key: string): string {
  const known = quotedKeys.get(key);
  if (known !== undefined) return known;
  const quoted = `${quote(key)}:`;
  if (quotedKeys.size >= QUOTED_KEYS_LIMIT) quotedKeys.clear();
  quotedKeys.set(key, quoted);
  return quoted;
}

/** Up to this many keys are sorted by insertion, which costs a fraction of `sort`. */
const FEW_KEYS = 24;

/** Keys by code unit. */
function sortedKeys(members: object): string[] {
  const keys = Object.keys(members);
  if (keys.length > FEW_KEYS) return keys.sort();
  for (let i = 1; i < keys.length; i++) {
    const key = keys[i] ?? '';
    let at = i;
    for (; at > 0; at--) {
      const before = keys[at - 1] ?? '';
      if (before <= key) break;
      keys[at] = before;
    }
    keys[at] = key;
  }
  return keys;
}

function writeDeep(root: JsonValue): string {
  const parts: string[] = [];
  const todo: (string | { readonly value: JsonValue })[] = [{ value: root }];
  for (let task = todo.pop(); task !== undefined; task = todo.pop()) {
    if (typeof task === 'string') {
      parts.push(task);
      continue;
    }
    const { value } = task;
    const plain = scalar(value);
    if (plain !== undefined) parts.push(plain);
    else if (Array.isArray(value)) {
      const elements = value as readonly JsonValue[];
      parts.push('[');
      todo.push(']');
      for (let i = elements.length - 1; i >= 0; i--) {
        todo.push({ value: elements[i] ?? null });
        if (i > 0) todo.push(',');
      }
    } else {
      const members = value as Readonly<Record<string, JsonValue>>;
      const keys = sortedKeys(members);
      parts.push('{');
      todo.push('}');
      for (let i = keys.length - 1; i >= 0; i--) {
        const key = keys[i] ?? '';
        todo.push({ value: members[key] ?? null }, `${i > 0 ? ',' : ''}${quote(key)}:`);
      }
    }
  }
  return parts.join('');
}
