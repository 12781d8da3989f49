/** The specification, checked at the door and made a tree by path. */
import { formatSpecPath, SpecError } from './errors.ts';
import { sha256 as ownSha256 } from './sha256.ts';
import { COLUMN_TYPES } from './types.ts';
import type { Path, PathSpec, RootSpec } from './spec.ts';

/** What is declared at one path, and below. */
export interface SpecNode {
  readonly spec: PathSpec | undefined;
  /** Place of the path in the specification, which is the order of its columns; primary-key columns come before all. */
  readonly order: number;
  readonly children: ReadonlyMap<string, SpecNode>;
}

interface OpenNode {
  spec: PathSpec | undefined;
  order: number;
  readonly children: Map<string, OpenNode>;
}

/** The order of what is not declared: after all that is. */
export const UNDECLARED: number = Number.MAX_SAFE_INTEGER;

const DEFAULT_DEPTH = 32;
const GREATEST_DEPTH = 500;

const SPEC_KEYS = new Set([
  'table',
  'primaryKey',
  'paths',
  'maxDepth',
  'identity',
  'sha256',
  'tables',
  'contract',
  'rejected',
]);
const PATH_KEYS = new Set(['path', 'table', 'linkStyle', 'primaryKey', 'map', 'column', 'type', 'omit', 'contract']);

/**
 * Checks a specification and gives its paths as a tree.
 * @throws SpecError
 */
export function specTree(spec: RootSpec): SpecNode {
  if (typeof spec !== 'object' || spec === null)
    throw new SpecError("A specification is an object: { table: 'audit_log' }");
  checkKeys(spec, SPEC_KEYS, 'the specification');
  if (typeof spec.table !== 'string' || spec.table === '') {
    throw new SpecError("The specification needs the root table's name: { table: 'audit_log' }");
  }
  depthOf(spec);
  if (spec.identity !== undefined && typeof spec.identity !== 'function') {
    throw new SpecError('`identity` is a function from a document to the value that is hashed for its key');
  }
  checkSha256(spec.sha256);
  if (spec.primaryKey !== undefined && spec.identity !== undefined) {
    throw new SpecError('`identity` makes the key of documents without a `primaryKey`; give one of the two');
  }
  const root: OpenNode = { spec: undefined, order: UNDECLARED, children: new Map() };
  for (const [index, entry] of (spec.paths ?? []).entries()) {
    checkEntry(entry);
    const node = open(root, entry.path);
    if (node.spec !== undefined) throw new SpecError(`The path ${formatSpecPath(entry.path)} is declared twice`);
    node.spec = entry;
    node.order = index;
  }
  if (spec.primaryKey !== undefined) checkKeyPaths(root, [], spec.primaryKey, depthOf(spec));
  for (const entry of spec.paths ?? []) {
    if (entry.primaryKey !== undefined) checkKeyPaths(root, entry.path, entry.primaryKey, depthOf(spec));
  }
  return root;
}

/** Containers nested deeper than this become JSON. */
export function depthOf(spec: RootSpec): number {
  const depth = spec.maxDepth ?? DEFAULT_DEPTH;
  if (!Number.isInteger(depth) || depth < 0 || depth > GREATEST_DEPTH) {
    throw new SpecError(`\`maxDepth\` is a whole number from 0 to ${GREATEST_DEPTH}, not ${String(depth)}`);
  }
  return depth;
}

function open(root: OpenNode, path: Path): OpenNode {
  let node = root;
  for (const key of path) {
    let child = node.children.get(key);
    if (child === undefined) {
      child = { spec: undefined, order: UNDECLARED, children: new Map() };
      node.children.set(key, child);
    }
    node = child;
  }
  return node;
}

/** Refuses options that there are not. */
export function checkKeys(value: object, known: ReadonlySet<string>, where: string): void {
  for (const key of Object.keys(value)) {
    if (!known.has(key)) {
      throw new SpecError(`Unknown option \`${key}\` in ${where}; there are ${[...known].join(', ')}`);
    }
  }
}

function isPath(path: unknown): path is Path {
  return Array.isArray(path) && path.length > 0 && path.every((key) => typeof key === 'string');
}

function checkEntry(entry: PathSpec): void {
  if (!isPath(entry?.path)) {
    throw new SpecError("Each entry of `paths` needs a path of one key or more: { path: ['metadata', 'createdAt'] }");
  }
  const where = formatSpecPath(entry.path);
  checkKeys(entry, PATH_KEYS, `the path ${where}`);
  const refuse = (sentence: string): never => {
    throw new SpecError(`The path ${where}: ${sentence}`);
  };
  for (const [option, name] of [
    ['table', entry.table],
    ['column', entry.column],
  ] as const) {
    if (name !== undefined && (typeof name !== 'string' || name === '')) refuse(`\`${option}\` is a name`);
  }
  if (entry.linkStyle !== undefined && entry.linkStyle !== 'underscore' && entry.linkStyle !== 'dollar') {
    refuse("`linkStyle` is 'underscore' or 'dollar'");
  }
  if (entry.map !== undefined && !['columns', 'table', 'json'].includes(entry.map)) {
    refuse("`map` is 'columns', 'table' or 'json'");
  }
  if (entry.type !== undefined && !COLUMN_TYPES.includes(entry.type)) {
    refuse(`\`type\` is one of ${COLUMN_TYPES.join(', ')}`);
  }
  if (entry.omit === true && Object.keys(entry).length > 2) refuse('what is omitted has no other options');
  if (entry.primaryKey !== undefined && entry.map !== undefined) {
    refuse('`primaryKey` is for arrays; the rows of a map are identified by their `key`');
  }
  if (entry.type === 'JSON' && (entry.table !== undefined || entry.map !== undefined)) {
    refuse('a JSON column takes the whole value, so there is nothing left for `table` or `map`');
  }
}

function checkSha256(sha256: RootSpec['sha256']): void {
  if (sha256 === undefined) return;
  if (typeof sha256 !== 'function' || sha256('') !== ownSha256(new Uint8Array(0))) {
    throw new SpecError(
      '`sha256` is a function that gives the SHA-256 of a text as 64 hexadecimal digits in lower case',
    );
  }
}

function checkKeyPaths(root: OpenNode, base: Path, paths: readonly Path[], maxDepth: number): void {
  const where = base.length === 0 ? '`primaryKey`' : `\`primaryKey\` of ${formatSpecPath(base)}`;
  if (!Array.isArray(paths) || paths.length === 0 || !paths.every(isPath)) {
    throw new SpecError(`${where} is a list of one path or more: [['context', 'processid']]`);
  }
  const seen = new Set<string>();
  for (const [index, path] of paths.entries()) {
    const id = formatSpecPath(path);
    if (seen.has(id)) throw new SpecError(`${where} names ${id} twice`);
    seen.add(id);
    if (path.length - 1 > maxDepth) throw new SpecError(`${where}: ${id} lies deeper than \`maxDepth\``);
    for (let length = 1; length <= path.length; length++) {
      const spec = open(root, [...base, ...path.slice(0, length)]).spec;
      const swallowed = spec?.omit === true || spec?.type === 'JSON' || spec?.map === 'json' || spec?.map === 'table';
      if (swallowed)
        throw new SpecError(`${where}: ${id} has no column, since a declaration takes its value elsewhere`);
    }
    open(root, [...base, ...path]).order = index - paths.length;
  }
}
