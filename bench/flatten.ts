/**
 * Flattening beside `JSON.parse`, on pages of process contexts and of audit events.
 *
 * Every ratio is of two pieces of work over the same pages in one process, interleaved: the median of the rounds' ratios, of wall
 * time. Reading pages from disk is not timed. Before anything is timed, both engines must give the same batches.
 */
import { deepStrictEqual } from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { constants, zstdCompressSync } from 'node:zlib';
import { type Batch, createFlattener, type Engine, type Flattener, type RootSpec } from '@millrace/flatten';
import { type CompressPage, createParquetWriter, type ParquetWriter } from '@millrace/parquet';
import { flatten as flattenRow } from 'flat';
import { type CorpusName, corpusPages } from './corpus.ts';

const AT = { at: ['content'] } as const;
const SPECS: Readonly<Record<CorpusName, RootSpec>> = {
  nested: { table: 'process_context', primaryKey: [['context', 'processid']] },
  audit: { table: 'audit_log', primaryKey: [['id']] },
};
/** A batch is taken when so many documents are pending. */
const BATCH_DOCUMENTS: Readonly<Record<CorpusName, number>> = { nested: 2000, audit: 10_000 };

interface Options {
  readonly quick: boolean;
}

interface Result {
  readonly ratios: Readonly<Record<string, number>>;
  readonly details: unknown;
}

export async function run({ quick }: Options): Promise<Result> {
  const nested = await loadCorpus('nested', quick ? 12 : 60);
  const audit = await loadCorpus('audit', quick ? 60 : 600);
  const rounds = quick ? 7 : 9;
  await checkEngines(nested);
  await checkEngines(audit);
  const columns = await compare(nested, rounds, {
    jsonparse: parseOnly,
    columns: flattener('nested', 'wasm'),
    parquet_zstd: toParquet('nested', 'zstd'),
    parquet_snappy: toParquet('nested', 'snappy'),
  });
  const flat = await compare(audit, rounds, { jsonparse: parseOnly, columns: flattener('audit', 'wasm') });
  // What is slow by nature sees a part of the pages only.
  const few = await compare(part(nested, quick ? 2 : 6), rounds, {
    jsonparse: parseOnly,
    typescript: flattener('nested', 'typescript'),
    flat: flatRows,
    columns: flattener('nested', 'wasm'),
  });
  const widths = measureWidths();
  return {
    ratios: {
      columns_vs_jsonparse: columns.ratio('jsonparse', 'columns'),
      columns_vs_jsonparse_audit: flat.ratio('jsonparse', 'columns'),
      typescript_vs_jsonparse: few.ratio('jsonparse', 'typescript'),
      parquet_vs_jsonparse_1: columns.ratio('jsonparse', 'parquet_zstd'),
      parquet_snappy_vs_jsonparse_1: columns.ratio('jsonparse', 'parquet_snappy'),
      rows_vs_flat: few.ratio('flat', 'columns'),
    },
    details: {
      corpora: { nested: describe(nested), audit: describe(audit) },
      rounds,
      megabytesPerSecond: { nested: columns.speeds(), audit: flat.speeds(), part: few.speeds() },
      nanosecondsPerValueByColumns: widths,
    },
  };
}

interface Corpus {
  readonly name: CorpusName;
  readonly files: readonly string[];
  readonly bytes: number;
}

async function loadCorpus(name: CorpusName, pages: number): Promise<Corpus> {
  const files = await corpusPages(name, pages);
  let bytes = 0;
  for (const file of files) bytes += (await readFile(file)).length;
  return { name, files, bytes };
}

function part(corpus: Corpus, pages: number): Corpus {
  const files = corpus.files.slice(0, pages);
  return { ...corpus, files, bytes: (corpus.bytes / corpus.files.length) * files.length };
}

function describe({ files, bytes }: Corpus): unknown {
  return { pages: files.length, megabytes: Math.round(bytes / 1e6) };
}

/** Takes a page at a time; called without one at the end of a round. */
type Work = (page: Uint8Array | undefined) => void;

const decoder = new TextDecoder();

const parseOnly: Work = (page) => {
  if (page !== undefined) JSON.parse(decoder.decode(page));
};

const flatRows: Work = (page) => {
  if (page === undefined) return;
  const { content } = JSON.parse(decoder.decode(page)) as { readonly content: readonly object[] };
  for (const document of content) flattenRow(document);
};

function flattener(name: CorpusName, engine: Engine, write: (batch: Batch) => void = () => undefined): Work {
  const made = createFlattener(SPECS[name], { engine });
  return (page) => {
    if (page !== undefined) made.push(page, AT);
    if (made.pendingDocuments >= (page === undefined ? 1 : BATCH_DOCUMENTS[name])) write(made.take());
  };
}

const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const compress: CompressPage = (bytes) => zstdCompressSync(bytes, ZSTD);

/** Bytes to Parquet in memory, a file for each table; where a table gets a column, a new file is begun. */
function toParquet(name: CorpusName, codec: 'zstd' | 'snappy'): Work {
  const open = new Map<string, { readonly shape: string; readonly writer: ParquetWriter }>();
  const work = flattener(name, 'wasm', ({ tables }) => {
    for (const batch of tables) {
      const { table } = batch;
      const shape = table.columns.map((column) => `${column.type} ${column.name}`).join('\n');
      let file = open.get(table.name);
      if (file?.shape !== shape) {
        file?.writer.finish();
        file = { shape, writer: createParquetWriter(table, codec === 'zstd' ? { codec, compress } : { codec }) };
        open.set(table.name, file);
      }
      file.writer.write(batch);
    }
  });
  return (page) => {
    work(page);
    if (page !== undefined) return;
    for (const { writer } of open.values()) writer.finish();
    open.clear();
  };
}

interface Comparison {
  /** How many times as fast the second is. */
  ratio(slow: string, fast: string): number;
  speeds(): Readonly<Record<string, number>>;
}

async function compare(corpus: Corpus, rounds: number, works: Readonly<Record<string, Work>>): Promise<Comparison> {
  const times: Record<string, number[]> = {};
  // The first round warms up.
  for (let round = 0; round <= rounds; round++) {
    const spent: Record<string, number> = {};
    for (const [name, work] of Object.entries(works)) {
      let millis = 0;
      for (const file of [...corpus.files, undefined]) {
        const page = file === undefined ? undefined : await readFile(file);
        const start = performance.now();
        work(page);
        millis += performance.now() - start;
      }
      spent[name] = millis;
    }
    process.stderr.write(
      `${corpus.name} ${round}: ${JSON.stringify(spent, (_, value) => (typeof value === 'number' ? Math.round(value) : value))}\n`,
    );
    if (round > 0) for (const [name, millis] of Object.entries(spent)) (times[name] ??= []).push(millis);
  }
  return {
    ratio: (slow, fast) => rounded(median((times[slow] ?? []).map((millis, i) => millis / (times[fast]?.[i] ?? 0)))),
    speeds: () =>
      Object.fromEntries(
        Object.entries(times).map(([name, millis]) => [name, Math.round(corpus.bytes / 1e3 / median(millis))]),
      ),
  };
}

/** Both engines give the same batches of the first pages. */
async function checkEngines({ name, files }: Corpus): Promise<void> {
  const made: Flattener[] = [];
  for (const engine of ['wasm', 'typescript'] as const) made.push(createFlattener(SPECS[name], { engine }));
  for (const file of files.slice(0, 2)) {
    const page = await readFile(file);
    for (const each of made) each.push(page, AT);
  }
  const [wasm, typescript] = made.map((each) => each.take());
  deepStrictEqual(wasm, typescript);
}

/** Cost of a value as documents get wider and deeper: it must stay the same. */
function measureWidths(): Readonly<Record<string, number>> {
  const VALUES = 200_000;
  const result: Record<string, number> = {};
  for (const width of [10, 100, 1000]) {
    for (const depth of [1, 8]) {
      const count = VALUES / width;
      const page = new TextEncoder().encode(
        JSON.stringify(Array.from({ length: count }, (_, id) => wideDocument(id, width, depth))),
      );
      const made = createFlattener({ table: 'wide', primaryKey: [['id']] }, { engine: 'wasm' });
      const nanos: number[] = [];
      for (let round = 0; round < 7; round++) {
        const start = performance.now();
        made.push(page);
        made.take();
        nanos.push(((performance.now() - start) * 1e6) / VALUES);
      }
      result[`${width} columns, ${depth} deep`] = rounded(median(nanos));
    }
  }
  return result;
}

function wideDocument(id: number, width: number, depth: number): unknown {
  let value: unknown = Object.fromEntries(
    Array.from({ length: width }, (_, i) => [`column${i}`, i % 2 === 0 ? id + i : `text ${(id * 31 + i) % 100}`]),
  );
  for (let level = 1; level < depth; level++) value = { [`level${level}`]: value };
  return { id, value };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}
