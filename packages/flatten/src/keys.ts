/** What identifies a document and its rows. */
import { canonicalJson } from './canonical-json.ts';
import { DocumentError, type ErrorPlace, formatSpecPath } from './errors.ts';
import type { Identity, JsonObject, JsonValue, Path, RootSpec } from './spec.ts';
import type { SpecNode } from './spec-tree.ts';
import { canonicalText, coerce } from './types.ts';
import { keyOfPath } from './names.ts';
import { sha256 } from './sha256.ts';
import { decodeOwn, encodeScratch } from './utf8.ts';
import { isArray, isContainer, isObject, shapeOfArray } from './walk.ts';

/** 64 hex digits of SHA-256 over the canonical JSON of a value: the same for the same content, whatever the order of keys. */
export function contentHash(value: JsonValue): string {
  return sha256(encodeScratch(canonicalJson(value)));
}

/** Makes the hash in the `_key` of a document. */
export class ContentHasher {
  /** Absent where the documents themselves are hashed. */
  readonly identity: Identity | undefined;
  readonly #sha256: ((text: string) => string) | undefined;

  constructor({ identity, sha256: given }: Pick<RootSpec, 'identity' | 'sha256'>) {
    this.identity = identity;
    this.#sha256 = given;
  }

  /** @throws DocumentError when `identity` gives nothing */
  hash(document: JsonObject, place: ErrorPlace = {}): string {
    const value: JsonValue | undefined = this.identity === undefined ? document : this.identity(document);
    if (value === undefined) {
      throw new DocumentError('`identity` gave nothing for a document; give a JSON value', place);
    }
    return this.#sha256 === undefined ? contentHash(value) : this.#sha256(canonicalJson(value));
  }

  /** The hash of a canonical text, given in UTF-8. */
  hashText(text: Uint8Array): string {
    return this.#sha256 === undefined ? sha256(text) : this.#sha256(decodeOwn(text));
  }

  /** The canonical text of what counts in place of a member, whose JSON text is given. */
  memberText(key: string, json: string): string {
    const text = this.identity?.memberText?.(key, json);
    if (text === undefined) throw new TypeError(key);
    return text;
  }
}

type Place = ErrorPlace & { readonly path: readonly (string | number)[] };

/** Checks what a declaration promises of documents: that each key is there, and no two siblings have the same. */
export class KeyCheck {
  readonly #root: SpecNode;
  readonly #rootKey: readonly Path[] | undefined;
  readonly #maxDepth: number;
  readonly #withKeysBelow = new Set<SpecNode>();

  constructor(root: SpecNode, rootKey: readonly Path[] | undefined, maxDepth: number) {
    this.#root = root;
    this.#rootKey = rootKey;
    this.#maxDepth = maxDepth;
    this.#findKeys(root);
  }

  /**
   * The text of a document's declared key; `undefined` when none is declared.
   * @throws DocumentError when a key of it, or of an element of its arrays, is missing or repeated
   */
  check(document: JsonObject, place: Place): string | undefined {
    const key = this.#rootKey === undefined ? undefined : keyText(this.#root, document, this.#rootKey, place);
    if (this.#withKeysBelow.has(this.#root)) this.#checkBelow(this.#root, document, 0, place);
    return key;
  }

  #findKeys(node: SpecNode): boolean {
    let found = node.spec?.primaryKey !== undefined;
    for (const child of node.children.values()) found = this.#findKeys(child) || found;
    if (found) this.#withKeysBelow.add(node);
    return found;
  }

  #checkBelow(node: SpecNode, object: JsonObject, level: number, place: Place): void {
    if (level > this.#maxDepth) return;
    if (node.spec?.map === 'table') {
      const child = node.children.get('value');
      for (const key of Object.keys(object)) this.#checkMember(child, object, key, level, place);
      return;
    }
    for (const [step, child] of node.children) {
      const key = keyOfPath(step);
      if (key !== undefined) this.#checkMember(child, object, key, level, place);
    }
  }

  #checkMember(node: SpecNode | undefined, object: JsonObject, key: string, level: number, place: Place): void {
    if (node === undefined || !this.#withKeysBelow.has(node) || !Object.hasOwn(object, key)) return;
    const value = object[key] ?? null;
    if (!isContainer(value) || node.spec?.omit === true || node.spec?.type === 'JSON' || node.spec?.map === 'json')
      return;
    const at: Place = { ...place, path: [...place.path, key] };
    if (isArray(value)) this.#checkArray(node, value, level + 1, at);
    else this.#checkBelow(node, value, level + 1, at);
  }

  #checkArray(node: SpecNode, array: readonly JsonValue[], level: number, place: Place): void {
    if (shapeOfArray(array, level, this.#maxDepth) !== 'rows') return;
    const keys = node.spec?.primaryKey;
    const seen = new Set<string>();
    const inner = node.children.get('[]');
    for (const [index, element] of array.entries()) {
      const at: Place = { ...place, path: [...place.path, index] };
      if (keys !== undefined) {
        const text = keyText(node, isObject(element) ? element : {}, keys, at);
        if (seen.has(text)) {
          throw new DocumentError(
            `Two elements of one array have the key ${text}, declared as unique by ${describe(keys)}; ` +
              'declare more columns for the key, or none: then the position in the array is the key',
            at,
          );
        }
        seen.add(text);
      }
      if (isObject(element)) this.#checkBelow(node, element, level + 1, at);
      else if (isArray(element) && inner !== undefined) this.#checkArray(inner, element, level + 1, at);
    }
  }
}

function keyText(node: SpecNode, object: JsonObject, paths: readonly Path[], place: Place): string {
  const texts: string[] = [];
  for (const path of paths) {
    const value = valueAt(object, path);
    if (value === undefined || value === null || isContainer(value)) {
      throw new DocumentError(
        `${value === undefined || value === null ? 'No value' : 'No scalar'} at ${formatSpecPath(path)}, ` +
          'which is declared as primary key; declare a path that every document has, or none: then the content is the key',
        place,
      );
    }
    texts.push(canonicalText(coerce(typeAt(node, path), value)));
  }
  return joinKey(texts);
}

/** The text of a key from those of its columns. */
export function joinKey(texts: readonly string[]): string {
  return texts.length === 1 ? (texts[0] ?? '') : JSON.stringify(texts);
}

/** The value at a path; `undefined` where there is none. */
export function valueAt(object: JsonObject, path: Path): JsonValue | undefined {
  let value: JsonValue | undefined = object;
  for (const key of path) {
    if (value === undefined || !isObject(value) || !Object.hasOwn(value, key)) return undefined;
    value = value[key];
  }
  return value;
}

function typeAt(node: SpecNode, path: Path): NonNullable<SpecNode['spec']>['type'] {
  let at: SpecNode | undefined = node;
  for (const key of path) at = at?.children.get(key);
  return at?.spec?.type;
}

function describe(paths: readonly Path[]): string {
  return paths.map(formatSpecPath).join(', ');
}
