import { basename } from 'node:path';
import { columnFromCells } from './cells.ts';
import type { Receipt, SweepResult, TableContent, Transaction, TransactionOptions } from '@millrace/extract';
import type { Batch, JsonObject, TableBatch, TableSchema } from '@millrace/flatten';
import type { Encoding } from './encoding.ts';
import { DestinationUnusableError, DestinationUsageError, writeError } from './errors.ts';
import { compact, holdsAny, rewriteParts } from './folder-rewrite.ts';
import { contentOf, newDraft, type DraftTable, type FolderStore, type WrittenPart } from './folder-store.ts';
import { sweepParts } from './folder-sweep.ts';
import { refuseOtherFamilies } from './other-families.ts';
import { PartSet } from './part-set.ts';
import { KeySet, rootKeys } from './row-keys.ts';
import { joinTables, nameKey } from './schema-union.ts';

/** What a commit adds to rows. */
export interface FolderEnd {
  readonly feed: string;
  readonly state: JsonObject;
  readonly receipt: Receipt;
  readonly earlier?: readonly Receipt[];
}

/** Bytes of values of a part, before they are compressed. */
const MAX_PART_BYTES = 256 * 1024 * 1024;

interface Setting {
  readonly store: FolderStore;
  readonly options: TransactionOptions;
  readonly maxPartRows: number;
  readonly encoding: Encoding;
  /** The tables before the transaction, by `nameKey`. */
  readonly tables: ReadonlyMap<string, DraftTable>;
  /** Makes the tables, the receipt and the state the folder's content. */
  readonly publish: (tables: ReadonlyMap<string, DraftTable>, end: FolderEnd) => Promise<void>;
  /** Told once; removes what the manifest does not name. */
  readonly ended: () => Promise<void>;
}

/** Batches become parts as they come; `commit` rewrites older parts that hold rows of the same documents, and publishes the manifest. */
export class FolderTransaction implements Transaction {
  readonly #setting: Setting;
  readonly #parts: PartSet;
  readonly #drafts = new Map<string, DraftTable>();
  readonly #keys = new KeySet();
  /** Keys of documents that were rejected. */
  readonly #rejected = new KeySet();
  /** The root table's parts after a sweep. */
  #swept: readonly WrittenPart[] | undefined;
  #prepared: ReadonlyMap<string, DraftTable> | undefined;
  #state: 'open' | 'failed' | 'ended' = 'open';

  constructor(setting: Setting) {
    this.#setting = setting;
    const { store, maxPartRows, encoding } = setting;
    this.#parts = new PartSet({
      format: store.format.kind,
      codec: store.format.codec,
      numbered: false,
      keyed: true,
      durable: true,
      maxRows: maxPartRows,
      maxBytes: MAX_PART_BYTES,
      encoding,
      place: async ({ name }) => {
        const { folder } = this.#draftOf(name);
        return store.path(folder, await store.placePart(folder));
      },
      finished: ({ path, table, keys }) => store.writeKeys(this.#draftOf(table.name).folder, basename(path), keys),
    });
  }

  async write(batch: Batch): Promise<void> {
    this.#mustBeOpen();
    refuseOtherFamilies(this.#setting.store.url, this.#setting.options, batch);
    for (const { table } of batch.tables) {
      const key = nameKey(table.name);
      const stored = this.#setting.tables.get(key);
      const draft = this.#drafts.get(key);
      if (stored?.derived === true) throw this.#taken(table.name);
      const schema = joinTables(this.#setting.store.url, draft?.schema ?? stored?.schema, table);
      const { folder } = draft ?? stored ?? newDraft(schema);
      this.#drafts.set(key, { folder, derived: false, schema, parts: draft?.parts ?? [] });
    }
    await this.#attempt('write rows', () => this.#stage(batch));
  }

  async sweep(present: readonly TableBatch[], at: Date): Promise<SweepResult> {
    this.#mustBeOpen();
    const root = nameKey(this.#setting.options.root);
    const stored = this.#setting.tables.get(root);
    if (stored === undefined) {
      return { deleted: 0, restored: 0, missing: present.reduce((rows, batch) => rows + batch.rows, 0) };
    }
    const schema = this.#drafts.get(root)?.schema ?? stored.schema;
    const swept = await this.#attempt('sweep', () => sweepParts(this.#setting.store, stored, schema, present, at));
    this.#swept = swept.parts;
    return swept.result;
  }

  async prepare(): Promise<Record<string, TableContent>> {
    this.#mustBeOpen();
    const tables = await this.#attempt('commit', async () => {
      await this.#finishParts();
      return this.#mergeWithStored();
    });
    this.#prepared = tables;
    const root = nameKey(this.#setting.options.root);
    const family = [...tables.values()].filter(({ schema, derived }) => !derived && nameKey(schema.root) === root);
    return Object.fromEntries(family.map((table) => [table.schema.name, contentOf(table)]));
  }

  async commit(end: Omit<FolderEnd, 'feed'>): Promise<void> {
    this.#mustBeOpen();
    if (this.#prepared === undefined) await this.prepare();
    const tables = this.#prepared ?? new Map<string, DraftTable>();
    await this.#attempt('commit', () => this.#setting.publish(tables, { feed: this.#setting.options.feed, ...end }));
    await this.#end();
  }

  async rollback(): Promise<void> {
    if (this.#state !== 'ended') await this.#end();
  }

  async #end(): Promise<void> {
    this.#state = 'ended';
    await this.#parts.forget();
    await this.#setting.ended();
  }

  #mustBeOpen(): void {
    if (this.#state === 'open') return;
    const why = this.#state === 'failed' ? 'has failed: roll it back' : 'has ended';
    throw new DestinationUsageError(
      this.#setting.store.url,
      `The transaction of feed ${this.#setting.options.feed} ${why}.`,
    );
  }

  #taken(table: string): DestinationUnusableError {
    const { url, directory } = this.#setting.store;
    const message = `${directory} has a table ${table} that a transformation made: rename one of the two.`;
    return new DestinationUnusableError(url, 'foreign', directory, message);
  }

  async #attempt<Result>(what: string, action: () => Promise<Result>): Promise<Result> {
    try {
      return await action();
    } catch (error) {
      this.#state = 'failed';
      throw writeError(this.#setting.store.url, what, error);
    }
  }

  async #stage({ tables }: Batch): Promise<void> {
    const root = tables.find(({ table }) => table.parent === undefined);
    const rejects = tables.find(({ table }) => table.rejects === true);
    const keys = root === undefined ? new Uint32Array() : rootKeys(root);
    const rejected = rejects === undefined ? new Uint32Array() : rootKeys(rejects);
    if (this.#keys.hasAny(keys)) await this.#dropFromStaged(keys);
    for (const words of [keys, rejected]) {
      if (this.#rejected.hasAny(words)) await this.#dropFromStaged(words, ({ schema }) => schema.rejects === true);
    }
    this.#keys.addAll(keys);
    this.#rejected.addAll(rejected);
    await this.#parts.write(tables);
  }

  async #finishParts(): Promise<void> {
    for (const { path, table, rows, bytes, sha256, content } of await this.#parts.finish()) {
      const draft = this.#draftOf(table.name);
      const file = basename(path);
      const part = { file, rows, bytes, sha256, rowsHash: content.hash, schema: table };
      this.#drafts.set(nameKey(table.name), { ...draft, parts: [...draft.parts, part] });
    }
  }

  #draftOf(table: string): DraftTable {
    const draft = this.#drafts.get(nameKey(table));
    if (draft === undefined) throw new TypeError(`No table ${table}`);
    return draft;
  }

  /** A document that comes again within the transaction replaces what the transaction wrote of it. */
  async #dropFromStaged(words: Uint32Array, from: (table: DraftTable) => boolean = () => true): Promise<void> {
    const { store } = this.#setting;
    const keys = new KeySet();
    keys.addAll(words);
    await this.#finishParts();
    for (const [key, draft] of this.#drafts) {
      if (!from(draft)) continue;
      const kept: WrittenPart[] = [];
      for (const part of draft.parts) {
        const [now] = await rewriteParts(store, draft.folder, [part], part.schema, keys);
        if (now !== undefined) kept.push(now);
      }
      this.#drafts.set(key, { ...draft, parts: kept });
    }
  }

  async #mergeWithStored(): Promise<Map<string, DraftTable>> {
    const { tables, options } = this.#setting;
    const result = new Map(tables);
    const root = nameKey(options.root);
    const replaced = options.mode === 'upsert' && (await this.#replacesStored(root)) ? this.#keys : undefined;
    for (const key of new Set([...tables.keys(), ...this.#drafts.keys()])) {
      const stored = tables.get(key);
      const draft = this.#drafts.get(key);
      const schema = draft?.schema ?? stored?.schema;
      if (schema === undefined || nameKey(schema.root) !== root || (draft === undefined && stored?.derived === true))
        continue;
      const parts = key === root ? (this.#swept ?? stored?.parts) : stored?.parts;
      const before = options.mode === 'replace' ? [] : (parts ?? []);
      const gone = schema.rejects === true && options.mode === 'upsert' ? [this.#keys, this.#rejected] : [replaced];
      result.set(key, await this.#mergeTable(stored, schema, before, draft?.parts ?? [], gone));
    }
    return result;
  }

  async #replacesStored(root: string): Promise<boolean> {
    const stored = this.#setting.tables.get(root);
    return stored !== undefined && holdsAny(this.#setting.store, stored, this.#keys);
  }

  async #mergeTable(
    stored: DraftTable | undefined,
    schema: TableSchema,
    before: readonly WrittenPart[],
    written: readonly WrittenPart[],
    gone: readonly (KeySet | undefined)[],
  ): Promise<DraftTable> {
    const { store, maxPartRows } = this.#setting;
    const { folder } = stored ?? newDraft(schema);
    let kept: readonly WrittenPart[] = before.filter(({ rows }) => rows > 0);
    for (const keys of gone) kept = await rewriteParts(store, folder, kept, schema, keys);
    const parts = [...kept, ...(await rewriteParts(store, folder, written, schema, undefined))];
    const draft = { folder, derived: false, schema, parts };
    // Whole files are made in the end, when nothing else needs memory.
    const small = await compact(store, draft, Math.ceil(maxPartRows / 4), false);
    return withSomePart(store, { ...draft, parts: small });
  }
}

/** A table without rows is one empty file, so that its columns can be read. */
export async function withSomePart(store: FolderStore, table: DraftTable): Promise<DraftTable> {
  if (table.parts.length > 0) return table;
  const columns = table.schema.columns.map((schema) => columnFromCells(schema, []));
  const empty = { table: table.schema, rows: 0, columns };
  return { ...table, parts: [await store.writePart(table.folder, [empty], !table.derived)] };
}
