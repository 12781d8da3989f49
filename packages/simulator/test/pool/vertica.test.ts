import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { javaPattern } from '../../src/pool/date-pattern.ts';
import { translate } from '../../src/pool/vertica.ts';

const context = { now: '2026-06-01T12:00:00.000Z' };
let instance: DuckDBInstance;

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
});
afterAll(() => instance.closeSync());

/** Runs a script; gives the rows of its last statement. */
async function run(script: string): Promise<unknown[]> {
  const connection = await instance.connect();
  try {
    await connection.run('DROP SCHEMA IF EXISTS s CASCADE');
    await connection.run('CREATE SCHEMA s');
    await connection.run("SET schema = 's'");
    let rows: unknown[] = [];
    for (const { sql } of translate(script, context)) {
      rows = (await connection.runAndReadAll(sql)).getRowObjectsJS();
    }
    return rows;
  } finally {
    connection.closeSync();
  }
}

describe('expressions', () => {
  test.each<[string, unknown]>([
    ["TIMESTAMPDIFF(MILLISECOND, '1970-01-01 00:00:00', TIMESTAMP '2020-01-01 00:00:01.5')", 1_577_836_801_500n],
    ["TIMESTAMPADD(hh, 2, TIMESTAMP '2020-01-01')", new Date('2020-01-01T02:00:00Z')],
    ["DATEDIFF('day', DATE '2020-01-01', DATE '2020-01-03')", 2n],
    ['TO_CHAR(12)', '12'],
    ["TO_CHAR(TIMESTAMP '2020-01-02 03:04:05', 'YYYY-MM-DD HH24:MI:SS')", '2020-01-02 03:04:05'],
    ['NOW()', new Date('2026-06-01T12:00:00Z')],
    ["CAST('äöü' AS VARCHAR(3))", 'ä'],
    ["CAST('abc' AS VARCHAR(80))", 'abc'],
    ['CAST(CAST(NULL AS VARCHAR(5)) AS VARCHAR(3))', null],
    ["REGEXP_SUBSTR('a (b@c)', '[(]([^()]*@[^()]*)[)]', 1, 1, '', 1)", 'b@c'],
    ["REGEXP_SUBSTR('a', 'b')", null],
    ["CASE WHEN NULL <=> NULL THEN 'same' END", 'same'],
    ["NVL(NULL, 'x') || ' . :: ' || 'a$b'", 'x . :: a$b'],
    ['1::FLOAT', 1],
    ["CAST('2022-01-02' AS DATE) + CAST('23:59:59' AS TIME)", new Date('2022-01-02T23:59:59Z')],
  ])('%s', async (expression, want) => {
    const [row] = await run(`SELECT ${expression} AS v`);
    expect((row as { v: unknown }).v).toEqual(want);
  });
});

test('a result column that is a bare NOW() is called NOW', async () => {
  expect(await run('CREATE TABLE t AS SELECT NOW(); SELECT "NOW" FROM t')).toHaveLength(1);
});

test('names with $ need no quotes, comments and semicolons in strings do no harm', async () => {
  const script = `CREATE TABLE t AS SELECT 1 AS "a$b"; -- a comment; it's one
    SELECT t.a$b, ';' AS "semi;colon" /* ; */ FROM t;;`;
  expect(await run(script)).toEqual([{ a$b: 1, 'semi;colon': ';' }]);
});

test('a declared length is kept: what is longer in octets is refused; without a length it is 80', async () => {
  await expect(run("CREATE TABLE t (a VARCHAR(3)); INSERT INTO t VALUES ('äö')")).rejects.toThrow('strlen');
  await expect(run(`CREATE TABLE t (a VARCHAR); INSERT INTO t VALUES ('${'x'.repeat(81)}')`)).rejects.toThrow('80');
  expect(await run(`CREATE TABLE t (a LONG VARCHAR(100000)); INSERT INTO t VALUES ('${'x'.repeat(70_000)}')`)).toEqual([
    { Count: 1n },
  ]);
});

test('keys are declared, and enforced no further than that they are there', async () => {
  const script =
    'CREATE TABLE t (a INT PRIMARY KEY, b INT, CONSTRAINT k UNIQUE (b)); INSERT INTO t VALUES (1, 1), (1, 1)';
  expect(await run(`${script}; SELECT count(*) AS n FROM t`)).toEqual([{ n: 2n }]);
  await expect(run('CREATE TABLE t (a INT PRIMARY KEY); INSERT INTO t VALUES (NULL)')).rejects.toThrow('NOT NULL');
});

test('lengths are told, of columns and of casts', () => {
  const script = `CREATE TABLE s.t ("A" VARCHAR (20), b INT, c VARCHAR);
    CREATE TABLE u AS SELECT CAST(x.y AS VARCHAR(256)) AS "n", CAST(x.z AS INT) AS z FROM x`;
  expect(
    translate(script, context).map(({ lengths, schema }) => [
      schema,
      ...lengths.map((each) => [each.table, each.column, each.octets]),
    ]),
  ).toEqual([
    ['s', ['t', 'A', 20], ['t', 'c', 80]],
    [undefined, ['u', 'n', 256]],
  ]);
});

test('NULLS LAST orders a window', async () => {
  expect(
    await run(
      'SELECT a, ROW_NUMBER() OVER (ORDER BY a ASC NULLS LAST) AS n FROM (SELECT 2 AS a UNION ALL SELECT NULL) AS t ORDER BY n',
    ),
  ).toEqual([
    { a: 2, n: 1n },
    { a: null, n: 2n },
  ]);
});

test('MERGE updates and inserts', async () => {
  const script = `CREATE TABLE t (id INT, v VARCHAR(10)); INSERT INTO t VALUES (1, 'a');
    CREATE TABLE n (id INT, v VARCHAR(10)); INSERT INTO n VALUES (1, 'b'), (2, 'c');
    MERGE INTO t USING n ON n.id = t.id WHEN MATCHED THEN UPDATE SET v = n.v
      WHEN NOT MATCHED THEN INSERT (id, v) VALUES (n.id, n.v);
    SELECT * FROM t ORDER BY id`;
  expect(await run(script)).toEqual([
    { id: 1n, v: 'b' },
    { id: 2n, v: 'c' },
  ]);
});

test.each([
  ['CREATE OR REPLACE TABLE t AS SELECT 1', 'Syntax error'],
  ['SELECT epoch_ms(NOW())', 'epoch_ms does not exist'],
  ['SELECT a IS DISTINCT FROM b FROM t', '<=>'],
  ['MERGE INTO t USING n ON t.a = n.a WHEN NOT MATCHED BY SOURCE THEN DELETE', 'NOT MATCHED BY SOURCE'],
  ["COPY t TO 'file'", 'Syntax error'],
  ["SELECT * FROM read_parquet('x')", 'read_parquet does not exist'],
  ['SELECT TRY_CAST(a AS INT) FROM t', 'TRY_CAST does not exist'],
  ['SELECT CAST(a AS STRUCT(b INT)) FROM t', 'Type "STRUCT" does not exist'],
  ['CREATE TABLE t (a VARCHAR(65001))', 'from 1 to 65000'],
  ['SELECT a FROM t ORDER BY a NULLS FIRST', 'NULLS FIRST and LAST in windows only'],
  ['SELECT count(*) FILTER (WHERE a) FROM t', 'FILTER'],
  ['SELECT DISTINCT ON (a) a, b FROM t', 'DISTINCT ON'],
  ['INSERT OR REPLACE INTO t VALUES (1)', 'INSERT OR'],
  ["SELECT 'open", 'unterminated string'],
  ['SELECT (1', 'bracket'],
])('%s is refused', (sql, words) => {
  expect(() => translate(sql, context)).toThrow(words);
});

test.each([
  ['yyyy-MM-dd', '%Y-%m-%d'],
  ["yyyy-MM-dd'T'HH:mm:ss.SSSXXX", '%Y-%m-%dT%H:%M:%S.%g%z'],
  ["yyyy-MM-dd'T'HH:mm:ssZZ", '%Y-%m-%dT%H:%M:%S%z'],
  ["d.M.yy h''mm", "%-d.%-m.%y %-I'%M"],
])('the date pattern %s is %s', (java, want) => {
  expect(javaPattern(java)).toBe(want);
});
