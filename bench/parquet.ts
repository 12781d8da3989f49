/**
 * `@millrace/parquet` beside hyparquet-writer and DuckDB's COPY, on columns that are ready in memory.
 *
 *     node --conditions=@millrace/source bench/parquet.ts [rows, default 1000000] [rounds, default 5]
 *
 * MB/s are megabytes of the columns' own values (PLAIN) per second of wall time: medians of interleaved rounds, one thread each.
 * A speed ratio is the median of the rounds' ratios. hyparquet-writer gets the same values as JavaScript arrays, DuckDB as a
 * table in memory; making those is not timed.
 */
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, gzipSync, zstdCompressSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { columnValues, type ColumnType, type Row, type TableBatch, type TableSchema } from '@millrace/flatten';
import { tableFromRows } from '@millrace/flatten/build';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { encodeParquet, type CompressPage, type ParquetCodec } from '../packages/parquet/src/index.ts';

const BATCH_ROWS = 20_000;
const rows = Number(process.argv[2] ?? 1_000_000);
const rounds = Number(process.argv[3] ?? 5);

const COLUMNS: Record<string, ColumnType> = {
  id: 'STRING',
  case_id: 'STRING',
  _position: 'INTEGER',
  eventType: 'STRING',
  occurredAt: 'DATETIME',
  readAt: 'DATETIME',
  correlationId: 'STRING',
  payload$net: 'FLOAT',
  payload$rate: 'FLOAT',
  payload$quantity: 'INTEGER',
  payload$confidence: 'FLOAT',
  payload$matched: 'BOOLEAN',
  payload$due: 'DATE',
  payload$document: 'STRING',
  payload$email: 'STRING',
  payload$note: 'STRING',
  payload$matrix: 'JSON',
};

/** Events of cases, as the flattener makes them. Numbers from 0 to 1 come from `chance`. */
function makeRow(
  row: number,
  chance: () => number,
  open: { key: string; left: number; position: number; at: number },
): Row {
  const below = (end: number): number => Math.floor(chance() * end);
  const pick = (list: readonly string[]): string => list[below(list.length)] ?? '';
  const maybe = <T>(share: number, make: () => T): T | null => (chance() < share ? make() : null);
  const letters = (alphabet: string, count: number): string =>
    Array.from({ length: count }, () => alphabet[below(alphabet.length)] ?? '').join('');
  const hex = (count: number): string => letters('0123456789abcdef', count);
  const uuid = (): string => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
  const words = (most: number): string => Array.from({ length: 1 + below(most) }, () => pick(WORDS)).join(' ');
  if (open.left-- <= 0) {
    Object.assign(open, { key: uuid(), left: 4 + below(26), position: 0, at: START + row * 3_000 });
  }
  open.at += below(86_400_000);
  const time = (ms: number): string => new Date(ms).toISOString();
  return {
    id: `01J${letters('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 2)}${String(open.at).slice(4)}${letters('0123456789ABCDEFGHJKMNPQRSTVWXYZ', 12)}`,
    case_id: open.key,
    _position: open.position++,
    eventType: pick(['OrderCreated', 'OrderChanged', 'PaymentReceived', 'TaskAssigned', 'SignalRaised', 'Escalated']),
    occurredAt: time(open.at),
    readAt: maybe(0.9, () => time(open.at + below(5_000))),
    correlationId: maybe(0.3, uuid),
    payload$net: maybe(0.4, () => below(1e7) / 100),
    payload$rate: maybe(0.4, () => [0, 7, 19, 20][below(4)] ?? 0),
    payload$quantity: maybe(0.5, () => below(500)),
    payload$confidence: maybe(0.1, chance),
    payload$matched: maybe(0.3, () => chance() < 0.8),
    payload$due: maybe(0.2, () => time(START + below(2e10)).slice(0, 10)),
    payload$document: maybe(0.3, () => `SO${1_000_000 + below(9_000_000)}`),
    payload$email: maybe(0.2, () => `${hex(6)}@example.com`),
    payload$note: maybe(0.3, () => words(20)),
    payload$matrix: maybe(0.1, () => `[[${below(10)},${below(10)}],[${below(10)}]]`),
  };
}

const START = Date.UTC(2025, 0, 1);
const WORDS =
  'approve reject invoice order goods receipt payment block release vendor customer delivery shipment credit limit price change quantity tax code account posting clearing reversal escalation reminder contract master data status “quoted” naïve Größe 東京'.split(
    ' ',
  );

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const table: TableSchema = {
  name: 'event',
  path: [],
  root: 'event',
  primaryKey: ['id'],
  rootKey: ['id'],
  columns: Object.entries(COLUMNS).map(([name, type]) => ({
    name,
    path: [name],
    type,
    role: 'data',
    maxChars: 0,
    maxBytes: 0,
  })),
};

function makeBatches(): TableBatch[] {
  const chance = mulberry32(0x9e3779b9);
  const open = { key: '', left: 0, position: 0, at: 0 };
  const batches: TableBatch[] = [];
  for (let from = 0; from < rows; from += BATCH_ROWS) {
    const count = Math.min(BATCH_ROWS, rows - from);
    batches.push(
      tableFromRows(
        table,
        Array.from({ length: count }, (_, row) => makeRow(from + row, chance, open)),
      ),
    );
  }
  return batches;
}

const ZSTD = { params: { [constants.ZSTD_c_compressionLevel]: 1 } };
const compress: CompressPage = (bytes, codec) =>
  codec === 'gzip' ? gzipSync(bytes, { level: 1 }) : zstdCompressSync(bytes, ZSTD);
const CODECS: readonly ParquetCodec[] = ['uncompressed', 'snappy', 'zstd', 'gzip'];

interface Figure {
  readonly seconds: number[];
  size: number;
}

/** Bytes of the values of a batch, without dictionaries and NULLs. */
function plainBytes(batch: TableBatch): number {
  let size = 0;
  for (const { values } of batch.columns) {
    const plain = values.kind === 'dictionary' ? values.dictionary : values;
    const own = plain.kind === 'bytes' ? plain.data.length : plain.values.byteLength;
    if (values.kind !== 'dictionary') size += own;
    else
      size += (own / Math.max(1, plain.kind === 'bytes' ? plain.count : plain.values.length)) * values.indices.length;
  }
  return size;
}

const median = (list: readonly number[]): number => list.toSorted((a, b) => a - b)[list.length >> 1] ?? 0;
const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function main(): Promise<void> {
  const batches = makeBatches();
  const folder = await mkdtemp(join(tmpdir(), 'millrace-bench-'));
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  const source = join(folder, 'source.parquet');
  await writeFile(source, encodeParquet(batches, { codec: 'uncompressed', logicalTypes: false }));
  await connection.run(`CREATE TABLE event AS FROM read_parquet('${source}')`);
  const plainSize = batches.reduce((sum, batch) => sum + plainBytes(batch), 0);
  const cells = table.columns.map(({ name, type }, index) => ({
    name,
    data: batches.flatMap((batch) => {
      const column = batch.columns[index];
      return column === undefined ? [] : columnValues(column).map((cell) => toHyparquet(type, cell));
    }),
  }));

  const target = join(folder, 'out.parquet');
  const tasks: Record<string, () => Promise<number>> = {};
  for (const codec of CODECS) {
    tasks[`millrace ${codec}`] = async () =>
      encodeParquet(batches, codec === 'snappy' ? { codec } : { codec, compress }).length;
    tasks[`hyparquet-writer ${codec}`] = async () => hyparquetWriter(codec);
    tasks[`duckdb ${codec}`] = async () => {
      const level = codec === 'zstd' ? ', COMPRESSION_LEVEL 1' : '';
      await connection.run(`COPY event TO '${target}' (FORMAT parquet, COMPRESSION ${codec}${level})`);
      return (await stat(target)).size;
    };
  }

  function hyparquetWriter(codec: ParquetCodec): number {
    return parquetWriteBuffer({
      columnData: cells,
      schema: [
        { name: 'root', num_children: cells.length },
        ...table.columns.map(({ name, type }) => ({ name, ...ELEMENTS[type] })),
      ],
      codec: HYPARQUET_CODECS[codec],
      compressors: { ZSTD: (input) => compress(input, 'zstd'), GZIP: (input) => compress(input, 'gzip') },
    }).byteLength;
  }

  const figures = new Map<string, Figure>();
  for (let round = 0; round < rounds; round++) {
    for (const [name, task] of Object.entries(tasks)) {
      const figure = figures.get(name) ?? { seconds: [], size: 0 };
      figures.set(name, figure);
      const start = performance.now();
      figure.size = await task();
      figure.seconds.push((performance.now() - start) / 1000);
    }
  }
  say(
    `node ${process.version}, ${availableParallelism()} processors, ${rows} rows, ${table.columns.length} columns, ${rounds} rounds`,
  );
  for (const codec of CODECS) {
    const own = figures.get(`millrace ${codec}`);
    for (const writer of ['millrace', 'hyparquet-writer', 'duckdb']) {
      const figure = figures.get(`${writer} ${codec}`);
      if (figure === undefined || own === undefined) continue;
      const seconds = median(figure.seconds);
      const faster = median(figure.seconds.map((one, round) => one / (own.seconds[round] ?? Number.NaN)));
      const speed = `${(plainSize / 1e6 / seconds).toFixed(0).padStart(6)} MB/s ${(rows / 1e3 / seconds).toFixed(0).padStart(6)} k rows/s`;
      const size = `${(figure.size / 1e6).toFixed(1).padStart(8)} MB`;
      const ratios = `millrace: ${faster.toFixed(2)} x as fast, ${(own.size / figure.size).toFixed(3)} of the size`;
      say(`${codec.padEnd(13)}${writer.padEnd(18)}${speed} ${size}   ${ratios}`);
    }
  }
  connection.closeSync();
  await rm(folder, { recursive: true });
}

const HYPARQUET_CODECS = { uncompressed: 'UNCOMPRESSED', snappy: 'SNAPPY', zstd: 'ZSTD', gzip: 'GZIP' } as const;

const ELEMENTS = {
  BOOLEAN: { type: 'BOOLEAN', repetition_type: 'OPTIONAL' },
  INTEGER: { type: 'INT64', repetition_type: 'OPTIONAL' },
  FLOAT: { type: 'DOUBLE', repetition_type: 'OPTIONAL' },
  DATE: { type: 'INT32', converted_type: 'DATE', repetition_type: 'OPTIONAL' },
  DATETIME: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS', repetition_type: 'OPTIONAL' },
  STRING: { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
  JSON: { type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
} as const;

/** hyparquet-writer takes 64-bit integers as bigint, dates and times as Date. */
function toHyparquet(type: ColumnType, cell: string | number | bigint | boolean | null): unknown {
  if (cell === null) return null;
  if (type === 'INTEGER') return BigInt(cell);
  return type === 'DATE' || type === 'DATETIME' ? new Date(String(cell)) : cell;
}

await main();
