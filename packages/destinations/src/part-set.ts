/** The files of a transaction, one open for each table, filled as batches come. */
import { open, type FileHandle } from 'node:fs/promises';
import type { Column, TableBatch, TableSchema } from '@millrace/flatten';
import { chunkBuffers, ownTables, release } from './buffers.ts';
import { conform } from './conform.ts';
import { type Encoding, LocalEncoding, type PartChunks, type PartWrite } from './encoding.ts';
import { type PartEnd, partRows, type PartSpec } from './part-encoder.ts';
import { nameKey, sameLayout } from './schema-union.ts';

/** Up to here batches wait: what is less is encoded at once, and with the columns that the last of them have. */
const MAX_WAITING_BYTES = 4 * 1024 * 1024;
/** The same where rows have been encoded before: few columns are new then. */
const LATER_WAITING_BYTES = 1024 * 1024;
/** Rows beyond this are not taken before some of those that are under way are in their files. */
const MAX_UNDER_WAY_BYTES = 8 * 1024 * 1024;

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
  /** Bytes of values after which a file is finished. */
  readonly maxBytes: number;
  /** Names a new file, in a folder that is there. */
  readonly place: (table: TableSchema) => Promise<string>;
  /** Whether a finished file is waited for until it is on the disk. */
  readonly durable: boolean;
  /** What else is to be written of a file, while the next is encoded. */
  readonly finished?: (part: FinishedPart) => Promise<void>;
}

interface OpenPart {
  readonly number: number;
  readonly path: string;
  table: TableSchema;
  rows: number;
  /** Of its values. */
  bytes: number;
  file: FileHandle | undefined;
}

let numbers = 0;

/** Takes the batches of a transaction, each with all its tables, and no document twice. */
export class PartSet {
  readonly #options: PartSetOptions;
  readonly #mostWaiting: number;
  readonly #parts = new Map<string, OpenPart>();
  #encoding: Encoding = new LocalEncoding();
  #isLocal = true;
  #waiting: (readonly TableBatch[])[] = [];
  #waitingBytes = 0;
  #finished: FinishedPart[] = [];
  /** Their files, until they are on the disk. */
  #closing: Promise<unknown>[] = [];
  /** Not closed yet. */
  readonly #opened = new Set<OpenPart>();
  /** The last thing that was asked of the encoding, until its answer is in the files: answers are met in the order of what was asked. */
  #last: Promise<void> = Promise.resolve();
  #hasFailed = false;
  /** What was asked and is not done, oldest first, and the bytes of its rows. */
  readonly #underWay: Promise<void>[] = [];
  #underWayBytes = 0;

  constructor(options: PartSetOptions) {
    this.#options = options;
    this.#mostWaiting = options.encoding.isRunning ? LATER_WAITING_BYTES : MAX_WAITING_BYTES;
  }

  async write(tables: readonly TableBatch[]): Promise<void> {
    for (const { columns } of tables) for (const column of columns) this.#waitingBytes += bytesOf(column);
    if (this.#waitingBytes >= this.#mostWaiting / 8) this.#options.encoding.prepare();
    if (this.#isLocal && this.#waitingBytes < this.#mostWaiting) {
      this.#waiting.push(ownTables(tables));
      return;
    }
    this.#waiting.push(tables);
    this.#leaveLocal();
    while (this.#underWayBytes > MAX_UNDER_WAY_BYTES) await this.#underWay[0];
    if (this.#hasFailed) await this.#last;
    await this.#encodeWaiting();
  }

  /** Finishes every file. The set can be written to again. */
  async finish(): Promise<readonly FinishedPart[]> {
    // Else this thread would need as much memory again as the other has already.
    if (this.#options.encoding.isRunning) this.#leaveLocal();
    await this.#encodeWaiting();
    this.#finishParts([...this.#parts.values()]);
    await this.#last;
    await Promise.all(this.#closing);
    const finished = this.#finished;
    this.#finished = [];
    this.#closing = [];
    return finished;
  }

  /** Leaves everything as it is; what was written is of no use. */
  async forget(): Promise<void> {
    await this.#last.catch(() => undefined);
    await Promise.allSettled(this.#closing);
    this.#waiting = [];
    this.#parts.clear();
    if (this.#opened.size === 0) return;
    for (const { file } of this.#opened) await file?.close().catch(() => undefined);
    this.#opened.clear();
    await this.#encoding.close();
  }

  #leaveLocal(): void {
    if (!this.#isLocal || this.#parts.size > 0) return;
    this.#isLocal = false;
    // It has no part: what earlier sets of few rows left in memory is of no use any more.
    void this.#encoding.close();
    this.#encoding = this.#options.encoding;
  }

  /** Does something with an answer once everything before it is done. */
  #ask(
    bytes: number,
    answer: Promise<readonly PartChunks[]>,
    take: (chunks: readonly PartChunks[]) => Promise<void>,
  ): void {
    const before = this.#last;
    const inTurn = async (): Promise<void> => {
      try {
        await before;
        await take(await answer);
      } catch (error) {
        this.#hasFailed = true;
        throw error;
      } finally {
        void this.#underWay.shift();
        this.#underWayBytes -= bytes;
      }
    };
    const done = inTurn();
    // Both are met where the next thing is asked.
    answer.catch(() => undefined);
    done.catch(() => undefined);
    this.#underWay.push(done);
    this.#underWayBytes += bytes;
    this.#last = done;
  }

  async #encodeWaiting(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    this.#waitingBytes = 0;
    const newest = new Map(waiting.flat().map(({ table }) => [nameKey(table.name), table]));
    for (const tables of waiting) {
      const writes: PartWrite[] = [];
      let bytes = 0;
      for (const batch of tables) {
        const target = newest.get(nameKey(batch.table.name));
        if (batch.rows === 0 || target === undefined) continue;
        const fitting = conform(batch, target);
        const size = fitting.columns.reduce((sum, column) => sum + bytesOf(column), 0);
        writes.push(await this.#writeOf(fitting, size));
        bytes += size;
      }
      const open = [...this.#parts.values()];
      this.#ask(bytes, this.#encoding.write(writes), (answers) => append(open, answers));
    }
    const { maxRows, maxBytes } = this.#options;
    this.#finishParts([...this.#parts.values()].filter(({ rows, bytes }) => rows >= maxRows || bytes >= maxBytes));
  }

  async #writeOf(batch: TableBatch, bytes: number): Promise<PartWrite> {
    const { format, codec, numbered, keyed, place } = this.#options;
    const key = nameKey(batch.table.name);
    let part = this.#parts.get(key);
    if (part !== undefined && !sameLayout(part.table, batch.table)) {
      this.#finishParts([part]);
      part = undefined;
    }
    const rows = partRows(batch);
    if (part !== undefined) {
      // What it says of spellings holds for the rows before, too.
      part.table = batch.table;
      part.rows += batch.rows;
      part.bytes += bytes;
      return { part: part.number, rows };
    }
    const path = await place(batch.table);
    part = { number: numbers++, path, table: batch.table, rows: batch.rows, bytes, file: undefined };
    this.#parts.set(key, part);
    this.#opened.add(part);
    return { part: part.number, spec: { format, codec, numbered, keyed, table: batch.table }, rows };
  }

  #finishParts(parts: readonly OpenPart[]): void {
    for (const part of parts) {
      const { number, path } = part;
      this.#parts.delete(nameKey(part.table.name));
      // One by one: while the next is encoded, this one gets into its file and on the disk.
      this.#ask(0, this.#encoding.finish([number]), async (answers) => {
        await append([part], answers);
        const end = answers.find((answer) => answer.part === number)?.end;
        if (end === undefined) throw new TypeError(`The file ${path} has no end`);
        const finished = { path, table: part.table, rows: part.rows, ...end };
        this.#finished.push(finished);
        const closed = Promise.all([this.#close(part), this.#options.finished?.(finished)]);
        // Met in `finish`.
        closed.catch(() => undefined);
        this.#closing.push(closed);
      });
    }
  }

  async #close(part: OpenPart): Promise<void> {
    const { file } = part;
    part.file = undefined;
    try {
      if (this.#options.durable) await file?.sync();
    } finally {
      await file?.close();
      this.#opened.delete(part);
    }
  }
}

async function append(parts: readonly OpenPart[], answers: readonly PartChunks[]): Promise<void> {
  for (const { part: number, chunks } of answers) {
    const part = parts.find((each) => each.number === number);
    if (part === undefined) continue;
    for (const chunk of chunks) {
      part.file ??= await open(part.path, 'w');
      await part.file.writeFile(chunk);
    }
  }
  release(chunkBuffers(answers));
}

/** Bytes of a column's values; those that a link column has in common with its parent's key left out. */
function bytesOf({ schema, values }: Column): number {
  const plain = values.kind === 'dictionary' ? values.dictionary : values;
  const own = plain.kind === 'bytes' ? plain.data.byteLength : plain.values.byteLength;
  if (values.kind !== 'dictionary') return own;
  return values.indices.byteLength + (schema.role === 'link' ? 0 : own);
}
