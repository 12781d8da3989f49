import type {
  DuckDBConnection,
  DuckDBInstance,
  DuckDBScalarMainFunction,
  DuckDBType,
  DuckDBValue,
} from '@duckdb/node-api';
import { canonicalText } from './canonical-text.ts';
import { TEXT_FUNCTIONS } from './duckdb-sql.ts';
import { DestinationOptionError } from './errors.ts';

/** How much DuckDB may take. */
export interface DuckDBOptions {
  /**
   * Memory that DuckDB may take, as DuckDB writes it: `512MB`, `2GB`. Default `1GB`. Its buffers get four fifths of it, since it takes
   * more than it counts; what does not fit goes to temporary files.
   */
  readonly memoryLimit?: string;
  /** Threads. Default 2. */
  readonly threads?: number;
  /** Aborted when the user wants an end: a statement under way is then stopped, and fails. */
  readonly signal?: AbortSignal;
}

const SIZE = /^(\d+(?:\.\d+)?)\s*(KB|MB|GB|TB|KiB|MiB|GiB|TiB)$/i;
const BUFFERS = 0.8;

function bufferLimit(memoryLimit: string): string {
  const [, size = memoryLimit, unit = ''] = SIZE.exec(memoryLimit) ?? [];
  return `${Number(size) * BUFFERS}${unit}`;
}

/** Checks the options without touching anything. */
export function checkDuckDBOptions(url: string, options: DuckDBOptions): void {
  const { memoryLimit, threads } = options;
  if (memoryLimit !== undefined && !SIZE.test(memoryLimit)) {
    throw new DestinationOptionError(
      url,
      `memoryLimit '${memoryLimit}' is not a size: write a number and a unit, as in '512MB' or '2GB'.`,
    );
  }
  if (threads !== undefined && !(Number.isInteger(threads) && threads >= 1 && threads <= 1024)) {
    throw new DestinationOptionError(url, `threads ${threads} is not a whole number from 1 to 1024.`);
  }
}

/** An open DuckDB: one instance, one connection. */
export interface DuckDBEngine {
  run(sql: string, values?: DuckDBValue[]): Promise<void>;
  /** Runs a query and gives its rows, each an array of DuckDB's own values. */
  rows(sql: string, values?: DuckDBValue[]): Promise<DuckDBValue[][]>;
  readonly connection: DuckDBConnection;
  /** Threads that statements have. */
  readonly threads: number;
  close(): void;
}

const DEFAULT_THREADS = 2;

/** DuckDB's lock keeps other processes out, but not a second instance in this one, and two spoil the file. */
const openPaths = new Set<string>();

/** Opens a database file, or one in memory for `:memory:`. Loads DuckDB, which takes a moment, on its first call. */
export async function openDuckDB(
  path: string,
  options: DuckDBOptions & { readonly readOnly?: boolean } = {},
): Promise<DuckDBEngine> {
  const { DuckDBInstance } = await import('@duckdb/node-api');
  if (openPaths.has(path)) throw new Error(`${path} is open already in this process`);
  if (path !== ':memory:') openPaths.add(path);
  const threads = options.threads ?? DEFAULT_THREADS;
  let instance: DuckDBInstance | undefined;
  const close = (): void => {
    openPaths.delete(path);
    instance?.closeSync();
  };
  try {
    instance = await DuckDBInstance.create(path, {
      memory_limit: bufferLimit(options.memoryLimit ?? '1GB'),
      threads: String(threads),
      // Extensions are neither fetched nor loaded: everything needed is built in.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
      ...(options.readOnly === true ? { access_mode: 'READ_ONLY' } : {}),
    });
    return await connectDuckDB(instance, threads, close, options.signal);
  } catch (error) {
    close();
    throw error;
  }
}

async function connectDuckDB(
  instance: DuckDBInstance,
  threads: number,
  close: () => void,
  signal: AbortSignal | undefined,
): Promise<DuckDBEngine> {
  const connection = await instance.connect();
  const interrupt = (): void => connection.interrupt();
  signal?.addEventListener('abort', interrupt);
  // Else casts between text, dates and instants with a zone would follow the machine's own zone.
  await connection.run("SET TimeZone = 'UTC'");
  // The cache knows a file by its path, size and time to the second or so: two temporary files of one name and one size, a moment
  // apart, are one to it, and the second would be read as the first.
  await connection.run('SET enable_external_file_cache = false');
  await addTextFunctions(connection);
  return {
    connection,
    threads,
    async run(sql, values) {
      await connection.run(sql, values);
    },
    async rows(sql, values) {
      const reader = await connection.runAndReadAll(sql, values);
      return reader.getRows();
    },
    close() {
      signal?.removeEventListener('abort', interrupt);
      connection.closeSync();
      close();
    },
  };
}

/** DuckDB writes numbers and instants in its own way (`1e+20`, `2025-01-01 00:00:00`); a widened column needs the canonical text. */
async function addTextFunctions(connection: DuckDBConnection): Promise<void> {
  const { BIGINT, DOUBLE, DuckDBScalarFunction, INTEGER, VARCHAR } = await import('@duckdb/node-api');
  const add = (name: string, parameterTypes: DuckDBType[], text: (cells: readonly DuckDBValue[]) => string): void => {
    const mainFunction: DuckDBScalarMainFunction = (_info, input, output) => {
      const columns = parameterTypes.map((_, index) => input.getColumnVector(index));
      for (let row = 0; row < input.rowCount; row++) {
        const cells = columns.map((column) => column.getItem(row));
        output.setItem(row, cells[0] === null ? null : text(cells));
      }
      output.flush();
    };
    connection.registerScalarFunction(
      DuckDBScalarFunction.create({ name, parameterTypes, returnType: VARCHAR, mainFunction }),
    );
  };
  add(TEXT_FUNCTIONS.FLOAT, [DOUBLE], ([value]) => canonicalText({ type: 'FLOAT' }, Number(value)));
  add(TEXT_FUNCTIONS.DATE, [INTEGER], ([value]) => canonicalText({ type: 'DATE' }, Number(value)));
  add(TEXT_FUNCTIONS.DATETIME, [BIGINT, INTEGER], ([value, spellings]) => {
    const known = Number(spellings) >= 0 ? { spellings: Number(spellings) } : {};
    return canonicalText({ type: 'DATETIME', ...known }, Number(value));
  });
}
