/** Chunks as DuckDB reads them: from files of their own in a folder that is removed at once. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asObject, type JsonObject, objectsOf, textAt, stringAt } from './json.ts';
import { quoted, text } from './sql-text.ts';
import { javaPattern } from './date-pattern.ts';
import type { Warehouse } from './warehouse.ts';

/** A chunk that cannot be read. */
export class ChunkError extends Error {
  override readonly name = 'ChunkError';
}

/** A column of a chunk. */
export interface ChunkColumn {
  readonly name: string;
  /** DuckDB's type, as the values are stored. */
  readonly type: string;
}

/** Columns of a chunk. Throws `ChunkError` when it cannot be read. */
export async function readChunkColumns(
  warehouse: Warehouse,
  job: JsonObject,
  bytes: Uint8Array,
): Promise<ChunkColumn[]> {
  return withFiles([bytes], async ([file = '']) => {
    try {
      const rows = await warehouse.rows('main', `DESCRIBE SELECT * FROM ${scan(job, file)}`);
      return rows.map((row) => ({ name: stringAt(row, 'column_name'), type: stringAt(row, 'column_type') }));
    } catch (error) {
      throw new ChunkError(firstLine(error), { cause: error });
    }
  });
}

/** Runs work with the chunks as files. */
export async function withFiles<T>(chunks: readonly Uint8Array[], work: (files: string[]) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-push-'));
  try {
    const files = chunks.map((_, at) => join(folder, `chunk-${at}`));
    for (const [at, file] of files.entries()) await writeFile(file, chunks[at] ?? new Uint8Array());
    return await work(files);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The rows of a file, for a `FROM` clause. */
export function scan(job: JsonObject, file: string): string {
  return job['fileType'] === 'CSV' ? csvScan(job, file) : `read_parquet(${text(file)})`;
}

const columnTypes: Readonly<Record<string, string>> = {
  INTEGER: 'BIGINT',
  FLOAT: 'DOUBLE',
  BOOLEAN: 'BOOLEAN',
  DATE: 'DATE',
  TIME: 'TIME',
  DATETIME: 'TIMESTAMP',
  STRING: 'VARCHAR',
};

/** Declared columns of a job, by name in lower case. */
export function declaredColumns(job: JsonObject): Map<string, { type: string; length: number | undefined }> {
  const declared = new Map<string, { type: string; length: number | undefined }>();
  for (const column of objectsOf(asObject(job['tableSchema'])['columns'])) {
    const { fieldLength } = column;
    declared.set(stringAt(column, 'columnName').toLowerCase(), {
      type: columnTypes[textAt(column, 'columnType') ?? 'STRING'] ?? 'VARCHAR',
      length: typeof fieldLength === 'number' && fieldLength > 0 ? fieldLength : undefined,
    });
  }
  return declared;
}

/** A CSV file with its declared types; a column that is not declared is text. */
function csvScan(job: JsonObject, file: string): string {
  const options = asObject(job['csvParsingOptions']);
  const named: readonly (readonly [string, string])[] = [
    ['delim', textAt(options, 'separatorSequence') ?? ','],
    ['quote', textAt(options, 'quoteSequence') ?? '"'],
    ['escape', textAt(options, 'escapeSequence') ?? textAt(options, 'quoteSequence') ?? '"'],
  ];
  const settings = named.map(([name, value]) => `${name} = ${text(value)}`).join(', ');
  const rows = `read_csv(${text(file)}, header = true, all_varchar = true, auto_detect = true, null_padding = true, ${settings})`;
  const declared = declaredColumns(job);
  if (declared.size === 0) return rows;
  const converted = [...declared].filter(([, { type }]) => type !== 'VARCHAR');
  if (converted.length === 0) return rows;
  const special = new Map(
    objectsOf(options['additionalColumnOptions']).map((each) => [stringAt(each, 'columnName').toLowerCase(), each]),
  );
  const replaced = converted.map(([name, { type }]) => {
    const own = asObject(special.get(name));
    const value = csvValue(quoted(name), type, {
      dateFormat: textAt(own, 'dateFormat') ?? textAt(options, 'dateFormat'),
      decimal: textAt(own, 'decimalSeparator') ?? textAt(options, 'decimalSeparator') ?? '.',
      thousand: textAt(own, 'thousandsSeparator') ?? textAt(options, 'thousandSeparator'),
    });
    return `${value} AS ${quoted(name)}`;
  });
  return `(SELECT * REPLACE (${replaced.join(', ')}) FROM ${rows})`;
}

function csvValue(
  column: string,
  type: string,
  { dateFormat, decimal, thousand }: { dateFormat: string | undefined; decimal: string; thousand: string | undefined },
): string {
  const value = `NULLIF(${column}, '')`;
  if (type === 'TIMESTAMP' || type === 'DATE') {
    const pattern = javaPattern(dateFormat ?? (type === 'DATE' ? 'yyyy-MM-dd' : "yyyy-MM-dd'T'HH:mm:ss.SSSXXX"));
    return `CAST(strptime(${value}, ${text(pattern)}) AS ${type})`;
  }
  if (type !== 'DOUBLE' && type !== 'BIGINT') return `CAST(${value} AS ${type})`;
  const plain = thousand === undefined ? value : `replace(${value}, ${text(thousand)}, '')`;
  return `CAST(${decimal === '.' ? plain : `replace(${plain}, ${text(decimal)}, '.')`} AS ${type})`;
}

/** The first line of what DuckDB says. */
export function firstLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return (message.split('\n')[0] ?? '').replaceAll(
    /'[^']*millrace-push-[^']*'|"[^"]*millrace-push-[^"]*"/gu,
    'the file',
  );
}
