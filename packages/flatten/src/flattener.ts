/** Documents in, batches of tables out. */
import type { Batch } from './batch.ts';
import { checkValue } from './check-value.ts';
import { emittedTables, takeBatch } from './emit.ts';
import { DocumentError, type ErrorPlace, formatPath, SpecError } from './errors.ts';
import { contentHash, KeyCheck, Occurrences } from './keys.ts';
import type { Names } from './names.ts';
import { parsePage } from './parse.ts';
import type { TablePlan, ValueColumn } from './plan.ts';
import { startPlan } from './restore.ts';
import type { TableSchema } from './schema.ts';
import { depthOf, specTree } from './spec-tree.ts';
import type { JsonObject, JsonValue, Path, RootSpec } from './spec.ts';
import { addDocument } from './walk.ts';

/** A page: JSON text as UTF-8 bytes or string, or what was parsed of it. */
export type Page = Uint8Array | string | readonly JsonValue[] | JsonObject;

export interface PushOptions {
  /** Keys that lead to the documents inside the page: `['content']`. Default: the page is the documents, or the one document. */
  readonly at?: Path;
}

/** Turns documents of one kind into rows. Made by `createFlattener`. */
export interface Flattener {
  /**
   * Takes the documents of a page: an array of objects, one object, or `null` for none. All of the page or, when it throws, nothing of it.
   * @returns how many documents the page had
   * @throws JsonSyntaxError, EncodingError, DocumentError
   */
  push(page: Page, options?: PushOptions): number;
  /**
   * The rows of all documents pushed since the last call. Of several documents with the same declared key only the last is in a batch.
   * Tables that are new or have changed are in it without rows, too, and so the first batch of an empty source holds the declared ones.
   */
  take(): Batch;
  /** Every table as the last taken batch left it; before the first, as the earlier run did. */
  readonly schema: readonly TableSchema[];
  /** Documents pushed since the last `take`. */
  readonly pendingDocuments: number;
}

/**
 * A flattener for one kind of document.
 * @throws SpecError when the specification contradicts itself or the tables of an earlier run
 */
export function createFlattener(spec: RootSpec): Flattener {
  return new PlanFlattener(spec);
}

class PlanFlattener implements Flattener {
  private readonly root: TablePlan;
  private readonly names: Names;
  private readonly keyCheck: KeyCheck;
  private readonly maxDepth: number;
  private readonly identity: (document: JsonObject) => JsonValue;
  private readonly contentKey: ValueColumn | undefined;
  private readonly occurrences = new Occurrences();
  private readonly pendingKeys = new Map<string, number>();
  private pages = 0;
  private pending = 0;

  constructor(spec: RootSpec) {
    const tree = specTree(spec);
    const { root, names } = startPlan(spec, tree);
    this.root = root;
    this.names = names;
    this.maxDepth = depthOf(spec);
    this.identity = spec.identity ?? ((document) => document);
    this.keyCheck = new KeyCheck(tree, spec.primaryKey, this.maxDepth);
    const first = root.keys[0];
    this.contentKey = first?.kind === 'value' && first.slot === 'key' ? first : undefined;
  }

  get schema(): readonly TableSchema[] {
    return emittedTables(this.root);
  }

  get pendingDocuments(): number {
    return this.pending - (this.root.replaced?.size ?? 0);
  }

  push(page: Page, options: PushOptions = {}): number {
    const number = this.pages + 1;
    const { documents, keys } = this.prepare(page, options, number);
    // From here on nothing can fail.
    this.pages = number;
    for (const [index, document] of documents.entries()) this.add(document, keys[index] ?? '');
    return documents.length;
  }

  take(): Batch {
    const batch = takeBatch(this.root, this.names, this.pendingDocuments);
    this.pendingKeys.clear();
    this.pending = 0;
    return batch;
  }

  /** All that may refuse a page. The keys are declared ones as text, or content hashes. */
  private prepare(page: Page, options: PushOptions, number: number): { documents: JsonObject[]; keys: string[] } {
    const at = checkAt(options);
    const isText = typeof page === 'string' || page instanceof Uint8Array;
    const value: JsonValue = isText ? parsePage(page, { page: number }) : page;
    if (!isText) checkValue(value, { page: number });
    const { documents, isList } = documentsAt(value, at, number);
    const keys: string[] = [];
    for (const [document, object] of documents.entries()) {
      const place = { page: number, document, path: isList ? [...at, document] : at };
      if (!isPlainObject(object)) {
        throw new DocumentError(`A document is an object; this one is ${describe(object)}`, place);
      }
      keys.push(this.keyCheck.check(object, place) ?? contentHash(this.identify(object, place)));
    }
    return { documents: documents as JsonObject[], keys };
  }

  private identify(document: JsonObject, place: ErrorPlace): JsonValue {
    const value: JsonValue | undefined = this.identity(document);
    if (value === undefined)
      throw new DocumentError('`identity` gave nothing for a document; give a JSON value', place);
    return value;
  }

  private add(document: JsonObject, key: string): void {
    const row = addDocument(this.root, document, this.maxDepth);
    this.pending++;
    if (this.contentKey !== undefined) {
      this.contentKey.builder.append(row, this.occurrences.next(key));
      return;
    }
    const earlier = this.pendingKeys.get(key);
    if (earlier !== undefined) {
      this.root.replaced ??= new Set();
      this.root.replaced.add(earlier);
    }
    this.pendingKeys.set(key, row);
  }
}

function checkAt(options: PushOptions): Path {
  const { at = [] } = options;
  if (!Array.isArray(at) || !at.every((key) => typeof key === 'string')) {
    throw new SpecError("`at` is the list of keys that lead to the documents: ['content']");
  }
  return at;
}

function documentsAt(
  value: JsonValue,
  at: Path,
  page: number,
): { readonly documents: readonly JsonValue[]; readonly isList: boolean } {
  let found: JsonValue = value;
  for (const [depth, key] of at.entries()) {
    if (!isPlainObject(found) || !Object.hasOwn(found, key)) {
      const there = isPlainObject(found)
        ? `an object with the keys ${Object.keys(found).slice(0, 20).join(', ') || '(none)'}`
        : describe(found);
      throw new DocumentError(
        `The page has no ${formatPath(at.slice(0, depth + 1))}: there is ${there}; say with \`at\` where the documents are`,
        { page, path: at.slice(0, depth) },
      );
    }
    found = found[key] ?? null;
  }
  if (found === null) return { documents: [], isList: false };
  if (Array.isArray(found)) return { documents: found as readonly JsonValue[], isList: true };
  return { documents: [found], isList: false };
}

function isPlainObject(value: JsonValue): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function describe(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value === 'bigint' ? 'number' : typeof value}`;
}
