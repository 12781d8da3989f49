import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { celonisAuditIn, emptyFolder, keyOf, query, smallTeam } from './support.ts';

const digits = z.string().regex(/^\d+$/);
const attributes = z.array(
  z.strictObject({
    key: z.string(),
    value: z.union([z.strictObject({ stringValue: z.string() }), z.strictObject({ intValue: digits })]),
  }),
);

/**
 * The fields of `ExportLogsServiceRequest` that we write, in the JSON form of the protocol: lowerCamelCase, 64-bit numbers as text.
 * https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/logs/v1/logs.proto
 */
const otlp = z.strictObject({
  resourceLogs: z.array(
    z.strictObject({
      resource: z.strictObject({ attributes }),
      scopeLogs: z.array(
        z.strictObject({
          scope: z.strictObject({ name: z.string() }),
          logRecords: z.array(
            z.strictObject({
              timeUnixNano: digits,
              observedTimeUnixNano: digits,
              severityNumber: z.int().min(1).max(24),
              severityText: z.string(),
              eventName: z.string(),
              body: z.strictObject({ stringValue: z.string() }),
              attributes,
            }),
          ),
        }),
      ),
    }),
  ),
});

test('each line is a log request of OpenTelemetry, and there is one for each receipt', async () => {
  const team = await smallTeam();
  const folder = await emptyFolder();
  await celonisAuditIn(folder, ['export', '--log-windows', 'windows.ndjson'], keyOf(team));
  const lines = (await readFile(join(folder, 'windows.ndjson'), 'utf8')).trimEnd().split('\n');
  for (const line of lines) expect(otlp.safeParse(JSON.parse(line)).error).toBeUndefined();
  const receipts = await query(folder, 'duckdb:celonis-audit.duckdb', 'SELECT count(*) FROM millrace.receipts');
  expect(receipts).toEqual([[String(lines.length)]]);
});

test.skipIf(!existsSync('/dev/full'))(
  'a log that cannot be written is told, exit code 1, and the data is whole',
  async () => {
    const team = await smallTeam();
    const folder = await emptyFolder();
    const argv = ['export', '--feeds', 'audit', '--log-windows', '/dev/full'];
    const { code, stderr } = await celonisAuditIn(folder, argv, keyOf(team));
    expect([code, stderr]).toEqual([1, expect.stringMatching(/\/dev\/full cannot be written\.\n.*the disk is full/)]);
    expect(await query(folder, 'duckdb:celonis-audit.duckdb', 'SELECT count(*) FROM audit_log')).toEqual([['900']]);
  },
);
