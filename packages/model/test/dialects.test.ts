import type { ColumnType } from '@millrace/flatten';
import {
  celonis,
  celonisAuditLog,
  celonisScript,
  declaredTables,
  DialectError,
  duckdb,
  oeActivityLog,
  oeEventLog,
  renderTransformations,
  spark,
  sparkDialect,
  type Dialect,
  type Model,
  type RenderOptions,
  type TransformationMode,
} from '@millrace/model';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase, type Database, type Row } from './database.ts';

const models = [oeActivityLog, oeEventLog, celonisAuditLog];
const modes: readonly TransformationMode[] = ['full', 'delta'];
const delta = sparkDialect({ tables: 'delta' });
const iceberg = sparkDialect({ tables: 'iceberg' });

const statementsOf = (model: Model, options: RenderOptions): readonly string[] =>
  renderTransformations(model, options).flatMap(({ statements }) => statements);
const scriptOf = (options: RenderOptions): string =>
  models.map((model) => `-- ${model.name}\n${celonisScript(statementsOf(model, options))}`).join('\n');

test.each([
  ['duckdb-full', duckdb, 'full'],
  ['duckdb-delta', duckdb, 'delta'],
  ['celonis-full', celonis, 'full'],
  ['celonis-delta', celonis, 'delta'],
  ['spark-full', spark, 'full'],
  ['spark-delta', delta, 'delta'],
] as const)('renders every transformation as in golden/%s.sql', async (name, dialect, mode) => {
  await expect(scriptOf({ dialect, mode })).toMatchFileSnapshot(`golden/${name}.sql`);
});

/** Words outside quotes and comments, in capitals. */
function wordsOf(dialect: Dialect, statement: string): ReadonlySet<string> {
  const quoted = dialect.name === 'spark' ? /'(?:[^'\\]|\\.)*'|`(?:[^`]|``)*`/g : /'(?:[^']|'')*'|"(?:[^"]|"")*"/g;
  return new Set(
    statement
      .replaceAll(quoted, ' ')
      .toUpperCase()
      .match(/[A-Z_]+/g),
  );
}

const shared =
  'SELECT FROM WHERE AND OR NOT AS ON JOIN LEFT GROUP BY ORDER PARTITION OVER ROWS BETWEEN UNBOUNDED PRECEDING CURRENT ROW CASE WHEN THEN ELSE END IS NULL NULLS LAST ASC FALSE ' +
  'CAST COALESCE NULLIF LOWER UPPER MIN MAX SUM COUNT DISTINCT UNION ALL DESC LAG ROW_NUMBER CREATE TABLE DROP IF EXISTS MERGE INTO USING MATCHED UPDATE SET INSERT VALUES BOOLEAN BIGINT DATE TIMESTAMP';
const known: Readonly<Record<string, ReadonlySet<string>>> = {
  celonis: new Set(
    `${shared} DELETE VARCHAR FLOAT TIMESTAMPTZ AT TIME ZONE TIMESTAMPDIFF MILLISECOND REGEXP_SUBSTR`.split(' '),
  ),
  spark: new Set(
    `${shared} DELETE REPLACE SOURCE TARGET STRING DOUBLE PARQUET DELTA ICEBERG UNIX_MILLIS REGEXP_EXTRACT TRY_CAST`.split(
      ' ',
    ),
  ),
};

/** Every column of every input is of another type than declared, so that each is converted; some tables are missing. */
function oddTables(model: Model): ReturnType<typeof declaredTables> {
  const [first, ...others] = model.feeds.flatMap(({ table }) => declaredTables(model, table));
  if (!first) return [];
  const other = (type: ColumnType): ColumnType => (type === 'STRING' ? 'INTEGER' : 'STRING');
  return others.map((table) => ({
    ...table,
    columns: table.columns.map((column) => ({ ...column, type: other(column.type) })),
  }));
}

test.each(
  models.flatMap((model) =>
    [celonis, delta, iceberg].flatMap((dialect) => modes.map((mode) => ({ model, dialect, mode }))),
  ),
)('uses only words that $dialect.name has for $model.name, $mode', ({ model, dialect, mode }) => {
  for (const tables of [undefined, [], oddTables(model)]) {
    for (const statement of statementsOf(model, { dialect, mode, ...(tables && { tables }) })) {
      const strangers = [...wordsOf(dialect, statement)].filter((word) => !known[dialect.name]?.has(word));
      expect(strangers, statement).toEqual([]);
      expect(statement.trimEnd()).not.toMatch(/;$/);
    }
  }
});

test('never writes for Celonis what Vertica lacks', () => {
  const script = modes.map((mode) => scriptOf({ dialect: celonis, mode })).join('\n');
  expect(script).not.toMatch(/CREATE OR REPLACE TABLE|BY SOURCE|IS (NOT )?DISTINCT FROM|VARCHAR(?!\()|`/);
  expect(script).toContain(`TIMESTAMPDIFF(MILLISECOND, '1970-01-01 00:00:00', `);
  expect(script.match(/;$/gm)).toHaveLength(
    models.flatMap((model) => modes.flatMap((mode) => statementsOf(model, { dialect: celonis, mode }))).length,
  );
});

test('gives each type of column a type of the engine, with room for four octets a character in Celonis', () => {
  const types: readonly ColumnType[] = ['BOOLEAN', 'INTEGER', 'FLOAT', 'DATE', 'DATETIME', 'STRING', 'JSON'];
  expect(types.map((type) => celonis.type(type))).toEqual([
    'BOOLEAN',
    'BIGINT',
    'FLOAT',
    'DATE',
    'TIMESTAMP',
    'VARCHAR(65000)',
    'VARCHAR(65000)',
  ]);
  expect(celonis.type('STRING', 256)).toBe('VARCHAR(1024)');
  expect(celonis.type('STRING', 20_000)).toBe('VARCHAR(65000)');
  expect(types.map((type) => spark.type(type, 10))).toEqual([
    'BOOLEAN',
    'BIGINT',
    'DOUBLE',
    'DATE',
    'TIMESTAMP',
    'STRING',
    'STRING',
  ]);
});

test.each([
  [celonis, 'it"s', '"it""s"'],
  [spark, 'it`s "x"', '`it``s "x"`'],
] as const)('quotes names for $name', (dialect, name, want) => {
  expect(dialect.identifier(name)).toBe(want);
});

test.each([
  [celonis, "it's \\n", "'it''s \\n'"],
  [spark, "it's \\n", "'it\\'s \\\\n'"],
] as const)('quotes text for $name', (dialect, value, want) => {
  expect(dialect.text(value)).toBe(want);
});

test('writes an instant for Spark with its zone, so that the session’s does not count', () => {
  expect(spark.timestamp('2026-01-02T03:04:05.006+02:00')).toBe("TIMESTAMP '2026-01-02 01:04:05.006Z'");
  expect(celonis.timestamp('2026-01-02T03:04:05.006+02:00')).toBe("TIMESTAMP '2026-01-02 01:04:05.006'");
});

test('refuses a delta on plain Parquet and says what has it', () => {
  const render = (): unknown => renderTransformations(oeActivityLog, { dialect: spark, mode: 'delta' });
  expect(render).toThrow(DialectError);
  expect(render).toThrow("sparkDialect({ tables: 'delta' })");
});

/** The script for Celonis in DuckDB's words, for what the two write differently. */
function forDuckdb(statement: string): string {
  return statement
    .replaceAll(
      "TIMESTAMPDIFF(MILLISECOND, '1970-01-01 00:00:00', ",
      "date_diff('millisecond', TIMESTAMP '1970-01-01', ",
    )
    .replaceAll(/NOT \((\S+) <=> (\S+)\)/g, '$1 IS DISTINCT FROM $2');
}

let database: Database;
beforeEach(async () => {
  database = await openDatabase();
  await database.run('CREATE MACRO REGEXP_SUBSTR(s, p, i, n, m, g) AS regexp_extract(s, p, g)');
});
afterEach(() => database.close());

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 2, 3, minute, 4, 5)).toISOString();
const event = (run: string, position: number, id: string | null, key: string, minute: number): Row => ({
  process_context$context$processid: run,
  _position: position,
  id,
  eventType: key,
  occurredAt: at(minute),
  readAt: minute % 2 ? at(minute + 1) : null,
});
const record = (key: string, userId: string, minute: number, message: Row = {}): Row => ({
  _key: key,
  userId,
  event: 'GROUP_CREATED',
  timestamp: at(minute),
  ...Object.fromEntries(Object.entries(message).map(([name, value]) => [`message$${name}`, value])),
});
const who = '5f0c9b3e-0000-4000-8000-000000000001 (a@example.com)';
const login = (key: string, email: string, minute: number, success: boolean): Row => ({
  _key: key,
  email,
  success,
  authenticationEventType: 'LOGIN',
  timestamp: at(minute),
});

/** Two states of a tenant: rows come, change and vanish. */
const states: readonly [Model, readonly Readonly<Record<string, readonly Row[]>>[]][] = [
  [
    oeActivityLog,
    [
      {
        digital_process: [{ id: 'P1', name: 'Orders' }],
        event_type: [{ id: 'E1', key: 'a', name: 'A' }],
        process_context: ['C1', 'C2'].map((id) => ({ context$processid: id, context$executionTemplateID: 'P1' })),
        process_context_event: [event('C1', 0, 'X', 'a', 1), event('C1', 1, null, 'b', 2), event('C2', 0, 'X', 'a', 3)],
      },
      {
        digital_process: [{ id: 'P1', name: 'Sales' }],
        event_type: [],
        process_context: ['C2', 'C3'].map((id) => ({ context$processid: id, context$executionTemplateID: 'P1' })),
        process_context_event: [event('C2', 0, 'X', 'a', 3), event('C2', 1, 'X', 'a', 4), event('C3', 0, '', 'c', 5)],
      },
    ],
  ],
  [
    oeEventLog,
    [
      {
        execution_templates: [{ id: 'P1', name: 'Orders' }],
        execution_context: [
          { context$processid: 'C1', context$executionTemplateID: 'P1', status: 'running', metadata$createdAt: at(1) },
          { context$processid: 'C2', context$executionTemplateID: 'P9', status: 'running', metadata$createdAt: null },
        ],
      },
      {
        execution_templates: [{ id: 'P1', name: 'Orders' }],
        execution_context: [{ context$processid: 'C1', context$executionTemplateID: 'P1', status: 'finished' }],
      },
    ],
  ],
  [
    celonisAuditLog,
    [
      {
        audit_log: [
          record('K1', who, 1, { id: 'G', name: 'Group' }),
          record('K2', who, 50, { subject_description: 'A (a@example.com)', object_id: 'P', status: 'FAILED' }),
          record('K3', 'job (SYSTEM)', 2, { dataPoolId: 'P', dataPoolName: 'Pool' }),
        ],
        login_history: [login('L1', 'A@example.com', 1, false), login('L2', 'a@example.com', 2, true)],
        members: [{ userId: 'U1', nameAndEmail: 'A (a@example.com)' }],
      },
      {
        audit_log: [
          record('K0', who, 25, { id: 'G' }),
          record('K1', who, 1),
          record('K2', who, 50, { object_id: 'P' }),
        ],
        login_history: [login('L2', 'a@example.com', 2, true)],
        members: [],
      },
    ],
  ],
];

test.each(states)(
  'gives in Celonis’ form what DuckDB’s gives, in full and by delta, for $name',
  async (model, rounds) => {
    const run = async (dialect: Dialect, mode: TransformationMode): Promise<unknown> => {
      for (const statement of statementsOf(model, { dialect, mode })) await database.run(forDuckdb(statement));
      const found: unknown[] = [];
      for (const { output } of model.transformations)
        found.push(await database.query(`SELECT * FROM ${output} ORDER BY ALL`));
      return found;
    };
    for (const round of rounds) {
      const made = new Set(model.transformations.map(({ output }) => output));
      for (const { name } of model.tables) if (!made.has(name)) await database.fill(model, name, round[name] ?? []);
      const byDelta = await run(celonis, 'delta');
      expect(byDelta).toEqual(await run(duckdb, 'full'));
      for (const { output } of model.transformations) await database.run(`DROP TABLE ${output}`);
      expect(await run(celonis, 'full')).toEqual(byDelta);
    }
  },
);
