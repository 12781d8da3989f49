import { createHash } from 'node:crypto';
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { TableContent } from '@millrace/extract';
import type { TableBatch, TableSchema } from '@millrace/flatten';
import { conform } from './conform.ts';
import { syncFolder, writeDurably } from './durable.ts';
import { DestinationUnusableError, messageOf } from './errors.ts';
import { folderName } from './folder-name.ts';
import type { Layout, Manifest, ManifestTable, Part } from './folder-manifest.ts';
import { RowHash } from './row-hash.ts';
import { KeySet, rootKeys } from './row-keys.ts';
import type { TableFormat } from './table-format.ts';

const KEYS = '_keys';
const PART = /^part-\d+-\d+\.(parquet|csv|ndjson|keys)$/;

/** Rows that were written, with the columns that they have. */
export interface WrittenPart extends Omit<Part, 'layout'> {
  readonly schema: TableSchema;
}

/** A table while a commit is being prepared. */
export interface DraftTable {
  readonly folder: string;
  readonly derived: boolean;
  readonly schema: TableSchema;
  readonly parts: readonly WrittenPart[];
}

/** The files of a folder destination: writes, reads and removes parts, and knows nothing of transactions. */
export class FolderStore {
  readonly url: string;
  readonly directory: string;
  readonly format: TableFormat;
  readonly #made = new Set<string>();
  #keys = new Uint32Array(0);
  #version = 0;
  #next = 0;

  constructor(url: string, directory: string, format: TableFormat) {
    this.url = url;
    this.directory = directory;
    this.format = format;
  }

  /** Names of the parts written from here on begin with the version that will commit them: no name is ever used for two contents. */
  startVersion(version: number): void {
    this.#version = version;
    this.#next = 0;
  }

  path(folder: string, file: string): string {
    return join(this.directory, folder, file);
  }

  /** Writes rows, and the keys of the documents that they are of. All batches have the same columns. */
  async writePart(folder: string, batches: readonly TableBatch[], keyed: boolean): Promise<WrittenPart> {
    // The last: what it says of spellings holds for the rows before, too.
    const schema = batches.at(-1)?.table;
    if (schema === undefined) throw new TypeError('A part needs a batch');
    const written = await this.#writeFile(folder, schema, batches);
    if (keyed) await this.writeKeys(folder, written.file, keysOf(batches).toWords());
    const { rows, hash: rowsHash } = hashOf(batches);
    return { ...written, rows, rowsHash, schema };
  }

  /** Writes the rows of parts as one part with the given columns, while they are read: together they may be large. */
  async mergeParts(
    folder: string,
    parts: readonly WrittenPart[],
    schema: TableSchema,
    keyed: boolean,
  ): Promise<WrittenPart> {
    const written = await this.#writeFile(folder, schema, this.#rowsOf(folder, parts, schema));
    if (keyed) await this.writeKeys(folder, written.file, (await this.#allKeys(folder, parts)).toWords());
    const { rows, hash: rowsHash } = contentOf({ parts });
    return { ...written, rows, rowsHash, schema };
  }

  async #writeFile(
    folder: string,
    schema: TableSchema,
    batches: Iterable<TableBatch> | AsyncIterable<TableBatch>,
  ): Promise<Pick<WrittenPart, 'file' | 'bytes' | 'sha256'>> {
    const file = await this.placePart(folder);
    const sha256 = createHash('sha256');
    let bytes = 0;
    const writer = this.format.open(schema);
    const seen = (chunk: Uint8Array): Uint8Array => {
      sha256.update(chunk);
      bytes += chunk.byteLength;
      return chunk;
    };
    const chunks = async function* (): AsyncGenerator<Uint8Array> {
      for await (const batch of batches) yield* writer.write(batch).map(seen);
      yield* writer.finish().map(seen);
    };
    await writeDurably(this.path(folder, file), chunks());
    return { file, bytes, sha256: sha256.digest('hex') };
  }

  async *#rowsOf(folder: string, parts: readonly WrittenPart[], schema: TableSchema): AsyncGenerator<TableBatch> {
    for (const part of parts) {
      for await (const batch of this.readPart(folder, part)) yield conform(batch, schema);
    }
  }

  async #allKeys(folder: string, parts: readonly WrittenPart[]): Promise<KeySet> {
    const keys = new KeySet();
    for (const part of parts) keys.addAll(await this.readKeys(folder, part));
    return keys;
  }

  /** The name of a new part, in a folder that is there. */
  async placePart(folder: string): Promise<string> {
    const stem = `part-${String(this.#version).padStart(6, '0')}-${String(this.#next++).padStart(4, '0')}`;
    for (const path of [join(this.directory, folder), join(this.directory, KEYS, folder)]) {
      if (this.#made.has(path)) continue;
      await mkdir(path, { recursive: true });
      this.#made.add(path);
    }
    return `${stem}.${this.format.kind}`;
  }

  /** Writes which documents a part holds rows of. */
  async writeKeys(folder: string, file: string, keys: Uint32Array): Promise<void> {
    await writeDurably(this.keysPath(folder, { file }), new Uint8Array(keys.buffer, keys.byteOffset, keys.byteLength));
  }

  /** Reads a part, some rows at a time, and checks that it is what was written. */
  async *readPart(folder: string, part: WrittenPart): AsyncGenerator<TableBatch> {
    const path = this.path(folder, part.file);
    try {
      const bytes = await readFile(path);
      if (createHash('sha256').update(bytes).digest('hex') !== part.sha256) {
        throw new Error('its content is not what was written');
      }
      yield* this.format.decode(bytes, part.schema);
    } catch (error) {
      throw this.#damaged(path, messageOf(error), error);
    }
  }

  keysPath(folder: string, part: Pick<WrittenPart, 'file'>): string {
    return join(this.directory, KEYS, folder, keysFile(part.file));
  }

  /**
   * The keys of the documents whose rows a part holds: a view, until the next call. A commit looks at those of all parts, and would
   * leave more garbage with each part that there is.
   */
  async readKeys(folder: string, part: WrittenPart): Promise<Uint32Array> {
    const path = this.keysPath(folder, part);
    try {
      const file = await open(path);
      try {
        const { size } = await file.stat();
        if (this.#keys.byteLength < size) this.#keys = new Uint32Array(Math.ceil(size / 4));
        const { bytesRead } = await file.read(new Uint8Array(this.#keys.buffer, 0, size), 0, size, 0);
        if (bytesRead < size) throw new Error(`only ${bytesRead} of its ${size} bytes can be read`);
        return this.#keys.subarray(0, Math.floor(size / 4));
      } finally {
        await file.close();
      }
    } catch (error) {
      throw this.#damaged(path, messageOf(error), error);
    }
  }

  async removePart(folder: string, file: string): Promise<void> {
    await rm(this.path(folder, file), { force: true });
    await rm(join(this.directory, KEYS, folder, keysFile(file)), { force: true });
  }

  /** Waits until the names of new files are on the disk. */
  async sync(folders: Iterable<string>): Promise<void> {
    for (const folder of new Set(folders)) {
      await syncFolder(join(this.directory, folder));
      await syncFolder(join(this.directory, KEYS, folder)).catch(() => undefined);
    }
    await syncFolder(this.directory);
  }

  /** Checks that every part of a manifest is there in its size. */
  async check(manifest: Manifest): Promise<void> {
    for (const table of manifest.tables) {
      for (const part of table.parts) {
        const path = this.path(table.folder, part.file);
        const found = await stat(path).catch(() => undefined);
        if (found === undefined) throw this.#damaged(path, 'the file is missing', undefined);
        if (found.size !== part.bytes) {
          throw this.#damaged(path, `the file has ${found.size} bytes, not ${part.bytes}`, undefined);
        }
      }
    }
  }

  /** Removes parts that a manifest does not name: superseded ones, and those of a transaction that was not committed. */
  async clean(manifest: Manifest): Promise<void> {
    const named = new Map(manifest.tables.map((table) => [table.folder, table]));
    for (const base of [this.directory, join(this.directory, KEYS)]) {
      for (const entry of await readdir(base, { withFileTypes: true }).catch(() => [])) {
        if (entry.isDirectory() && entry.name !== KEYS) await removeLeftovers(base, entry.name, named.get(entry.name));
      }
    }
  }

  #damaged(path: string, what: string, cause: unknown): DestinationUnusableError {
    return new DestinationUnusableError(
      this.url,
      'damaged',
      path,
      `${path} does not agree with manifest.json: ${what}. Restore it from a backup, or extract into a new folder.`,
      { cause },
    );
  }
}

/** What the parts of a table hold together. */
export function contentOf(table: Pick<DraftTable, 'parts'>): TableContent {
  const content = new RowHash();
  for (const { rows, rowsHash } of table.parts) content.add(RowHash.from({ rows, hash: rowsHash }));
  return content.content();
}

function keysOf(batches: readonly TableBatch[]): KeySet {
  const keys = new KeySet();
  for (const batch of batches) keys.addAll(rootKeys(batch));
  return keys;
}

function hashOf(batches: readonly TableBatch[]): TableContent {
  const content = new RowHash();
  for (const batch of batches) content.addBatch(batch);
  return content.content();
}

function keysFile(file: string): string {
  return file.replace(/\.\w+$/, '.keys');
}

async function removeLeftovers(base: string, folder: string, table: ManifestTable | undefined): Promise<void> {
  const keep = new Set(table?.parts.flatMap(({ file }) => [file, keysFile(file)]));
  for (const file of await readdir(join(base, folder))) {
    if (PART.test(file) && !keep.has(file)) await rm(join(base, folder, file), { force: true });
  }
}

/** A table of the manifest, each part with the columns that it was written with. */
export function toDraft(table: ManifestTable): DraftTable {
  const schemas = table.layouts.map((layout) => withLayout(table.schema, layout));
  return {
    folder: table.folder,
    derived: table.derived,
    schema: table.schema,
    parts: table.parts.map(({ layout, ...part }) => ({ ...part, schema: schemas[layout] ?? table.schema })),
  };
}

function withLayout(schema: TableSchema, layout: Layout): TableSchema {
  const columns = new Map(schema.columns.map((column) => [column.name, column]));
  return {
    ...schema,
    columns: layout.map(({ name, type }) => {
      const column = columns.get(name) ?? { path: [], role: 'data' as const, maxChars: 0, maxBytes: 0 };
      return { ...column, name, type };
    }),
  };
}

/** A table as it goes into the manifest. */
export function fromDraft(table: DraftTable): ManifestTable {
  const layouts: Layout[] = [];
  const seen = new Map<string, number>();
  const parts = table.parts.map(({ schema, ...part }) => {
    const layout: Layout = schema.columns.map(({ name, type }) => ({ name, type }));
    const text = JSON.stringify(layout);
    const index = seen.get(text) ?? layouts.push(layout) - 1;
    seen.set(text, index);
    return { ...part, layout: index };
  });
  return { folder: table.folder, derived: table.derived, schema: table.schema, layouts, parts };
}

/** A table that has no file yet. */
export function newDraft(schema: TableSchema, derived = false): DraftTable {
  return { folder: folderName(schema.name), derived, schema, parts: [] };
}
