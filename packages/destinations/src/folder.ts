import { createHash, type Hash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { access, mkdir, readdir, stat, truncate } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Destination, Receipt, Span, StoredState, Transaction, TransactionOptions } from '@millrace/extract';
import { checkDuckDBOptions, openDuckDB } from './duckdb-engine.ts';
import { appendDurably } from './durable.ts';
import { DestinationUnusableError, DestinationUsageError, messageOf, systemCode, writeError } from './errors.ts';
import { ThreadEncoding } from './encoding-thread.ts';
import { emptyManifest, readManifest, writeManifest, type Manifest } from './folder-manifest.ts';
import { compact } from './folder-rewrite.ts';
import { fromDraft, FolderStore, toDraft, type DraftTable } from './folder-store.ts';
import { type FolderEnd, FolderTransaction } from './folder-transaction.ts';
import { runTransformation } from './folder-transform.ts';
import { tableQuery } from './folder-views.ts';
import { acquireLock, lockPath, takeoverNote, type Lock } from './lock.ts';
import { checkFolderOptions, type DestinationOptions } from './options.ts';
import { readKeys } from './read-keys.ts';
import { nameKey } from './schema-union.ts';
import type { TableFormat } from './table-format.ts';

const MANIFEST = 'manifest.json';
const RECEIPTS = 'receipts.ndjson';
const LOCK = '_lock';
const MAX_PART_ROWS = 100_000;

type Tables = ReadonlyMap<string, DraftTable>;

/**
 * A folder with one folder of files a table, `receipts.ndjson`, and `manifest.json`, which says what counts. A commit writes new
 * files beside the old, then replaces the manifest, then removes files that it no longer names.
 */
export class FolderDestination implements Destination {
  readonly url: string;
  readonly takesEarlierReceipts = true;
  readonly readsAtOnce = true;
  readonly #store: FolderStore;
  readonly #options: DestinationOptions;
  #manifest: Manifest | undefined;
  #lock: Lock | undefined;
  #tables: Tables = new Map();
  #receiptsHash: Hash = createHash('sha256');
  #busy: string | undefined;
  readonly #encoding = new ThreadEncoding();

  constructor(url: string, path: string, format: TableFormat, options: DestinationOptions = {}) {
    checkFolderOptions(url, options);
    checkDuckDBOptions(url, options);
    this.url = url;
    this.#store = new FolderStore(url, resolve(path), format);
    this.#options = options;
  }

  async open(): Promise<StoredState> {
    if (this.#manifest !== undefined) return storedState(this.#manifest);
    const { directory } = this.#store;
    await prepareDirectory(this.url, directory);
    const lock = await acquireLock(this.url, lockPath('folder', directory));
    if (lock.takenOver !== undefined) this.#options.onNote?.(takeoverNote(this.url, lock.takenOver));
    try {
      const manifest = (await this.#readManifest()) ?? (await this.#createManifest());
      await this.#store.check(manifest);
      await this.#store.clean(manifest);
      await this.#openReceipts(manifest);
      this.#adopt(manifest);
      this.#lock = lock;
      return storedState(manifest);
    } catch (error) {
      await lock.release();
      throw writeError(this.url, 'prepare the folder', error);
    }
  }

  async begin(options: TransactionOptions): Promise<Transaction> {
    const manifest = this.#ready();
    this.#busy = `a transaction of feed ${options.feed}`;
    this.#store.startVersion(manifest.version + 1);
    return new FolderTransaction({
      store: this.#store,
      options,
      maxPartRows: this.#options.maxPartRows ?? MAX_PART_ROWS,
      encoding: this.#encoding,
      tables: this.#tables,
      publish: (tables, end) => this.#publish(tables, end),
      ended: async () => {
        this.#busy = undefined;
        if (this.#manifest !== undefined) await this.#store.clean(this.#manifest);
      },
    });
  }

  async *receipts(): AsyncGenerator<Receipt> {
    const { bytes } = this.#opened().receipts;
    if (bytes === 0) return;
    const input = createReadStream(join(this.#store.directory, RECEIPTS), { end: bytes - 1 });
    for await (const line of createInterface({ input, crlfDelay: Infinity })) yield JSON.parse(line) as Receipt;
  }

  async *keys(table: string, time: string, span: Span): AsyncGenerator<string> {
    this.#opened();
    const draft = this.#tables.get(nameKey(table));
    if (draft === undefined) return;
    const engine = await openDuckDB(':memory:', this.#options);
    try {
      yield* readKeys(engine, `(${tableQuery(this.#store, draft)})`, time, span);
    } finally {
      engine.close();
    }
  }

  async transform(transformation: {
    readonly name: string;
    readonly statements: readonly string[];
    readonly tables: readonly string[];
  }): Promise<void> {
    const manifest = this.#ready();
    this.#busy = `the transformation ${transformation.name}`;
    this.#store.startVersion(manifest.version + 1);
    try {
      const tables = await runTransformation(this.#store, this.#tables, transformation, this.#options);
      await this.#publish(tables, undefined);
    } catch (error) {
      throw writeError(this.url, `run the transformation ${transformation.name}`, error);
    } finally {
      this.#busy = undefined;
      await this.#store.clean(this.#manifest ?? manifest);
    }
  }

  async close({ quick = false }: { readonly quick?: boolean } = {}): Promise<void> {
    const manifest = this.#manifest;
    if (manifest === undefined) return;
    try {
      // Its memory is better used for the merge.
      await this.#encoding.close();
      if (this.#busy === undefined && !quick) await this.#compactAll(manifest);
      await this.#store.clean(this.#manifest ?? manifest);
    } catch (error) {
      throw writeError(this.url, 'merge small files', error);
    } finally {
      this.#manifest = undefined;
      this.#busy = undefined;
      await this.#encoding.close();
      await this.#lock?.release();
      this.#lock = undefined;
    }
  }

  #opened(): Manifest {
    if (this.#manifest === undefined)
      throw new DestinationUsageError(this.url, `${this.url} is not open: call open() first.`);
    return this.#manifest;
  }

  #ready(): Manifest {
    const manifest = this.#opened();
    if (this.#busy !== undefined) {
      throw new DestinationUsageError(this.url, `${this.url} is busy with ${this.#busy}: wait for its end.`);
    }
    return manifest;
  }

  #adopt(manifest: Manifest): void {
    this.#manifest = manifest;
    this.#tables = new Map(manifest.tables.map((table) => [nameKey(table.schema.name), toDraft(table)]));
  }

  async #readManifest(): Promise<Manifest | undefined> {
    const { directory, format } = this.#store;
    const manifest = await readManifest(this.url, join(directory, MANIFEST));
    if (manifest !== undefined && manifest.kind !== format.kind) {
      throw new DestinationUnusableError(
        this.url,
        'foreign',
        directory,
        `${directory} holds ${manifest.kind} files: write ${manifest.kind}:${directory}, or choose another folder.`,
      );
    }
    return manifest;
  }

  async #createManifest(): Promise<Manifest> {
    const { directory, format } = this.#store;
    const found = (await readdir(directory)).filter((name) => !name.startsWith(MANIFEST) && !name.startsWith(LOCK));
    if (found.length > 0) {
      throw new DestinationUnusableError(
        this.url,
        'foreign',
        directory,
        `${directory} holds other files (${found.slice(0, 3).join(', ')}): choose a folder that is new or empty.`,
      );
    }
    const manifest = emptyManifest(format.kind, createHash('sha256').digest('hex'));
    await writeManifest(join(directory, MANIFEST), manifest);
    await this.#store.sync([]);
    return manifest;
  }

  /** Cuts off receipts that were never committed, and checks the others. */
  async #openReceipts(manifest: Manifest): Promise<void> {
    const path = join(this.#store.directory, RECEIPTS);
    const { bytes, sha256 } = manifest.receipts;
    this.#receiptsHash = createHash('sha256');
    const size = (await stat(path).catch(() => undefined))?.size ?? 0;
    if (size > bytes) await truncate(path, bytes);
    if (bytes > 0 && size >= bytes) {
      for await (const chunk of createReadStream(path)) this.#receiptsHash.update(chunk as Buffer);
    }
    if (this.#receiptsHash.copy().digest('hex') === sha256) return;
    throw new DestinationUnusableError(
      this.url,
      'damaged',
      path,
      `${path} does not agree with manifest.json: receipts are missing or were changed. Restore it from a backup, or extract into a new folder.`,
    );
  }

  async #publish(tables: Tables, end: FolderEnd | undefined): Promise<void> {
    const before = this.#opened();
    const hash = this.#receiptsHash.copy();
    let { feeds, receipts } = before;
    if (end !== undefined) {
      const added = [...(end.earlier ?? []), end.receipt];
      const line = Buffer.from(added.map((receipt) => `${JSON.stringify(receipt)}\n`).join(''));
      const path = join(this.#store.directory, RECEIPTS);
      // A commit that failed after this point has left its line behind.
      if (((await stat(path).catch(() => undefined))?.size ?? 0) > receipts.bytes) await truncate(path, receipts.bytes);
      await appendDurably(path, line);
      hash.update(line);
      receipts = {
        count: receipts.count + added.length,
        bytes: receipts.bytes + line.length,
        sha256: hash.copy().digest('hex'),
      };
      feeds = { ...feeds, [end.feed]: end.state };
    }
    const manifest: Manifest = {
      ...before,
      version: before.version + 1,
      feeds,
      receipts,
      tables: [...tables.values()].map(fromDraft),
    };
    const changed = [...tables].filter(([key, table]) => table !== this.#tables.get(key));
    await this.#store.sync(changed.map(([, { folder }]) => folder));
    // Whoever took the lock for dead writes here now.
    await this.#lock?.check();
    await writeManifest(join(this.#store.directory, MANIFEST), manifest);
    // From here on it counts, whatever else fails: files that only the manifest before names may go, those of this one may not.
    this.#receiptsHash = hash;
    this.#adopt(manifest);
    await this.#store.sync([]);
  }

  async #compactAll(manifest: Manifest): Promise<void> {
    this.#store.startVersion(manifest.version + 1);
    const tables = new Map(this.#tables);
    let changed = false;
    for (const [key, table] of tables) {
      const parts = await compact(this.#store, table, this.#options.maxPartRows ?? MAX_PART_ROWS, true);
      if (parts.length === table.parts.length) continue;
      tables.set(key, { ...table, parts });
      changed = true;
    }
    if (changed) await this.#publish(tables, undefined);
  }
}

function storedState(manifest: Manifest): StoredState {
  const tables = manifest.tables.filter(({ derived }) => !derived).map(({ schema }) => schema);
  return { tables, feeds: manifest.feeds };
}

/** Makes the folder if only it is missing, and checks that it can be written. */
async function prepareDirectory(url: string, directory: string): Promise<void> {
  const found = await stat(directory).catch(() => undefined);
  if (found !== undefined && !found.isDirectory()) {
    throw new DestinationUnusableError(url, 'wrong-kind', directory, `${directory} is a file: name a folder.`);
  }
  try {
    if (found === undefined) await mkdir(directory);
    await access(directory, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') {
      const parent = dirname(directory);
      throw new DestinationUnusableError(
        url,
        'missing-parent',
        parent,
        `The folder ${parent} does not exist: make it, or choose another place.`,
        { cause: error },
      );
    }
    throw new DestinationUnusableError(
      url,
      'not-writable',
      directory,
      `${directory} cannot be written (${systemCode(error) ?? messageOf(error)}): change its permissions, or choose another place.`,
      { cause: error },
    );
  }
}
