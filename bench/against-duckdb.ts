/** The same pages into the same tables, by this project and by DuckDB alone. */
import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createFlattener, type TableSchema } from '@millrace/flatten';
import { withFolder } from './children.ts';
import { AT, type Corpus, createPageReader, part, SPECS } from './corpora.ts';
import {
  checkSameTables,
  copyTables,
  createTables,
  createTablesFromParts,
  openDuckDB,
  planTables,
  readRaw,
} from './duckdb.ts';
import { startPartWorkers } from './part-workers.ts';
import { type Codec, createPartWork } from './parts.ts';
import { alone, compare, rounded, type Task, timed, together } from './tasks.ts';

export interface AgainstDuckDB {
  readonly ratios: Readonly<Record<string, number>>;
  readonly rows: number;
  readonly speeds: Readonly<Record<string, number>>;
}

/** Compares the tables' rows on the first pages, then times Parquet and a database file. Everything is written to disk. */
export async function againstDuckDB(corpus: Corpus, rounds: number, codec: Codec): Promise<AgainstDuckDB> {
  return withFolder(async (folder) => {
    const path = (name: string): string => {
      const made = join(folder, name);
      mkdirSync(made, { recursive: true });
      return made;
    };
    const ours = path('millrace');
    const theirs = path('duckdb');
    const tables = tablesOf(corpus);
    const rows = await checkRows(part(corpus, 12), tables, codec, [path('check-millrace'), path('check-duckdb')]);
    process.stderr.write(`the same ${rows} rows in ${tables.length} tables\n`);

    const copyWith = async (threads: number): Promise<Task> => {
      const connection = await openDuckDB(threads);
      await readRaw(connection, corpus.files);
      const queries = await planTables(connection, tables);
      return timed(async () => {
        await readRaw(connection, corpus.files);
        await copyTables(connection, queries, theirs, codec);
      });
    };
    const ours2 = path('millrace-2');
    const workers = await startPartWorkers(2, { corpus: corpus.name, codec, folder: ours2 });
    const parquet = await compare(corpus, rounds, {
      millrace_1: into(ours, alone(corpus, createPartWork({ corpus: corpus.name, codec, folder: ours }))),
      duckdb_1: await copyWith(1),
      millrace_2: into(ours2, together(corpus, workers)),
      duckdb_2: await copyWith(2),
    });
    await workers.stop();

    const staging = path('staging');
    const stagers = await startPartWorkers(2, { corpus: corpus.name, codec: 'uncompressed', folder: staging });
    const stage = into(staging, together(corpus, stagers));
    const ourFile = await openDuckDB(2, join(folder, 'millrace.duckdb'));
    const theirFile = await openDuckDB(2, join(folder, 'duckdb.duckdb'));
    await readRaw(theirFile, corpus.files);
    const queries = await planTables(theirFile, tables);
    const files = await compare(corpus, rounds, {
      millrace_file: timed(async () => {
        await stage();
        await createTablesFromParts(ourFile, tables, staging);
        await ourFile.run('CHECKPOINT');
      }),
      duckdb_file: timed(async () => {
        await readRaw(theirFile, corpus.files);
        await createTables(theirFile, queries);
        await theirFile.run('CHECKPOINT');
      }),
    });
    await stagers.stop();
    for (const connection of [ourFile, theirFile]) connection.closeSync();
    return {
      ratios: {
        parquet_vs_duckdb_1: parquet.ratio('duckdb_1', 'millrace_1'),
        parquet_vs_duckdb_2: parquet.ratio('duckdb_2', 'millrace_2'),
        duckdbfile_vs_duckdb: files.ratio('duckdb_file', 'millrace_file'),
        parquet_size_vs_duckdb: rounded(sizeOf(ours) / sizeOf(theirs)),
      },
      rows,
      speeds: { ...parquet.speeds(), ...files.speeds() },
    };
  });
}

/** The tables as the whole corpus makes them. */
function tablesOf({ name, files }: Corpus): readonly TableSchema[] {
  const flattener = createFlattener(SPECS[name], { engine: 'wasm' });
  const read = createPageReader();
  const tables = new Map<string, TableSchema>();
  for (const file of files) {
    flattener.push(read(file), AT);
    for (const { table } of flattener.take().tables) tables.set(table.name, table);
  }
  return [...tables.values()];
}

async function checkRows(
  corpus: Corpus,
  tables: readonly TableSchema[],
  codec: Codec,
  [ours, theirs]: readonly [string, string],
): Promise<number> {
  await alone(corpus, createPartWork({ corpus: corpus.name, codec, folder: ours }))();
  const connection = await openDuckDB(2);
  await readRaw(connection, corpus.files);
  await copyTables(connection, await planTables(connection, tables), theirs, codec);
  const rows = await checkSameTables(connection, tables, ours, theirs);
  connection.closeSync();
  return rows;
}

/** Empties the folder before the task: parts of an earlier round may be more. */
function into(folder: string, task: Task): Task {
  return () => {
    rmSync(folder, { recursive: true });
    mkdirSync(folder);
    return task();
  };
}

function sizeOf(folder: string): number {
  return readdirSync(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);
}
