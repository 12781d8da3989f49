/** Files that are being encoded side by side: here, or on a thread of its own. */
import { releaseMemory } from '@millrace/parquet';
import { type PartEnd, PartEncoder, type PartRows, type PartSpec } from './part-encoder.ts';

/** Rows for a file; `spec` with the first. */
export interface PartWrite {
  readonly part: number;
  readonly spec?: PartSpec;
  readonly rows: PartRows;
}

/** What a file got. */
export interface PartChunks {
  readonly part: number;
  /** The next bytes of the file. */
  readonly chunks: readonly Uint8Array[];
  /** With the last bytes. */
  readonly end?: PartEnd;
}

/** Encodes files, known by numbers that the caller chooses. */
export interface Encoding {
  /** Whether it can take rows without starting anything. */
  readonly isRunning: boolean;
  /** There will be rows soon. */
  prepare(): void;
  /** Takes rows; their buffers are the encoding's from now on. */
  write(writes: readonly PartWrite[]): Promise<readonly PartChunks[]>;
  finish(parts: readonly number[]): Promise<readonly PartChunks[]>;
  /** Forgets all files, and gives back what memory it has. It can be used again. */
  close(): Promise<void>;
}

/** Encodes where it is called. */
export class LocalEncoding implements Encoding {
  readonly isRunning = true;
  readonly #parts = new Map<number, PartEncoder>();

  prepare(): void {
    // There is nothing to start.
  }

  async write(writes: Iterable<PartWrite>): Promise<readonly PartChunks[]> {
    return Array.from(writes, ({ part, spec, rows }) => {
      const encoder = this.#parts.get(part) ?? this.#open(part, spec);
      return { part, chunks: encoder.write(rows) };
    });
  }

  async finish(parts: readonly number[]): Promise<readonly PartChunks[]> {
    return parts.map((part) => {
      const encoder = this.#open(part, undefined);
      this.#parts.delete(part);
      return { part, ...encoder.finish() };
    });
  }

  async close(): Promise<void> {
    this.#parts.clear();
    releaseMemory();
  }

  #open(part: number, spec: PartSpec | undefined): PartEncoder {
    const known = this.#parts.get(part);
    if (known !== undefined) return known;
    if (spec === undefined) throw new TypeError(`No file has the number ${part}`);
    const encoder = new PartEncoder(spec);
    this.#parts.set(part, encoder);
    return encoder;
  }
}
