/** The files of a transaction, one open for each table, filled as batches come. */
import { open, type FileHandle } from 'node:fs/promises';
import type { Column, TableBatch, TableSchema } from '@millrace/flatten';
import { chunkBuffers, release } from './buffers.ts';
import { conform } from './conform.ts';
import { type Encoding, LocalEncoding, type PartChunks, type PartWrite } from './encoding.ts';
import { type PartEnd, partRows, type PartSpec } from './part-encoder.ts';
import { nameKey, sameLayout } from './schema-union.ts';

/** Up to here batches wait: what is less is encoded at once, and with the columns that the last of them have. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** A file that is written. */
export interface FinishedPart extends PartEnd {
  /** As `PartPlace` has it. */
  readonly path: string;
  /** With the columns of the file. */
  readonly table: TableSchema;
  readonly rows: number;
}

/** How the files are written. */
export interface PartSetOptions extends Omit<PartSpec, 'table'> {
  /** What encodes when there is more than a little. */
  readonly encoding: Encoding;
  /** Rows after which a file is finished. */
  readonly maxRows: number;
  /** Names a new file, in a folder that is there. */
  readonly place: (table: TableSchema) => Promise<string>;
  /** Whether a finished file is waited for until it is on the disk. */
  readonly durable: boolean;
}

interface OpenPart {
  readonly number: number;
  readonly path: string;
  table: TableSchema;
  rows: number;
  bytes: number;
  file: FileHandle | undefined;
}

let numbers = 0;

/** Takes the batches of a transaction, each with all its tables, and no document twice. */
export class PartSet {
  readonly #options: PartSetOptions;
  readonly #parts = new Map<string, OpenPart>();
  #encoding: Encoding = new LocalEncoding();
  #isLocal = true;
  #waiting: (readonly TableBatch[])[] = [];
  #waitingBytes = 0;
  #finished: FinishedPart[] = [];
  /** The last thing that was begun: while it is under way, the next batch is made. */
  #underWay: Promise<void> = Promise.resolve();

  constructor(options: PartSetOptions) {
    this.#options = options;
  }

  async write(tables: readonly TableBatch[]): Promise<void> {
    this.#waiting.push(tables);
    for (const { columns } of tables) for (const column of columns) this.#waitingBytes += bytesOf(column);
    if (this.#waitingBytes >= MAX_WAITING_BYTES / 8) this.#options.encoding.prepare();
    if (this.#isLocal && this.#waitingBytes < MAX_WAITING_BYTES) return;
    this.#leaveLocal();
    await this.#next(() => this.#encodeWaiting());
  }

  /** Finishes every file. The set can be written to again. */
  async finish(): Promise<readonly FinishedPart[]> {
    await this.#underWay;
    await this.#encodeWaiting();
    await this.#finishParts([...this.#parts.values()]);
    const finished = this.#finished;
    this.#finished = [];
    return finished;
  }

  /** Leaves everything as it is; what was written is of no use. */
  async forget(): Promise<void> {
    await this.#underWay.catch(() => undefined);
    this.#waiting = [];
    if (this.#parts.size === 0) return;
    for (const { file } of this.#parts.values()) await file?.close().catch(() => undefined);
    this.#parts.clear();
    await this.#encoding.close();
  }

  #leaveLocal(): void {
    if (!this.#isLocal || this.#parts.size > 0) return;
    this.#isLocal = false;
    this.#encoding = this.#options.encoding;
  }

  async #next(action: () => Promise<void>): Promise<void> {
    await this.#underWay;
    this.#underWay = action();
    // It is met where the next thing is begun.
    this.#underWay.catch(() => undefined);
  }

  async #encodeWaiting(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    const newest = new Map(waiting.flat().map(({ table }) => [nameKey(table.name), table]));
    for (const tables of waiting) {
      const writes: PartWrite[] = [];
      for (const batch of tables) {
        const target = newest.get(nameKey(batch.table.name));
        if (batch.rows > 0 && target !== undefined) writes.push(await this.#writeOf(conform(batch, target)));
      }
      await this.#append(await this.#encoding.write(writes));
    }
    const { maxRows } = this.#options;
    const full = [...this.#parts.values()].filter(({ rows, bytes }) => rows >= maxRows || bytes >= MAX_FILE_BYTES);
    await this.#finishParts(full);
  }

  async #writeOf(batch: TableBatch): Promise<PartWrite> {
    const { format, codec, numbered, keyed, place } = this.#options;
    const key = nameKey(batch.table.name);
    let part = this.#parts.get(key);
    if (part !== undefined && !sameLayout(part.table, batch.table)) {
      await this.#finishParts([part]);
      part = undefined;
    }
    const rows = partRows(batch);
    if (part !== undefined) {
      // What it says of spellings holds for the rows before, too.
      part.table = batch.table;
      part.rows += batch.rows;
      return { part: part.number, rows };
    }
    const path = await place(batch.table);
    part = { number: numbers++, path, table: batch.table, rows: batch.rows, bytes: 0, file: undefined };
    this.#parts.set(key, part);
    return { part: part.number, spec: { format, codec, numbered, keyed, table: batch.table }, rows };
  }

  async #append(answers: readonly PartChunks[]): Promise<void> {
    const parts = new Map([...this.#parts.values()].map((part) => [part.number, part]));
    for (const { part: number, chunks } of answers) {
      const part = parts.get(number);
      if (part === undefined) continue;
      for (const chunk of chunks) {
        part.file ??= await open(part.path, 'w');
        part.bytes += chunk.byteLength;
        await part.file.writeFile(chunk);
      }
    }
    release(chunkBuffers(answers));
  }

  async #finishParts(parts: readonly OpenPart[]): Promise<void> {
    if (parts.length === 0) return;
    const answers = await this.#encoding.finish(parts.map(({ number }) => number));
    await this.#append(answers);
    const ends = new Map(answers.map(({ part, end }) => [part, end]));
    await Promise.all(parts.map((part) => this.#close(part)));
    for (const part of parts) {
      const { number, path, table, rows } = part;
      const end = ends.get(number);
      if (end === undefined) throw new TypeError(`The file ${path} has no end`);
      this.#parts.delete(nameKey(table.name));
      this.#finished.push({ path, table, rows, ...end });
    }
  }

  async #close(part: OpenPart): Promise<void> {
    const { file } = part;
    part.file = undefined;
    try {
      if (this.#options.durable) await file?.sync();
    } finally {
      await file?.close();
    }
  }
}

/** Bytes of a column's values; those that a link column has in common with its parent's key left out. */
function bytesOf({ schema, values }: Column): number {
  const plain = values.kind === 'dictionary' ? values.dictionary : values;
  const own = plain.kind === 'bytes' ? plain.data.byteLength : plain.values.byteLength;
  if (values.kind !== 'dictionary') return own;
  return values.indices.byteLength + (schema.role === 'link' ? 0 : own);
}
