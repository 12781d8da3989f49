/** The corpora as files, as a stream without end, and how they are flattened. */
import { openSync, readSync, closeSync, statSync } from 'node:fs';
import type { RootSpec } from '@millrace/flatten';
import { type CorpusName, corpusPages } from './corpus.ts';

/** Where the documents are in a page. */
export const AT = { at: ['content'] } as const;

export const SPECS: Readonly<Record<CorpusName, RootSpec>> = {
  nested: { table: 'process_context', primaryKey: [['context', 'processid']] },
  audit: { table: 'audit_log', primaryKey: [['id']] },
};

/** A batch is taken when so many documents are pending. */
export const BATCH_DOCUMENTS: Readonly<Record<CorpusName, number>> = { nested: 2000, audit: 10_000 };

/** Pages on disk. */
export interface Corpus {
  readonly name: CorpusName;
  readonly files: readonly string[];
  readonly bytes: number;
}

/** The first pages of a corpus, which are written when they are not there. */
export async function loadCorpus(name: CorpusName, pages: number): Promise<Corpus> {
  return corpusOf(name, await corpusPages(name, pages));
}

function corpusOf(name: CorpusName, files: readonly string[]): Corpus {
  return { name, files, bytes: files.reduce((sum, file) => sum + statSync(file).size, 0) };
}

/** The first pages of a loaded corpus. */
export function part(corpus: Corpus, pages: number): Corpus {
  return corpusOf(corpus.name, corpus.files.slice(0, pages));
}

/** Reads a file into a buffer that is used again: `pageIn` gives the part that was read. */
export function createPageReader(): (file: string, into?: ArrayBuffer) => Uint8Array {
  let own = new ArrayBuffer(0);
  return (file, into) => {
    const size = statSync(file).size;
    let target = into ?? own;
    if (target.byteLength < size) target = new ArrayBuffer(size + (size >> 3));
    if (into === undefined) own = target;
    const page = new Uint8Array(target, 0, size);
    const handle = openSync(file, 'r');
    readSync(handle, page);
    closeSync(handle);
    return page;
  };
}

const HEX_DIGITS = new TextEncoder().encode('0123456789abcdef');

/**
 * Changes the keys of a page's documents, so that the same page makes other documents in every round: the first five digits of each
 * `processid`, and the second and third character of each event's `id`.
 */
export function renewKeys(page: Uint8Array, round: number): void {
  const bytes = Buffer.from(page.buffer, page.byteOffset, page.byteLength);
  overwrite(bytes, '"processid":"', 0, 5, round);
  overwrite(bytes, '"events":[{"id":"', 1, 2, round);
}

function overwrite(bytes: Buffer, before: string, skip: number, digits: number, round: number): void {
  for (let at = bytes.indexOf(before); at !== -1; at = bytes.indexOf(before, at)) {
    at += before.length + skip;
    for (let digit = 0; digit < digits; digit++) bytes[at + digit] = HEX_DIGITS[(round >> (digit * 4)) & 15] ?? 0;
  }
}
