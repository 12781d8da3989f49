/**
 * Flattening, to columns, to Parquet and to a database file, beside `JSON.parse`, DuckDB, dlt and npm's row flatteners.
 *
 * A ratio is of two pieces of work over the same pages, done in turn in one process: the median of the rounds' ratios, of wall time. With
 * one thread reading pages from disk is not timed. Memory is measured in processes of their own. Before anything is timed, both engines
 * must give the same batches and DuckDB the same rows.
 */
import { deepStrictEqual } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { flatten as flattenForCsv, unwind } from '@json2csv/transforms';
import { createFlattener, type Engine } from '@millrace/flatten';
import { flatten as flattenRow } from 'flat';
import { againstDuckDB } from './against-duckdb.ts';
import { bundleMemory } from './bundle.ts';
import { AT, BATCH_DOCUMENTS, type Corpus, loadCorpus, part, SPECS } from './corpora.ts';
import type { CorpusName } from './corpus.ts';
import { runDlt } from './dlt.ts';
import type { MemoryJob, MemoryResult } from './memory.ts';
import { startPartWorkers } from './part-workers.ts';
import { type Codec, createPartWork, type PageWork } from './parts.ts';
import { alone, compare, often, rounded, together } from './tasks.ts';
import { measureWidths } from './widths.ts';

interface Options {
  readonly quick: boolean;
}

interface Result {
  readonly ratios: Readonly<Record<string, number>>;
  readonly details: unknown;
}

/** What the project's destinations write by default. */
const CODEC: Codec = 'zstd';
const ROUNDS = 5;

/** The arrays in the nested corpus, which become its child tables; those in arrays are columns of a row. */
const ARRAYS = [
  'context.tags',
  'context.grid',
  'context.order.lines',
  'context.order.lines.discounts',
  'events',
  'events.payload.features',
  'events.payload.labels',
  'events.payload.matrix',
  'events.payload.steps',
  'events.payload.to',
];

export async function run({ quick }: Options): Promise<Result> {
  const nested = await loadCorpus('nested', quick ? 12 : 60);
  const audit = await loadCorpus('audit', quick ? 60 : 600);
  checkEngines(nested);
  checkEngines(audit);
  const memory = await measureMemory(nested, quick);
  const workers = await startPartWorkers(2, { corpus: 'nested', codec: CODEC });
  const columns = await compare(nested, ROUNDS, {
    jsonparse: alone(nested, parseOnly),
    columns: alone(nested, toColumns('nested', 'wasm')),
    parquet_1: alone(nested, createPartWork({ corpus: 'nested', codec: CODEC })),
    parquet_snappy_1: alone(nested, createPartWork({ corpus: 'nested', codec: 'snappy' })),
    parquet_2: together(nested, workers),
  });
  await workers.stop();
  const flat = await compare(audit, ROUNDS, {
    jsonparse: alone(audit, parseOnly),
    columns: alone(audit, toColumns('audit', 'wasm')),
    parquet_1: alone(audit, createPartWork({ corpus: 'audit', codec: CODEC })),
  });
  // What is slow by nature sees a part of the pages only.
  const few = part(nested, quick ? 4 : 6);
  const rows = await compare(few, ROUNDS, {
    jsonparse: alone(few, parseOnly),
    typescript: alone(few, toColumns('nested', 'typescript')),
    flat: alone(few, eachDocument(flattenRow)),
    json2csv: alone(few, eachDocument(csvRows)),
    json2csvFlatten: alone(few, eachDocument(csvRow)),
    columns: often(10, alone(few, toColumns('nested', 'wasm'))),
  });
  const duckdbRounds = quick ? 3 : ROUNDS;
  const duckdb = await againstDuckDB(nested, duckdbRounds, CODEC);
  const dlt = await againstDlt(part(nested, quick ? 1 : 3));
  return {
    ratios: {
      columns_vs_jsonparse: columns.ratio('jsonparse', 'columns'),
      columns_vs_jsonparse_audit: flat.ratio('jsonparse', 'columns'),
      typescript_vs_jsonparse: rows.ratio('jsonparse', 'typescript'),
      parquet_vs_jsonparse_1: columns.ratio('jsonparse', 'parquet_1'),
      parquet_snappy_vs_jsonparse_1: columns.ratio('jsonparse', 'parquet_snappy_1'),
      parquet_vs_jsonparse_audit_1: flat.ratio('jsonparse', 'parquet_1'),
      parquet_vs_jsonparse_2: columns.ratio('jsonparse', 'parquet_2'),
      ...duckdb.ratios,
      rows_vs_flat: rows.ratio('flat', 'columns'),
      rows_vs_json2csv: rows.ratio('json2csv', 'columns'),
      rows_vs_json2csv_flatten: rows.ratio('json2csvFlatten', 'columns'),
      ...dlt.ratios,
      ...memory.ratios,
    },
    details: {
      codec: CODEC,
      rounds: { duckdb: duckdbRounds, others: ROUNDS },
      corpora: { nested: describe(nested), audit: describe(audit) },
      versions: versionsOf(['@duckdb/node-api', 'flat', '@json2csv/transforms']),
      sameRows: duckdb.rows,
      megabytesPerSecond: {
        nested: { ...columns.speeds(), ...duckdb.speeds },
        audit: flat.speeds(),
        part: rows.speeds(),
      },
      dlt: dlt.details,
      memory: memory.details,
      widths: measureWidths(),
    },
  };
}

function describe({ files, bytes }: Corpus): unknown {
  return { pages: files.length, megabytes: Math.round(bytes / 1e6) };
}

function versionsOf(packages: readonly string[]): unknown {
  return Object.fromEntries(
    packages.map((name) => {
      const file = new URL(`../node_modules/${name}/package.json`, import.meta.url);
      return [name, (JSON.parse(readFileSync(file, 'utf8')) as { readonly version: string }).version];
    }),
  );
}

const decoder = new TextDecoder();

const parseOnly: PageWork = (page) => {
  if (page !== undefined) JSON.parse(decoder.decode(page));
};

function eachDocument(flatten: (document: object) => unknown): PageWork {
  return (page) => {
    if (page === undefined) return;
    const { content } = JSON.parse(decoder.decode(page)) as { readonly content: readonly object[] };
    for (const document of content) flatten(document);
  };
}

/** One wide row for a document: elements of arrays are columns, too. */
const csvRow = flattenForCsv({ objects: true, arrays: true });

const splitArrays = unwind({ paths: ARRAYS, blankOut: true });

/** Each element of an array in a row, the first in that of its parent: the pipeline of the package's README. */
function csvRows(document: object): void {
  for (const row of splitArrays(document)) csvRow(row);
}

/** Columns are taken as views, as a writer in the same thread takes them, and thrown away. */
function toColumns(name: CorpusName, engine: Engine): PageWork {
  const flattener = createFlattener(SPECS[name], { engine });
  return (page) => {
    if (page !== undefined) flattener.push(page, AT);
    if (flattener.pendingDocuments >= (page === undefined ? 1 : BATCH_DOCUMENTS[name])) flattener.take({ views: true });
  };
}

/** Both engines give the same batches of the first pages. */
function checkEngines({ name, files }: Corpus): void {
  const [wasm, typescript] = (['wasm', 'typescript'] as const).map((engine) => {
    const flattener = createFlattener(SPECS[name], { engine });
    for (const file of files.slice(0, 2)) flattener.push(readFileSync(file), AT);
    return flattener.take();
  });
  deepStrictEqual(wasm, typescript);
}

/** Peak resident memory for a corpus and for ten times as much, with one worker and with two. */
async function measureMemory(
  { files }: Corpus,
  quick: boolean,
): Promise<{ readonly ratios: Readonly<Record<string, number>>; readonly details: unknown }> {
  const program = await bundleMemory();
  const ratios: Record<string, number> = {};
  const details: Record<string, unknown> = {};
  for (const workers of [1, 2] as const) {
    for (const size of ['small', 'large'] as const) {
      const rounds = size === 'small' ? 1 : quick ? 5 : 10;
      const job: MemoryJob = { files, rounds, workers, codec: CODEC };
      const child = spawnSync(process.execPath, [program, JSON.stringify(job)], { encoding: 'utf8' });
      if (child.status !== 0) throw new Error(`the measurement of memory failed: ${child.stderr}`);
      const { peakRssMb, megabytes, ms } = JSON.parse(child.stdout) as MemoryResult;
      const name = `peak_rss_mb_${size}${workers === 1 ? '' : '_2'}`;
      ratios[name] = Math.round(peakRssMb);
      details[name] = { megabytes: Math.round(megabytes), megabytesPerSecond: Math.round(megabytes / (ms / 1e3)) };
      process.stderr.write(`${name}: ${Math.round(peakRssMb)} MB for ${Math.round(megabytes)} MB of JSON\n`);
    }
  }
  return { ratios, details };
}

async function againstDlt(
  corpus: Corpus,
): Promise<{ readonly ratios: Readonly<Record<string, number>>; readonly details: unknown }> {
  const details = await runDlt(corpus.files);
  if ('skipped' in details) {
    process.stderr.write(`dlt was not measured: ${details.skipped}\n`);
    return { ratios: {}, details };
  }
  const ours = await compare(corpus, ROUNDS, {
    parquet_1: alone(corpus, createPartWork({ corpus: corpus.name, codec: CODEC })),
  });
  const speed = corpus.bytes / 1e3 / details.ms;
  return {
    ratios: { parquet_vs_dlt: rounded((ours.speeds()['parquet_1'] ?? Number.NaN) / speed) },
    details: { ...details, megabytesPerSecond: rounded(speed) },
  };
}
