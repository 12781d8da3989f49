import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { credentialsOf, emptyFolder, narrowTenant, oeExtractIn } from './support.ts';

interface End {
  readonly table: string;
  readonly columns: readonly string[];
}

interface Relation {
  readonly dimension: End;
  readonly fact: End;
  readonly kind: string;
  readonly rows: number;
  readonly orphans: number;
  readonly withoutKey: number;
  readonly missing?: string;
}

async function check(folder: string, argv: readonly string[] = []): Promise<{ code: number; relations: Relation[] }> {
  const { code, stdout } = await oeExtractIn(folder, ['model', '--check', '--json', ...argv], {});
  return { code, ...(JSON.parse(stdout) as { relations: Relation[] }) };
}

test('counts orphans of every relation, those of payload tables included; a run of a deleted value stream is one', async () => {
  const engine = await narrowTenant();
  const folder = await emptyFolder();
  const runs = engine.truth.processContexts();
  const known = new Set(engine.data.digitalProcesses.map(({ id }) => id));
  const before = runs.filter(({ context }) => !known.has(context.executionTemplateID)).length;
  engine.data.digitalProcesses.shift();
  const left = new Set(engine.data.digitalProcesses.map(({ id }) => id));
  const orphans = runs.filter(({ context }) => !left.has(context.executionTemplateID)).length;
  expect(orphans).toBeGreaterThan(before);
  await oeExtractIn(folder, ['run'], credentialsOf(engine));
  const { code, relations } = await check(folder);
  expect(code).toBe(7);
  expect(relations.find(({ fact }) => fact.columns[0] === 'context$executionTemplateID')).toEqual({
    dimension: { table: 'digital_process', columns: ['id'] },
    fact: { table: 'process_context', columns: ['context$executionTemplateID'] },
    kind: 'mandatory',
    rows: runs.length,
    orphans,
    withoutKey: 0,
  });
  const lines = relations.find(({ fact }) => fact.table === 'process_context$context$order.created$lines');
  expect(lines).toMatchObject({
    dimension: { table: 'process_context', columns: ['context$processid'] },
    kind: 'recommended',
    orphans: 0,
  });
  expect(lines?.rows).toBeGreaterThan(0);
});

test('exit code 0 when every mandatory relation holds', async () => {
  const engine = await narrowTenant();
  const folder = await emptyFolder();
  const known = new Set(engine.data.digitalProcesses.map(({ id }) => id));
  engine.data.processContexts = engine.data.processContexts.filter(({ context }) =>
    known.has(context.executionTemplateID),
  );
  await oeExtractIn(folder, ['run'], credentialsOf(engine));
  const { code, relations } = await check(folder);
  expect(relations.filter(({ kind, orphans }) => kind === 'mandatory' && orphans > 0)).toEqual([]);
  expect(code).toBe(0);
});

test('a table that is not there is named', async () => {
  const engine = await narrowTenant();
  const folder = await emptyFolder();
  await oeExtractIn(folder, ['run', '--names', 'older'], credentialsOf(engine));
  const { code, relations } = await check(folder);
  expect(code).toBe(7);
  expect(relations[0]?.missing).toBe('process_context');
  const older = await check(folder, ['--names', 'older']);
  expect(older.relations.every(({ missing }) => missing === undefined)).toBe(true);
});

test('a destination that is not there is not made', async () => {
  const folder = await emptyFolder();
  const { code, stderr } = await oeExtractIn(folder, ['model', '--check'], {});
  expect([code, stderr]).toEqual([
    2,
    'oe-extract: --to: nothing is at duckdb:oe.duckdb. Name the file or folder that a run wrote to.\n',
  ]);
  expect(await readdir(folder)).toEqual([]);
});

test('model prints tables, relations and script under the names asked for', async () => {
  const folder = await emptyFolder();
  const { code, stdout } = await oeExtractIn(folder, ['model', '--names', 'older', '--format', 'mermaid'], {});
  expect(code).toBe(0);
  expect(stdout).toMatch(/^erDiagram/);
  expect(stdout).toContain('execution_context_event');
  expect(stdout).not.toContain('process_context ');
  for (const dialect of ['celonis', 'duckdb', 'spark', 'spark-delta', 'spark-iceberg']) {
    const script = await oeExtractIn(folder, ['model', '--names', 'older', '--sql', dialect], {});
    expect(script.code).toBe(0);
    expect(script.stdout).toContain('execution_context_event');
    expect(script.stdout.includes('MERGE INTO')).toBe(dialect !== 'spark');
  }
  // In Celonis rows have no place in their array.
  const { stdout: celonis } = await oeExtractIn(folder, ['model', '--sql', 'celonis'], {});
  expect(celonis).toContain('CAST(NULL AS BIGINT) AS "_position"');
});
