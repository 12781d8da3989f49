import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { type CelonisSimulator, type CelonisSimulatorOptions, startCelonisSimulator } from '@millrace/simulator';
import { onTestFinished } from 'vitest';

/** A team with an empty log that is stopped when the test ends. */
export async function startTeam(options: CelonisSimulatorOptions = {}): Promise<CelonisSimulator> {
  const team = await startCelonisSimulator({
    data: { auditEvents: [], loginEvents: [], members: [], adoptionEvents: [] },
    ...options,
  });
  onTestFinished(() => team.close());
  return team;
}

/** The rows of a query as a Parquet file, as DuckDB writes it. */
export async function parquet(query: string): Promise<Uint8Array<ArrayBuffer>> {
  const folder = await mkdtemp(join(tmpdir(), 'chunk-'));
  const instance = await DuckDBInstance.create(':memory:');
  try {
    const connection = await instance.connect();
    const file = join(folder, 'chunk.parquet');
    await connection.run(`COPY (${query}) TO '${file}' (FORMAT parquet)`);
    connection.closeSync();
    return new Uint8Array(await readFile(file));
  } finally {
    instance.closeSync();
    await rm(folder, { recursive: true });
  }
}

/** Text as bytes. */
export const bytes = (text: string): Uint8Array<ArrayBuffer> => new TextEncoder().encode(text);

/** Methods and operations of the requests that change something. */
export function writes(team: CelonisSimulator): string[] {
  return team.requests.filter(({ method }) => method !== 'GET').map(({ operationId = '' }) => operationId);
}

export async function caught(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
