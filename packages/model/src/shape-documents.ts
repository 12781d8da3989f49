/** What a shape does to a document, before anything else sees it. */
import type { JsonObject, JsonValue, Path } from '@millrace/flatten';

/** Places by path; `*` stands for any one key. Arrays on the way do not show. */
export interface DocumentRules {
  /** Nothing at or below these stays. */
  readonly omit?: readonly Path[];
  /** Nothing stays but these and all below them. */
  readonly only?: readonly Path[];
  /** Every text, number and boolean at or below these is replaced. */
  readonly pseudonymize?: readonly Path[];
}

/** Applies rules to documents. */
export interface DocumentShaper {
  /** The document as it is to be stored. The one given is not changed. */
  readonly shape: (document: JsonObject) => JsonObject;
  /** Documents shaped so far. */
  readonly documents: number;
  /** Paths of `omit` and `pseudonymize` that no document had. A misspelt path shows here. */
  readonly unmatched: readonly Path[];
}

/** What is declared at a path, and below. */
interface Node {
  readonly children: Map<string, Node>;
  readonly any: Node[];
  /** Whether a path ends here. */
  ends: boolean;
  readonly path: Path;
  hit: boolean;
}

/** Where a value stands in each of the three rules; `'all'`: at or below the end of a path. */
interface Standing {
  readonly omit: readonly Node[];
  readonly only: readonly Node[] | 'all';
  readonly pseudonym: readonly Node[] | 'all';
}

const none: readonly Node[] = [];

/**
 * Makes a shaper. `pseudonym` gives the text to store for a value's text; a number counts as the text that it is written as, so that a
 * number here and the same number as text there get the same. `null` stays `null`.
 */
export function documentShaper(rules: DocumentRules, pseudonym: (text: string) => string): DocumentShaper {
  const ends: Node[] = [];
  const omit = tree(rules.omit ?? [], ends);
  const pseudonyms = tree(rules.pseudonymize ?? [], ends);
  const only = rules.only === undefined ? undefined : tree(rules.only, []);
  let documents = 0;

  const shape = (value: JsonValue, standing: Standing): JsonValue | undefined => {
    if (value === null) return value;
    if (Array.isArray(value)) {
      return (value as readonly JsonValue[]).map((item) => shape(item, standing)).filter((item) => item !== undefined);
    }
    if (typeof value === 'object') return shapeObject(value as JsonObject, standing);
    if (standing.only !== 'all') return undefined;
    return standing.pseudonym === 'all' ? pseudonym(String(value)) : value;
  };
  const shapeObject = (object: JsonObject, standing: Standing): JsonObject => {
    const shaped: [string, JsonValue][] = [];
    for (const [key, value] of Object.entries(object)) {
      const left = step(standing.omit, key);
      if (left === 'all') continue;
      const kept = standing.only === 'all' ? standing.only : step(standing.only, key);
      if (kept.length === 0) continue;
      const hidden = standing.pseudonym === 'all' ? standing.pseudonym : step(standing.pseudonym, key);
      const result =
        left.length === 0 && kept === 'all' && hidden.length === 0
          ? value
          : shape(value, { omit: left, only: kept, pseudonym: hidden });
      if (result !== undefined) shaped.push([key, result]);
    }
    return Object.fromEntries(shaped);
  };
  return {
    shape: (document) => {
      documents += 1;
      return shapeObject(document, {
        omit: [omit],
        only: only === undefined || only.ends ? 'all' : [only],
        pseudonym: pseudonyms.ends ? 'all' : [pseudonyms],
      });
    },
    get documents() {
      return documents;
    },
    get unmatched() {
      return ends.filter((node) => !node.hit).map(({ path }) => path);
    },
  };
}

function tree(paths: readonly Path[], ends: Node[]): Node {
  const root = newNode([]);
  for (const path of paths) {
    let node = root;
    for (const key of path) node = childOf(node, key);
    if (!node.ends) ends.push(node);
    node.ends = true;
  }
  return root;
}

function childOf(node: Node, key: string): Node {
  const known = key === '*' ? node.any[0] : node.children.get(key);
  if (known !== undefined) return known;
  const made = newNode([...node.path, key]);
  if (key === '*') node.any.push(made);
  else node.children.set(key, made);
  return made;
}

function newNode(path: Path): Node {
  return { children: new Map(), any: [], ends: false, path, hit: false };
}

/** Where the paths lead with one more key. */
function step(nodes: readonly Node[], key: string): readonly Node[] | 'all' {
  if (nodes.length === 0) return none;
  const next: Node[] = [];
  let all = false;
  for (const node of nodes) {
    const own = node.children.get(key);
    for (const child of own === undefined ? node.any : [own, ...node.any]) {
      if (child.ends) {
        child.hit = true;
        all = true;
      } else next.push(child);
    }
  }
  return all ? 'all' : next;
}
