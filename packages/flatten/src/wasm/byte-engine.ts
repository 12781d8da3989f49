/**
 * Fills the columns of a plan from bytes, with the kernel.
 *
 * The kernel has its own picture of the plan, which grows as it meets keys, and its own pending rows and values. A page is taken
 * whole or not at all: whatever the kernel cannot do ends the page, which is rolled back and then begun again (a column was widened) or refused.
 * Who drives the engine gives a refused page to the TypeScript path, after `spill` has moved what is pending to the plan.
 */
import { canonicalJson } from '../canonical-json.ts';
import type { Page } from '../flattener.ts';
import type { ContentHasher } from '../keys.ts';
import { numberOfLiteral, parseJson } from '../parse.ts';
import { type PathNode, TablePlan } from '../plan.ts';
import type { JsonObject, Path } from '../spec.ts';
import { canonicalText, coerce, declaredState, joinTypes, type TypeState } from '../types.ts';
import { decodeOwn, encodeUtf8 } from '../utf8.ts';
import { createKernel, type Kernel, type KernelHost, offsetOf } from './instance.ts';
import { detailOf, KernelColumn, kindOfType, stateOf, writeScratch } from './kernel-column.ts';
import { ELEMENT, KernelTable } from './kernel-table.ts';

/** Flags of kids and columns: see `assembly/records.ts`. */
const OMIT = 1;
const WHOLE = 2;
const MAP = 4;
const KEY = 8;
const DECLARED_FLOAT = 1;
const DECLARED_DATETIME = 2;

/** Why the kernel left a page: see `assembly/host.ts`. */
const REFUSE = 0;
const RETRY = 1;
const WIDEN = 2;

/** How documents without a declared key are known: see `assembly/parse.ts`. */
const CANONICAL = 1;
const BY_HOST = 2;

/** A page is begun again at most so often. */
const MOST_TRIES = 500;
/** Memory is given back after a batch that took more. */
const MOST_MEMORY = 256 * 2 ** 20;
/** Pages larger than this are refused. */
const LARGEST_PAGE = 2 ** 30;
/** Bytes of a page that the kernel has at a time; more where a document is longer. */
const WINDOW = 2 ** 18;
/** After each page refused in a row twice as many are refused unseen. */
const LONGEST_REST = 64;

/** Thrown through the kernel when it leaves a page. */
class Leave {
  readonly reason: number;
  readonly column: number;
  readonly kind: number;
  readonly detail: number;

  constructor(reason: number = REFUSE, column = 0, kind = 0, detail = 0) {
    this.reason = reason;
    this.column = column;
    this.kind = kind;
    this.detail = detail;
  }
}

interface Place {
  readonly table: KernelTable;
  readonly node: PathNode;
}

export class ByteEngine {
  readonly #root: TablePlan;
  readonly #maxDepth: number;
  /** Absent where documents have declared keys. */
  readonly #hasher: ContentHasher | undefined;
  /** Else a page that would bring a table, a column or a type is refused: a contract may forbid it. */
  readonly #mayGrow: boolean;
  /** Content hashes of the documents of the page taken last. */
  readonly hashes: string[] = [];
  #kernel: Kernel | undefined;
  /** By address: keys and elements, and objects. */
  readonly #kids = new Map<number, Place>();
  readonly #objects = new Map<number, Place>();
  readonly #columns = new Map<number, KernelColumn>();
  readonly #tables: KernelTable[] = [];
  readonly #paths = new Map<string, number>();
  /** Members of a document that count as something else. */
  #memberKeys: readonly string[] = [];
  /** The plan has moved on without the kernel. */
  #stale = true;
  /** The plan has what was pending, and takes the rest of the batch. */
  #spilled = false;
  /** Columns that were widened for the page under way, and what they were. */
  readonly #widened = new Map<KernelColumn, TypeState | undefined>();
  #window = WINDOW;
  /** The page under way, and how much of it the kernel has. */
  #page: Uint8Array = new Uint8Array(0);
  #fetched = 0;
  #rest = 0;
  #nextRest = 1;

  constructor(root: TablePlan, maxDepth: number, hasher: ContentHasher | undefined, mayGrow: boolean) {
    this.#root = root;
    this.#maxDepth = maxDepth;
    this.#hasher = hasher;
    this.#mayGrow = mayGrow;
  }

  /** Takes a page: the number of its documents, `undefined` when it is refused, with nothing of it kept. */
  push(page: Page, at: Path): number | undefined {
    if (this.#spilled) return undefined;
    // In UTF-8 all lone surrogates are one.
    if (typeof page === 'string') return page.isWellFormed() ? this.#pushBytes(encodeUtf8(page), at) : undefined;
    return page instanceof Uint8Array ? this.#pushBytes(page, at) : undefined;
  }

  #pushBytes(page: Uint8Array, at: Path): number | undefined {
    if (page.length > LARGEST_PAGE) return undefined;
    if (this.#rest > 0) {
      this.#rest--;
      return undefined;
    }
    const documents = this.#tryPage(page, at);
    if (documents === undefined) {
      this.#rest = this.#nextRest - 1;
      this.#nextRest = Math.min(this.#nextRest * 2, LONGEST_REST);
    } else this.#nextRest = 1;
    return documents;
  }

  /**
   * Brings the plan up to date: what `push` has found since, and where its values are.
   * @param areViews given where a batch is taken next: whether as views, which the next push overwrites, or as copies
   */
  describe(areViews?: boolean): void {
    if (this.#kernel === undefined || this.#stale) return;
    for (const table of this.#tables) {
      table.areViews = areViews;
      if (table.rows > 0) table.describe();
    }
    for (const column of this.#columns.values()) {
      if (column.count === 0) continue;
      column.describe();
      column.column.builder.pending = column;
      if (areViews !== undefined) column.settle();
    }
  }

  /** Moves what is pending to the plan, which takes the rest of the batch. False when it does already. */
  spill(): boolean {
    if (this.#spilled) return false;
    this.#spilled = true;
    if (this.#kernel === undefined || this.#stale) return true;
    this.describe();
    for (const { plan } of this.#tables) {
      const { pending } = plan;
      if (pending === undefined) continue;
      plan.parentRows = Array.from(pending.parentRows);
      plan.positions = Array.from(pending.positions, Number);
      plan.pending = undefined;
    }
    for (const column of this.#columns.values()) {
      const { count } = column;
      if (count === 0) continue;
      const rows = column.rows();
      const isDense = rows[count - 1] === count - 1;
      column.column.builder.adopt(column.values(), isDense ? undefined : rows);
    }
    this.#stale = true;
    return true;
  }

  /** A batch was taken. */
  taken(): void {
    this.#spilled = false;
    if (this.#kernel === undefined) return;
    if (this.#kernel.memory.buffer.byteLength > MOST_MEMORY) {
      this.#kernel = undefined;
      this.#stale = true;
    } else if (!this.#stale) this.#kernel.emptyTables();
  }

  /** Takes a page, or leaves everything as it was. */
  #tryPage(page: Uint8Array, at: Path): number | undefined {
    this.#widened.clear();
    const window = this.#window;
    this.#page = page;
    const documents = this.#tries(at);
    this.#page = new Uint8Array(0);
    if (documents === undefined) {
      this.#unwiden();
      this.#window = window;
    }
    return documents;
  }

  #tries(at: Path): number | undefined {
    const { length } = this.#page;
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const kernel = this.#freshKernel();
      try {
        const path = this.#pathAddress(kernel, at);
        this.#fetched = 0;
        this.hashes.length = 0;
        const [root] = this.#tables;
        return kernel.takePage(root?.address ?? 0, length, this.#window, path, at.length);
      } catch (error) {
        const isWiden = error instanceof Leave && error.reason === WIDEN && this.#mayGrow;
        const wider = isWiden ? this.#wider(error) : undefined;
        kernel.rollBack();
        if (wider !== undefined) this.#widen(wider.column, wider.state);
        // What widened a column may have stood in an array that is JSON.
        else if (error instanceof Leave && error.reason === RETRY) this.#unwiden();
        else if (error instanceof Leave && this.#window < length && kernel.isCut() !== 0) {
          this.#window = Math.min(this.#window * 8, length + 15 - ((length + 15) % 16));
        }
        // A RangeError: nested too deeply for the stack.
        else if (error instanceof RangeError || error instanceof Leave) return undefined;
        else throw error;
      }
    }
    return undefined;
  }

  /** The type that the column must have for the page so far. */
  #wider({ column: address, kind, detail }: Leave): { column: KernelColumn; state: TypeState } {
    const column = this.#columns.get(address);
    const state = column?.state;
    const incoming = stateOf(kind, detail);
    if (column === undefined || state === undefined || incoming === undefined) {
      throw new TypeError('The kernel named no column with a type');
    }
    return { column, state: joinTypes(state, incoming) };
  }

  #widen(column: KernelColumn, state: TypeState): void {
    if (!this.#widened.has(column)) this.#widened.set(column, column.state);
    column.retype(state);
  }

  #unwiden(): void {
    for (const [column, state] of this.#widened) column.retype(state);
    this.#widened.clear();
  }

  /** The kernel, with at least the root table. */
  #freshKernel(): Kernel {
    if (this.#kernel !== undefined && !this.#stale) return this.#kernel;
    const kernel = this.#kernel ?? createKernel(this.#host());
    this.#kernel = kernel;
    kernel.start(BigInt(Math.floor(Math.random() * 2 ** 53)), this.#maxDepth);
    this.#kids.clear();
    this.#objects.clear();
    this.#columns.clear();
    this.#paths.clear();
    this.#tables.length = 0;
    this.#addTable(kernel, this.#root);
    if (this.#hasher !== undefined) this.#startHashing(kernel, this.#hasher);
    this.#stale = false;
    return kernel;
  }

  #startHashing(kernel: Kernel, { identity }: ContentHasher): void {
    const { nullIsAbsent = false, members = {} } = identity?.rules ?? {};
    const keys = Object.keys(members);
    if ((identity !== undefined && identity.rules === undefined) || !keys.every(isPlainKey)) {
      kernel.setContent(BY_HOST);
      return;
    }
    const list = offsetOf(kernel.allocate(keys.length * 8));
    for (const [index, key] of keys.entries()) {
      const { address, length } = storeText(kernel, key);
      new Uint32Array(kernel.memory.buffer, list + index * 8, 2).set([address, length]);
    }
    kernel.setIdentity(nullIsAbsent ? 1 : 0, list, keys.length);
    this.#memberKeys = keys;
    kernel.setContent(CANONICAL);
  }

  /** Whatever is wrong with an identity or a hash, the TypeScript path says it, with its place. */
  #addHash(hash: () => string): void {
    try {
      this.hashes.push(hash());
    } catch {
      throw new Leave();
    }
  }

  #memberText(rule: number, json: string): string {
    try {
      return this.#hasher?.memberText(this.#memberKeys[rule] ?? '', json) ?? '';
    } catch {
      throw new Leave();
    }
  }

  #addTable(kernel: Kernel, plan: TablePlan): KernelTable {
    const table = new KernelTable(kernel, plan);
    this.#tables.push(table);
    this.#kids.set(kernel.word(table.address, ELEMENT), { table, node: plan.elements });
    return table;
  }

  #pathAddress(kernel: Kernel, at: Path): number {
    if (at.length === 0) return 0;
    const id = JSON.stringify(at);
    const known = this.#paths.get(id);
    if (known !== undefined) return known;
    const addresses = at.map((key) => {
      if (!isPlainKey(key)) throw new Leave();
      return storeText(kernel, `${key}"`).address;
    });
    const list = offsetOf(kernel.allocate(addresses.length * 4));
    new Uint32Array(kernel.memory.buffer, list, addresses.length).set(addresses);
    this.#paths.set(id, list);
    return list;
  }

  #host(): KernelHost {
    return {
      fetch: (at, length) => this.#fetch(at, length),
      addContent: (at, length) => this.#addHash(() => this.#hasher?.hashText(this.#bytes(at, length)) ?? ''),
      addDocument: (at, length) =>
        this.#addHash(() => this.#hasher?.hash(parseJson(this.#text(at, length)) as JsonObject) ?? ''),
      memberValue: (rule, at, length) => this.#answer(this.#memberText(rule, this.#text(at, length))),
      newKid: (object, at, length) => this.#newKid(object, at, length),
      newColumn: (kid, json) => this.#newColumn(kid, json !== 0),
      newObject: (kid) => this.#newObject(kid),
      newArray: (kid) => this.#newArray(kid),
      toDouble: (at, length) => Number(this.#text(at, length)),
      toText: (at, length) => this.#answer(canonicalText(numberOfLiteral(this.#text(at, length)))),
      toJson: (at, length) => this.#answer(canonicalJson(parseJson(this.#text(at, length)))),
      toDateTime: (at, length) => this.#answer(String(coerce('DATETIME', this.#text(at, length)))),
      leave: (reason, column, kind, detail) => {
        throw new Leave(reason, column, kind, detail);
      },
    };
  }

  #fetch(at: number, length: number): void {
    if (this.#kernel === undefined) return;
    const bytes = this.#page.subarray(this.#fetched, this.#fetched + length);
    new Uint8Array(this.#kernel.memory.buffer).set(bytes, offsetOf(at));
    this.#fetched += length;
  }

  #newKid(object: number, at: number, length: number): number {
    const { kernel, place } = this.#at(this.#objects, object);
    const { table } = place;
    const key = this.#text(at, length);
    const node = place.node.child(key);
    const isKey = node.scalar !== undefined && table.plan.keys.includes(node.scalar);
    const type = node.spec?.type;
    // Such a key is compared as what its declaration makes of it.
    if (isKey && (type === 'FLOAT' || type === 'DATETIME')) throw new Leave();
    const flags =
      (node.spec?.omit === true ? OMIT : 0) |
      (node.wholeJson ? WHOLE : 0) |
      (node.spec?.map === 'table' ? MAP : 0) |
      (isKey ? KEY : 0);
    const kid = kernel.newKid(object, at, length, isPlainKey(key) ? 1 : 0, flags);
    if (isKey) kernel.addKeyKid(table.address, kid);
    this.#kids.set(kid, { table, node });
    return kid;
  }

  #newColumn(kid: number, json: boolean): number {
    const { kernel, place } = this.#at(this.#kids, kid);
    const { table, node } = place;
    const builder = (json ? node.json : node.scalar)?.builder;
    if (!this.#mayGrow && builder?.state === undefined) throw new Leave();
    const declared = json ? 'JSON' : node.spec?.type;
    const state = builder?.state ?? (declared === undefined ? undefined : declaredState(declared));
    const flags = json ? 0 : declared === 'FLOAT' ? DECLARED_FLOAT : declared === 'DATETIME' ? DECLARED_DATETIME : 0;
    const { wide, spellings } = detailOf(state);
    const { maxChars = 0, maxBytes = 0, plain = false } = builder ?? {};
    const kind = kindOfType(state?.type);
    const isPlain = plain ? 1 : 0;
    const column = kernel.newColumn(table.address, flags, kind, wide, spellings, maxChars, maxBytes, isPlain);
    this.#columns.set(column, new KernelColumn(kernel, column, table, node, json));
    return column;
  }

  #newObject(kid: number): number {
    const { kernel, place } = this.#at(this.#kids, kid);
    const object = kernel.newNode(place.table.address);
    this.#objects.set(object, place);
    return object;
  }

  #newArray(kid: number): number {
    const { kernel, place } = this.#at(this.#kids, kid);
    if (!this.#mayGrow && place.node.array === undefined) throw new Leave();
    return this.#addTable(kernel, place.node.array ?? new TablePlan(place.node)).address;
  }

  #at(places: ReadonlyMap<number, Place>, address: number): { kernel: Kernel; place: Place } {
    const kernel = this.#kernel;
    const place = places.get(address);
    if (kernel === undefined || place === undefined) throw new TypeError('The kernel named no place of the plan');
    return { kernel, place };
  }

  #text(at: number, length: number): string {
    return decodeOwn(this.#bytes(at, length));
  }

  /** What the kernel has there, until it goes on. */
  #bytes(at: number, length: number): Uint8Array {
    return this.#kernel === undefined
      ? new Uint8Array(0)
      : new Uint8Array(this.#kernel.memory.buffer, offsetOf(at), length);
  }

  #answer(text: string): number {
    return this.#kernel === undefined ? 0 : writeScratch(this.#kernel, text);
  }
}

function storeText(kernel: Kernel, text: string): { readonly address: number; readonly length: number } {
  const bytes = encodeUtf8(text);
  const address = offsetOf(kernel.allocate(bytes.length + 32));
  new Uint8Array(kernel.memory.buffer).set(bytes, address);
  return { address, length: bytes.length };
}

/** Whether JSON writes a key as it is. */
function isPlainKey(key: string): boolean {
  return JSON.stringify(key) === `"${key}"`;
}
