import {
  celonis,
  celonisAuditLog,
  duckdb,
  type Model,
  oeActivityLog,
  oeEventLog,
  renderTransformations,
} from '@millrace/model';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { quoted } from '../../src/pool/sql-text.ts';
import { translate } from '../../src/pool/vertica.ts';

const types: Readonly<Record<string, string>> = {
  BOOLEAN: 'BOOLEAN',
  INTEGER: 'BIGINT',
  FLOAT: 'DOUBLE',
  DATE: 'DATE',
  DATETIME: 'TIMESTAMP',
  STRING: 'VARCHAR',
  JSON: 'VARCHAR',
};

const values: Readonly<Record<string, (n: number) => string>> = {
  BOOLEAN: (n) => (n % 2 === 0 ? 'TRUE' : 'FALSE'),
  INTEGER: (n) => String(n % 5),
  FLOAT: (n) => `${n % 5}.5`,
  DATE: (n) => `DATE '2026-01-${String((n % 28) + 1).padStart(2, '0')}'`,
  DATETIME: (n) => `TIMESTAMP '2026-01-01 00:00:00' + INTERVAL (${n * n * 37}) SECOND`,
  STRING: (n) => `'00000000-0000-4000-8000-00000000000${n % 4} (u${n % 4}@example.com)'`,
  JSON: (n) => `'{"n":${n}}'`,
};

/** Extracted tables of a model with twelve rows each; every fifth value of a column that is no key is NULL. */
function source(model: Model): string[] {
  const made = new Set(model.transformations.map(({ output }) => output));
  return model.tables
    .filter(({ name }) => !made.has(name))
    .flatMap((table) => {
      const columns = table.columns.map(({ name, type }) => `${quoted(name)} ${types[type] ?? 'VARCHAR'}`);
      const rows = Array.from({ length: 12 }, (_, row) =>
        table.columns
          .map(({ name, type }, at) => {
            if (table.primaryKey.includes(name)) return type === 'STRING' ? `'k${row}'` : String(row);
            return (row + at) % 5 === 4 ? 'NULL' : (values[type]?.(row + at) ?? 'NULL');
          })
          .join(', '),
      );
      return [
        `CREATE TABLE ${quoted(table.name)} (${columns.join(', ')})`,
        `INSERT INTO ${quoted(table.name)} VALUES ${rows.map((row) => `(${row})`).join(', ')}`,
      ];
    });
}

test.each(
  [celonisAuditLog, oeActivityLog, oeEventLog].flatMap((model) => [
    [model.name, 'full', model] as const,
    [model.name, 'delta', model] as const,
  ]),
)('%s, %s: what the pool makes of its Celonis SQL equals what DuckDB makes of its own', async (_name, mode, model) => {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run("SET TimeZone = 'UTC'");
    for (const schema of ['own', 'pool']) {
      await connection.run(`CREATE SCHEMA ${schema}`);
      await connection.run(`SET schema = '${schema}'`);
      for (const statement of source(model)) await connection.run(statement);
      const dialect = schema === 'own' ? duckdb : celonis;
      for (let run = 0; run < 2; run += 1) {
        const script = renderTransformations(model, { dialect, mode }).flatMap(({ statements }) => statements);
        const runnable =
          schema === 'own'
            ? script
            : translate(script.join(';\n'), { now: '2026-06-01T12:00:00.000Z' }).map(({ sql }) => sql);
        for (const statement of runnable) await connection.run(statement);
      }
    }
    for (const { output } of model.transformations) {
      const rows = async (schema: string): Promise<unknown[]> =>
        (await connection.runAndReadAll(`SELECT * FROM ${schema}.${quoted(output)} ORDER BY ALL`)).getRowObjectsJS();
      const own = await rows('own');
      expect(own.length).toBeGreaterThan(0);
      expect(await rows('pool')).toEqual(own);
    }
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
});
