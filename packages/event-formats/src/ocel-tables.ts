/** The tables of an OCEL log, made beside a destination's tables. The queries keep the rules of the format. */
import { duckdb } from '@millrace/model';
import type { Attribute } from './attribute.ts';
import { attributeType } from './attribute-column.ts';
import { EventFormatError } from './errors.ts';
import type { EventSource } from './event-source.ts';
import type { LogDatabase } from './log-database.ts';
import type { LogPlan, ObjectPlan } from './object-plan.ts';

const { identifier, text } = duckdb;

/** A type of objects, with what its table really has. */
export interface ObjectTable {
  readonly index: number;
  readonly plan: ObjectPlan;
  readonly from: string;
  readonly columns: ReadonlyMap<string, string>;
  readonly attributes: readonly Attribute[];
}

/** Makes them, and says which objects the database really has. */
export async function makeOcelTables(
  database: LogDatabase,
  plan: LogPlan,
  source: EventSource,
): Promise<{ readonly tables: readonly ObjectTable[]; readonly objectsLeftOut: number }> {
  const tables = await objectTables(database, plan, source);
  await makeEvents(database, plan, source);
  await makeObjects(database, tables);
  await makeEventRelations(database, plan, tables, source);
  await makeObjectRelations(database, tables);
  return { tables, objectsLeftOut: await keepInvolved(database) };
}

async function objectTables(
  database: LogDatabase,
  plan: LogPlan,
  source: EventSource,
): Promise<readonly ObjectTable[]> {
  const tables: ObjectTable[] = [];
  for (const object of plan.objects) {
    const isCase = object.name === plan.caseType && object.key === source.activity.caseId;
    const name = isCase ? source.activity.table : object.name;
    const columns = await database.columns(name);
    if (!columns?.has(object.key) || (object.parent && !columns.has(object.parent.column))) continue;
    const attributes = object.attributes.flatMap((attribute) => {
      const type = columns.get(attribute);
      return type === undefined ? [] : [{ name: attribute, type: attributeType(type) }];
    });
    tables.push({ index: tables.length, plan: object, from: database.from(name), columns, attributes });
  }
  return tables;
}

/** `ocel_event`: `n` in order of time, `id`, `type`, `time`; the columns that say what it is about as `r0`, `r1`, …; its attributes as `a0`, `a1`, … */
async function makeEvents(database: LogDatabase, plan: LogPlan, source: EventSource): Promise<void> {
  const { activity, primaryKey, caseId, name, time, attributes, order } = source;
  const escaped = `replace(replace(${caseId}, '%', '%25'), '/', '%2F')`;
  const others = primaryKey.filter((key) => key !== activity.caseId).map((key) => `'/' || ${keyOf(key)}`);
  const items = [
    `row_number() OVER (ORDER BY ${order}) AS n`,
    `${[text(`${activity.table}:`), escaped, ...others].join(' || ')} AS id`,
    `${name} AS type`,
    `${time} AS time`,
    ...referring(plan, source).map((column, index) => `${keyOf(column)} AS r${index}`),
    ...attributes.map(({ expression }, index) => `${expression} AS a${index}`),
  ];
  await database.run(`CREATE TABLE ocel_event AS
    SELECT ${items.join(', ')} FROM ${source.from} WHERE ${time} IS NOT NULL AND ${caseId} IS NOT NULL`);
  await refuseTwice(database, 'ocel_event', activity.table);
}

/** The columns of the activity table that say what an event is about. */
function referring(plan: LogPlan, { activity }: EventSource): readonly string[] {
  const columns = [activity.caseId, ...plan.references.map((reference) => reference.column)];
  return [...new Set(plan.eventKey === undefined ? columns : [...columns, plan.eventKey])];
}

/** `ocel_object`: `type` (index), `key`, `id`. */
async function makeObjects(database: LogDatabase, tables: readonly ObjectTable[]): Promise<void> {
  await database.run('CREATE TABLE ocel_object (type INTEGER, key VARCHAR, id VARCHAR)');
  for (const { index, plan, from } of tables) {
    // A colon in the name of a type would let two types meet.
    const prefix = text(`${plan.name.replaceAll('%', '%25').replaceAll(':', '%3A')}:`);
    await database.run(`INSERT INTO ocel_object
      SELECT DISTINCT ${index}, ${keyOf(plan.key)}, ${prefix} || ${keyOf(plan.key)} FROM ${from} WHERE ${keyOf(plan.key)} <> ''`);
  }
}

/** `ocel_event_object`: `n` of the event, `type` and `key` of the object, `qualifier`. */
async function makeEventRelations(
  database: LogDatabase,
  plan: LogPlan,
  tables: readonly ObjectTable[],
  source: EventSource,
): Promise<void> {
  await database.run('CREATE TABLE ocel_event_object (n BIGINT, type INTEGER, key VARCHAR, qualifier VARCHAR)');
  const pending = plan.references.flatMap((reference) => {
    const target = tables.find((table) => table.plan.name === reference.type);
    if (!target) return [];
    const select = `SELECT n, r${referring(plan, source).indexOf(reference.column)} AS key FROM ocel_event`;
    return [{ target, select, qualifier: reference.column, passed: [target.index] }];
  });
  for (const { target, select, qualifier, passed } of pending) {
    await insertEventRelations(database, target.index, select, qualifier);
    for (const reference of target.plan.references) {
      const next = tables.find((table) => table.plan.name === reference.type);
      if (!next || passed.includes(next.index) || !target.columns.has(reference.column)) continue;
      pending.push({
        target: next,
        select: `SELECT before.n, ${keyOf(reference.column, 'referring')} AS key FROM (${select}) AS before
          JOIN ${target.from} AS referring ON ${keyOf(target.plan.key, 'referring')} = before.key`,
        qualifier: reference.column,
        passed: [...passed, next.index],
      });
    }
  }
  await makeChildRelations(database, plan, tables, source);
}

async function insertEventRelations(
  database: LogDatabase,
  type: number,
  select: string,
  qualifier: string,
): Promise<void> {
  await database.run(`INSERT INTO ocel_event_object
    SELECT DISTINCT related.n, ${type}, related.key, ${text(qualifier)} FROM (${select}) AS related
    JOIN ocel_object ON ocel_object.type = ${type} AND ocel_object.key = related.key`);
}

/** Child objects belong to the event that brought them, else to the last event about their parent. */
async function makeChildRelations(
  database: LogDatabase,
  plan: LogPlan,
  tables: readonly ObjectTable[],
  source: EventSource,
): Promise<void> {
  const children = tables.filter((table) => table.plan.parent);
  if (children.length === 0) return;
  const parents = tables.filter(({ plan: { name } }) => children.some((child) => child.plan.parent?.type === name));
  const eventKey = plan.eventKey === undefined ? "''" : `event.r${referring(plan, source).indexOf(plan.eventKey)}`;
  await database.run(`CREATE TABLE ocel_last_by_event_key AS
    SELECT type, key, ${eventKey} AS event_key, max(n) AS n FROM (FROM ocel_event_object WHERE type IN (${parents.map(({ index }) => index).join(', ')}))
    JOIN (SELECT * EXCLUDE (type) FROM ocel_event) AS event USING (n) GROUP BY ALL`);
  await database.run(
    'CREATE TABLE ocel_last AS SELECT type, key, max(n) AS n FROM ocel_last_by_event_key GROUP BY type, key',
  );
  for (const child of children) {
    const { parent, key } = child.plan;
    const parentIndex = parents.find(({ plan: { name } }) => name === parent?.type)?.index;
    if (!parent || parentIndex === undefined) continue;
    const payloadOf = parent.type === plan.caseType ? text(parent.eventKey ?? '') : 'NULL';
    const select = `SELECT COALESCE(brought.n, latest.n) AS n, element.key FROM (
        SELECT DISTINCT ${keyOf(parent.column)} AS parent, ${keyOf(key)} AS key FROM ${child.from}) AS element
      JOIN ocel_last AS latest ON latest.type = ${parentIndex} AND latest.key = element.parent
      LEFT JOIN ocel_last_by_event_key AS brought
        ON brought.type = ${parentIndex} AND brought.key = element.parent AND brought.event_key = ${payloadOf}`;
    await insertEventRelations(database, child.index, select, parent.path);
  }
}

/** `ocel_object_object`: types and keys of two objects, `qualifier`. */
async function makeObjectRelations(database: LogDatabase, tables: readonly ObjectTable[]): Promise<void> {
  await database.run(
    'CREATE TABLE ocel_object_object (type INTEGER, key VARCHAR, target_type INTEGER, target_key VARCHAR, qualifier VARCHAR)',
  );
  const insert = (from: ObjectTable, to: ObjectTable, select: string, qualifier: string): Promise<void> =>
    database.run(`INSERT INTO ocel_object_object
      SELECT DISTINCT ${from.index}, source_key, ${to.index}, target_key, ${text(qualifier)} FROM (${select})
      WHERE source_key <> '' AND target_key <> ''`);
  for (const table of tables) {
    const { plan, from } = table;
    for (const reference of plan.references) {
      const target = tables.find((candidate) => candidate.plan.name === reference.type);
      if (!target || !table.columns.has(reference.column)) continue;
      const select = `SELECT ${keyOf(plan.key)} AS source_key, ${keyOf(reference.column)} AS target_key FROM ${from}`;
      await insert(table, target, select, reference.column);
    }
    const parent = tables.find((candidate) => candidate.plan.name === plan.parent?.type);
    if (!parent || !plan.parent) continue;
    const select = `SELECT ${keyOf(plan.parent.column)} AS source_key, ${keyOf(plan.key)} AS target_key FROM ${from}`;
    await insert(parent, table, select, plan.parent.path);
  }
}

/** Leaves the objects that an event is about, numbered in `o`, and the relations between them. Gives the number of the others. */
async function keepInvolved(database: LogDatabase): Promise<number> {
  await database.run(`CREATE TABLE ocel_kept AS
    SELECT row_number() OVER (ORDER BY type, key) AS o, type, key, id FROM ocel_object
    SEMI JOIN ocel_event_object USING (type, key)`);
  await refuseTwice(database, 'ocel_kept', 'objects');
  await database.run(`CREATE TABLE ocel_e2o AS SELECT DISTINCT related.n, kept.o, kept.id, related.qualifier
    FROM ocel_event_object AS related JOIN ocel_kept AS kept USING (type, key)`);
  await database.run(`CREATE TABLE ocel_o2o AS SELECT DISTINCT origin.o, target.o AS target, target.id, related.qualifier
    FROM ocel_object_object AS related JOIN ocel_kept AS origin USING (type, key)
    JOIN ocel_kept AS target ON target.type = related.target_type AND target.key = related.target_key`);
  const [left] = await firstColumn(
    database,
    'SELECT (SELECT count(*) FROM ocel_object) - (SELECT count(*) FROM ocel_kept)',
  );
  return Number(left);
}

async function refuseTwice(database: LogDatabase, table: string, what: string): Promise<void> {
  const [twice] = await firstColumn(database, `SELECT id FROM ${table} GROUP BY id HAVING count(*) > 1 LIMIT 1`);
  if (twice !== undefined)
    throw new EventFormatError(`The table ${what} has the key '${twice}' twice; build it again before converting it.`);
}

/** A key as text, whatever its type. */
export function keyOf(name: string, table?: string): string {
  return `CAST(${table === undefined ? '' : `${table}.`}${identifier(name)} AS VARCHAR)`;
}

/** The first column of a query's rows, as text. */
export async function firstColumn(database: LogDatabase, sql: string): Promise<string[]> {
  const found: string[] = [];
  for await (const [value] of database.rows(sql)) found.push(String(value));
  return found;
}
