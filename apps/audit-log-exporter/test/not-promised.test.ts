/** What docs/delivery.md says it does not promise, and what holds instead. */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { celonisAuditIn, emptyFolder, keyOf, smallTeam } from './support.ts';

test('standard output keeps no state: every run writes everything that it reads', async () => {
  const team = await smallTeam();
  const folder = await emptyFolder();
  const argv = ['export', '--to', 'ndjson:-', '--feeds', 'audit'];
  const runs = [];
  for (const _ of [1, 2]) runs.push((await celonisAuditIn(folder, argv, keyOf(team))).stdout.trimEnd().split('\n'));
  const rowsOf = (lines: readonly string[] = []) => lines.filter((line) => /"table":"audit_log"/.test(line)).toSorted();
  expect(rowsOf(runs[0])).toHaveLength(900);
  expect(rowsOf(runs[1])).toEqual(rowsOf(runs[0]));
  expect(await readdir(folder)).toEqual([]);
});

test('tables that transformations make are named by verify; what changes in them is found in a folder, not in a DuckDB file', async () => {
  const team = await smallTeam();
  const folder = await emptyFolder();
  const names = /^made by transformations, and not covered by receipts: .*\baudit_activity\b.*\blogin_activity\b/m;
  for (const to of ['duckdb:audit.duckdb', 'parquet:audit']) {
    await celonisAuditIn(folder, ['export', '--to', to], keyOf(team));
    const { code, stdout } = await celonisAuditIn(folder, ['verify', '--to', to], {});
    expect([code, stdout]).toEqual([0, expect.stringMatching(names)]);
  }

  const database = await DuckDBInstance.create(join(folder, 'audit.duckdb'));
  const connection = await database.connect();
  await connection.run('DELETE FROM audit_activity');
  connection.closeSync();
  database.closeSync();
  expect((await celonisAuditIn(folder, ['verify', '--to', 'duckdb:audit.duckdb'], {})).code).toBe(0);

  const [part = ''] = await readdir(join(folder, 'audit', 'audit_activity'));
  const path = join(folder, 'audit', 'audit_activity', part);
  const bytes = await readFile(path);
  bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
  await writeFile(path, bytes);
  const { code, stdout } = await celonisAuditIn(folder, ['verify', '--to', 'parquet:audit'], {});
  expect([code, stdout]).toEqual([6, expect.stringMatching(/^changed: .*audit_activity/)]);
});
