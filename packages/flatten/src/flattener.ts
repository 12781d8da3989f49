/** Documents in, batches of tables out. */
// First, so that bundlers put the kernel before the code: in between it would keep gzip, which looks back 32 kB, from seeing both sides.
import { isSupported } from './wasm/instance.ts';
import type { Batch } from './batch.ts';
import { checkValue } from './check-value.ts';
import type { Violation } from './contract.ts';
import type { ContractKeeper, contracts as contractsOption } from './contracts.ts';
import { emittedTables, takeBatch } from './emit.ts';
import { DocumentError, formatPath, SpecError } from './errors.ts';
import { ContentHasher, joinKey, KeyCheck } from './keys.ts';
import type { Names } from './names.ts';
import { Occurrences } from './occurrences.ts';
import { parsePage } from './parse.ts';
import type { TablePlan, ValueColumn } from './plan.ts';
import type { Rejects } from './rejects.ts';
import { startPlan } from './restore.ts';
import type { TableSchema } from './schema.ts';
import { depthOf, specTree } from './spec-tree.ts';
import type { JsonObject, JsonValue, Path, RootSpec } from './spec.ts';
import { canonicalText } from './types.ts';
import { addDocument, isArray, isContainer, isObject } from './walk.ts';
import { ByteEngine } from './wasm/byte-engine.ts';

/** A page: JSON text as UTF-8 bytes or string, or what was parsed of it. */
export type Page = Uint8Array | string | readonly JsonValue[] | JsonObject;

export interface PushOptions {
  /** Keys that lead to the documents inside the page: `['content']`. Default: the page is the documents, or the one document. */
  readonly at?: Path;
}

export interface TakeOptions {
  /**
   * The columns may be views of the flattener's own memory, good until its next `push`: a copy less, where they are read at once. They
   * cannot be transferred. Default: they are the caller's.
   */
  readonly views?: boolean;
}

/**
 * What reads pages of bytes and text. Both give the same batches.
 * - `wasm`: WebAssembly with SIMD, several times as fast as `JSON.parse` alone
 * - `typescript`: plain TypeScript
 * - `auto`: the first where the runtime has it, else the second
 */
export type Engine = 'auto' | 'wasm' | 'typescript';

export interface FlattenerOptions {
  /** Default `auto`. */
  readonly engine?: Engine;
  /** What holds documents to contracts, `contracts` of `@millrace/flatten/contracts`: needed where the specification has one. */
  readonly contracts?: typeof contractsOption;
}

/** Turns documents of one kind into rows. Made by `createFlattener`. */
export interface Flattener {
  /**
   * Takes the documents of a page: an array of objects, one object, or `null` for none. All of the page or, when it throws, nothing of it.
   * @returns how many documents the page had
   * @throws JsonSyntaxError, EncodingError, DocumentError, ContractError
   */
  push(page: Page, options?: PushOptions): number;
  /**
   * The rows of all documents pushed since the last call. Of several documents with the same declared key only the last is in a batch.
   * Tables that are new or have changed are in it without rows, too, and so the first batch of an empty source holds the declared ones.
   * @throws SpecError for a wrong option
   */
  take(options?: TakeOptions): Batch;
  /** Every table as the last taken batch left it; before the first, as the earlier run did. */
  readonly schema: readonly TableSchema[];
  /** Documents pushed since the last `take`, rejected ones among them. */
  readonly pendingDocuments: number;
}

/**
 * A flattener for one kind of document.
 * @throws SpecError when the specification contradicts itself or the tables of an earlier run, or the engine is not to be had
 */
export function createFlattener(spec: RootSpec, options: FlattenerOptions = {}): Flattener {
  return new PlanFlattener(spec, checkEngine(options), options);
}

class PlanFlattener implements Flattener {
  readonly #root: TablePlan;
  readonly #names: Names;
  readonly #keyCheck: KeyCheck;
  readonly #maxDepth: number;
  readonly #contentKey: ValueColumn | undefined;
  readonly #hasher: ContentHasher;
  /** Absent where everything is allowed. */
  readonly #contracts: ContractKeeper | undefined;
  readonly #occurrences = new Occurrences();
  readonly #pendingKeys = new Map<string, number>();
  /** Absent where pages are left to the TypeScript path. */
  readonly #engine: ByteEngine | undefined;
  #pages = 0;
  #pending = 0;

  constructor(spec: RootSpec, usesKernel: boolean, { contracts = refuseContracts }: FlattenerOptions) {
    const tree = specTree(spec);
    const plan = startPlan(spec, tree);
    const { root, names } = plan;
    this.#root = root;
    this.#names = names;
    this.#maxDepth = depthOf(spec);
    this.#hasher = new ContentHasher(spec);
    this.#keyCheck = new KeyCheck(tree, spec.primaryKey, this.#maxDepth);
    const first = root.keys[0];
    this.#contentKey = first?.kind === 'value' && first.slot === 'key' ? first : undefined;
    this.#contracts = contracts(spec, tree, plan);
    const hasher = this.#contentKey === undefined ? undefined : this.#hasher;
    const mayGrow = this.#contracts === undefined || this.#contracts.mayGrow;
    if (usesKernel && mayGrow !== undefined) this.#engine = new ByteEngine(root, this.#maxDepth, hasher, mayGrow);
  }

  get #rejects(): Rejects | undefined {
    return this.#contracts?.rejects;
  }

  get schema(): readonly TableSchema[] {
    this.#engine?.describe();
    const tables = emittedTables(this.#root);
    const rejects = this.#rejects?.schema;
    return rejects === undefined ? tables : [...tables, rejects];
  }

  get pendingDocuments(): number {
    return this.#taken + (this.#rejects?.size ?? 0);
  }

  get #taken(): number {
    return this.#pending - (this.#root.replaced?.size ?? 0);
  }

  push(page: Page, options: PushOptions = {}): number {
    const number = this.#pages + 1;
    const at = checkAt(options);
    // What was put aside since the last batch may come again, and fit: that is looked at document by document.
    const count = this.#rejects?.size ? undefined : this.#engine?.push(page, at);
    if (count !== undefined) {
      this.#pages = number;
      this.#pending += count;
      for (const hash of this.#engine?.hashes ?? []) this.#addContentKey(hash);
      return count;
    }
    const { documents, keys, violations } = this.#prepare(page, options, number);
    // From here on nothing can fail.
    this.#pages = number;
    if (documents.length > 0) this.#leaveEngine();
    for (const [index, document] of documents.entries()) {
      const violation = violations.get(index);
      if (violation === undefined) this.#add(document, keys[index] ?? '');
      else this.#contracts?.reject(document, this.#keyOfRow(keys[index] ?? ''), violation);
    }
    return documents.length;
  }

  take({ views = false }: TakeOptions = {}): Batch {
    if (typeof views !== 'boolean') throw new SpecError('`views` is a boolean');
    this.#engine?.describe(views);
    const batch = takeBatch(this.#root, this.#names, this.#taken);
    this.#engine?.taken();
    this.#pendingKeys.clear();
    this.#pending = 0;
    const rejected = this.#rejects?.take();
    if (rejected === undefined) return batch;
    const { tables, changes } = batch;
    return { ...batch, tables: [...tables, rejected.table], changes: [...changes, ...rejected.changes] };
  }

  /** All that may refuse a page. */
  #prepare(page: Page, options: PushOptions, number: number): Prepared {
    const at = checkAt(options);
    const isText = typeof page === 'string' || page instanceof Uint8Array;
    const value: JsonValue = isText ? parsePage(page, { page: number }) : page;
    if (!isText) checkValue(value, { page: number });
    const { documents, isList } = documentsAt(value, at, number);
    const keys: string[] = [];
    const violations = new Map<number, Violation>();
    for (const [document, object] of documents.entries()) {
      const place = { page: number, document, path: isList ? [...at, document] : at };
      if (!isObject(object)) {
        throw new DocumentError(`A document is an object; this one is ${describe(object)}`, place);
      }
      keys.push(this.#keyCheck.check(object, place) ?? this.#hasher.hash(object, place));
      const violation = this.#contracts?.check(object, place);
      if (violation !== undefined) violations.set(document, violation);
    }
    return { documents: documents as JsonObject[], keys, violations };
  }

  /** The key of a row, of the declared key's text or the content hash. */
  #keyOfRow(key: string): string {
    return this.#contentKey === undefined ? key : this.#occurrences.next(key);
  }

  /** Adds the key of the next row. */
  #addContentKey(hash: string): void {
    const builder = this.#contentKey?.builder;
    builder?.append(builder.values.length, this.#keyOfRow(hash));
  }

  /** What the engine holds goes into the plan, which takes the rest of the batch. */
  #leaveEngine(): void {
    if (this.#engine?.spill() !== true || this.#contentKey !== undefined) return;
    const keys = this.#root.keys.flatMap((column) => (column.kind === 'value' ? [column.builder.values] : []));
    for (let row = 0; row < this.#root.rows; row++) {
      const texts = keys.map((values) => canonicalText(values[row] ?? ''));
      this.#pendingKeys.set(joinKey(texts), row);
    }
  }

  #add(document: JsonObject, key: string): void {
    const row = addDocument(this.#root, document, this.#maxDepth);
    this.#pending++;
    if (this.#contentKey !== undefined) {
      this.#addContentKey(key);
      return;
    }
    const earlier = this.#pendingKeys.get(key);
    if (earlier !== undefined) {
      this.#root.replaced ??= new Set();
      this.#root.replaced.add(earlier);
    }
    this.#pendingKeys.set(key, row);
    this.#rejects?.drop(key);
  }
}

/** A page that nothing refuses. */
interface Prepared {
  readonly documents: JsonObject[];
  /** Declared keys as text, or content hashes. */
  readonly keys: string[];
  /** By place in the page: what puts a document aside. */
  readonly violations: ReadonlyMap<number, Violation>;
}

/** In place of `contracts` where they are not given. */
function refuseContracts({ contract, rejected, paths = [], tables = [], table }: RootSpec): undefined {
  const isDeclared = (contract ?? rejected) !== undefined || paths.some((entry) => entry.contract !== undefined);
  if (isDeclared || tables.some(({ root, rejects }) => root === table && rejects === true)) {
    throw new SpecError(
      'The specification or an earlier run has contracts; give what keeps them, from @millrace/flatten/contracts: createFlattener(spec, { contracts })',
    );
  }
}

/** Whether the kernel is to be used. */
function checkEngine({ engine = 'auto' }: FlattenerOptions): boolean {
  if (engine !== 'auto' && engine !== 'wasm' && engine !== 'typescript') {
    throw new SpecError("`engine` is 'auto', 'wasm' or 'typescript'");
  }
  if (engine === 'typescript') return false;
  const supported = isSupported();
  if (engine === 'wasm' && !supported) {
    throw new SpecError(
      "The engine 'wasm' needs WebAssembly with SIMD, which this runtime lacks or forbids; use 'auto'",
    );
  }
  return supported;
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
    if (!isObject(found) || !Object.hasOwn(found, key)) {
      const there = isObject(found)
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
  if (isArray(found)) return { documents: found, isList: true };
  return { documents: [found], isList: false };
}

function describe(value: JsonValue): string {
  if (value === null) return 'null';
  if (isArray(value)) return 'an array';
  return isContainer(value) ? 'an object' : `a ${typeof value === 'bigint' ? 'number' : typeof value}`;
}
