import { open, rename, rm } from 'node:fs/promises';
import { once } from 'node:events';
import type { Writable } from 'node:stream';

/** Where a text goes: a file by its path, or a stream, which is left open. */
export type Output = string | Writable;

/** Takes text piece by piece and keeps little of it. */
export interface TextOutput {
  write(text: string): Promise<void>;
}

const CHUNK = 1 << 16;

/**
 * Hands a `TextOutput` to `body`. A file appears under its name when `body` has ended, whole and on the disk; when it fails, what
 * was there before stays.
 */
export async function writeText<Result>(output: Output, body: (to: TextOutput) => Promise<Result>): Promise<Result> {
  if (typeof output !== 'string') return buffered((text) => send(output, text), body);
  return replaceFile(output, async (partial) => {
    const file = await open(partial, 'w');
    try {
      const result = await buffered(async (text) => {
        await file.writeFile(text);
      }, body);
      await file.sync();
      return result;
    } finally {
      await file.close();
    }
  });
}

/** Gives `body` a path beside `path`, and moves what is made there to `path`. When `body` fails, it is removed. */
export async function replaceFile<Result>(path: string, body: (partial: string) => Promise<Result>): Promise<Result> {
  const partial = `${path}.${process.pid}.partial`;
  try {
    await rm(partial, { force: true });
    const result = await body(partial);
    await rename(partial, path);
    return result;
  } catch (error) {
    await rm(partial, { force: true });
    throw error;
  }
}

async function buffered<Result>(
  flush: (text: string) => Promise<void>,
  body: (to: TextOutput) => Promise<Result>,
): Promise<Result> {
  let pieces: string[] = [];
  let length = 0;
  const drain = async (): Promise<void> => {
    const text = pieces.join('');
    pieces = [];
    length = 0;
    await flush(text);
  };
  const result = await body({
    async write(text) {
      pieces.push(text);
      length += text.length;
      if (length >= CHUNK) await drain();
    },
  });
  await drain();
  return result;
}

async function send(stream: Writable, text: string): Promise<void> {
  if (!stream.write(text)) await once(stream, 'drain');
}
