import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import type { Attribute, AttributeType, AttributeValue } from './attribute.ts';
import { EventFormatError } from './errors.ts';
import {
  checkedType,
  typesByName,
  type OcelCounts,
  type OcelLog,
  type OcelObject,
  type OcelRelationship,
  type OcelType,
} from './ocel-log.ts';
import { replaceFile } from './text-output.ts';
import { ALWAYS } from './write-ocel-json.ts';

const sqlTypes: Readonly<Record<AttributeType, string>> = {
  string: 'TEXT',
  time: 'TIMESTAMP',
  integer: 'INTEGER',
  float: 'REAL',
  boolean: 'BOOLEAN',
};

/** SQLite's limit as Node compiles it, without the columns that OCEL adds. */
const MOST_ATTRIBUTES = 1_996;

/** Kinds of types: each has its own set of tables. */
type Kind = 'object' | 'event';

interface TypeTable {
  readonly type: OcelType;
  /** What stands behind `object_` or `event_` in the name of its table. */
  readonly suffix: string;
}

/**
 * Writes OCEL 2.0 as an SQLite database. https://www.ocel-standard.org/specification/formats/sqlite/
 * An existing file is replaced. Throws an `EventFormatError` when an ID comes twice, a relationship names no object, or something does
 * not fit its declared type; then nothing is left.
 */
export async function writeOcelSqlite(options: {
  readonly log: OcelLog;
  readonly output: string;
}): Promise<OcelCounts> {
  const { log, output } = options;
  typesByName(log.objectTypes, 'object type');
  typesByName(log.eventTypes, 'event type');
  const { DatabaseSync } = await import('node:sqlite');
  return replaceFile(output, async (partial) => {
    const database = new DatabaseSync(partial, { enableForeignKeyConstraints: false });
    try {
      // The file is thrown away when anything fails, so it needs no journal.
      database.exec(
        'PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; PRAGMA temp_store = FILE; BEGIN',
      );
      const tables = { object: typeTables(log.objectTypes), event: typeTables(log.eventTypes) };
      createTables(database, tables);
      const counts = await fill(database, log, tables);
      sortLinks(database);
      checkReferences(database);
      database.exec('COMMIT');
      return counts;
    } finally {
      database.close();
    }
  });
}

/** Names of tables for types: letters and digits, each once, and none that the format uses itself. */
function typeTables(types: readonly OcelType[]): ReadonlyMap<string, TypeTable> {
  const taken = new Set(['object', 'event', 'map_type']);
  return new Map(
    types.map((type) => {
      if (type.attributes.length > MOST_ATTRIBUTES)
        throw new EventFormatError(
          `The type '${type.name}' has ${type.attributes.length} attributes; an SQLite table holds ${MOST_ATTRIBUTES}. Write JSON instead.`,
        );
      const base = type.name.normalize('NFKD').replaceAll(/[^A-Za-z0-9]/g, '') || 'Type';
      let suffix = base;
      for (let number = 2; taken.has(suffix.toLowerCase()); number++) suffix = `${base}${number}`;
      taken.add(suffix.toLowerCase());
      return [type.name, { type, suffix }];
    }),
  );
}

const reserved = new Set(['ocel_id', 'ocel_time', 'ocel_changed_field']);

/** Names of columns for attributes: as they are, but for those that SQLite, which ignores case, or the format would confuse. */
function columnNames(attributes: readonly Attribute[]): readonly string[] {
  const taken = new Set(reserved);
  return attributes.map(({ name }) => {
    let column = name;
    for (let number = 2; taken.has(column.toLowerCase()); number++) column = `${name}_${number}`;
    taken.add(column.toLowerCase());
    return column;
  });
}

function createTables(database: DatabaseSync, tables: Readonly<Record<Kind, ReadonlyMap<string, TypeTable>>>): void {
  for (const kind of ['object', 'event'] as const) {
    database.exec(`CREATE TABLE ${kind}_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL)`);
    database.exec(
      `CREATE TABLE ${kind} (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL, FOREIGN KEY (ocel_type) REFERENCES ${kind}_map_type (ocel_type))`,
    );
    const insert = database.prepare(`INSERT INTO ${kind}_map_type VALUES (?, ?)`);
    for (const { type, suffix } of tables[kind].values()) {
      insert.run(type.name, suffix);
      const names = columnNames(type.attributes);
      const columns = [
        // An object may have a row a change; an event has one.
        kind === 'event' ? 'ocel_id TEXT PRIMARY KEY' : 'ocel_id TEXT',
        'ocel_time TIMESTAMP',
        ...(kind === 'object' ? ['ocel_changed_field TEXT'] : []),
        ...type.attributes.map((attribute, index) => `${quote(names[index] ?? '')} ${sqlTypes[attribute.type]}`),
        `FOREIGN KEY (ocel_id) REFERENCES ${kind} (ocel_id)`,
      ];
      database.exec(`CREATE TABLE ${quote(`${kind}_${suffix}`)} (${columns.join(', ')})`);
    }
  }
  const link = (name: string, from: string, fromTable: string, to: string): string =>
    `CREATE TABLE ${name} (${from} TEXT, ${to} TEXT, ocel_qualifier TEXT, PRIMARY KEY (${from}, ${to}, ocel_qualifier), ` +
    `FOREIGN KEY (${from}) REFERENCES ${fromTable} (ocel_id), FOREIGN KEY (${to}) REFERENCES object (ocel_id)) WITHOUT ROWID`;
  for (const name of ['event_object', 'object_object'])
    database.exec(`CREATE TEMP TABLE ${name}_new (source TEXT, target TEXT, qualifier TEXT)`);
  database.exec(link('event_object', 'ocel_event_id', 'event', 'ocel_object_id'));
  database.exec(link('object_object', 'ocel_source_id', 'object', 'ocel_target_id'));
}

/** Relations wait without a key and go to their tables in its order, so that a large index is written from front to back. */
function sortLinks(database: DatabaseSync): void {
  for (const name of ['event_object', 'object_object'])
    database.exec(
      `INSERT INTO main.${name} SELECT * FROM temp.${name}_new ORDER BY 1, 2, 3; DROP TABLE temp.${name}_new`,
    );
}

async function fill(
  database: DatabaseSync,
  log: OcelLog,
  tables: Readonly<Record<Kind, ReadonlyMap<string, TypeTable>>>,
): Promise<OcelCounts> {
  const types = {
    object: new Map([...tables.object].map(([name, { type }]) => [name, type])),
    event: new Map([...tables.event].map(([name, { type }]) => [name, type])),
  };
  const statements = {
    object: insertStatements(database, 'object', tables.object),
    event: insertStatements(database, 'event', tables.event),
  };
  const ids = {
    object: database.prepare('INSERT INTO object VALUES (?, ?)'),
    event: database.prepare('INSERT INTO event VALUES (?, ?)'),
  };
  const links = {
    object: database.prepare('INSERT INTO temp.object_object_new VALUES (?, ?, ?)'),
    event: database.prepare('INSERT INTO temp.event_object_new VALUES (?, ?, ?)'),
  };
  const counts = { objects: 0, events: 0, eventObjectRelations: 0, objectObjectRelations: 0 };
  for await (const item of log.objects()) {
    checkedType(types.object, item, 'object');
    insert(item, 'object', () => {
      ids.object.run(item.id, item.type);
      statements.object.get(item.type)?.run(item.id, ALWAYS, null, ...item.values.map(sqlValue));
      insertLinks(links.object, item.id, item.relationships);
    });
    counts.objects += 1;
    counts.objectObjectRelations += item.relationships.length;
  }
  for await (const item of log.events()) {
    checkedType(types.event, item, 'event');
    insert(item, 'event', () => {
      ids.event.run(item.id, item.type);
      statements.event.get(item.type)?.run(item.id, item.time, ...item.values.map(sqlValue));
      insertLinks(links.event, item.id, item.relationships);
    });
    counts.events += 1;
    counts.eventObjectRelations += item.relationships.length;
  }
  return counts;
}

function insert(item: Pick<OcelObject, 'id'>, kind: Kind, body: () => void): void {
  try {
    body();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new EventFormatError(`The ${kind} '${item.id}' cannot be stored: ${why}.`, { cause: error });
  }
}

function insertStatements(
  database: DatabaseSync,
  kind: Kind,
  tables: ReadonlyMap<string, TypeTable>,
): ReadonlyMap<string, StatementSync> {
  return new Map(
    [...tables].map(([name, { type, suffix }]) => {
      const places = type.attributes.length + (kind === 'object' ? 3 : 2);
      const marks = Array.from({ length: places }, () => '?').join(', ');
      return [name, database.prepare(`INSERT INTO ${quote(`${kind}_${suffix}`)} VALUES (${marks})`)];
    }),
  );
}

function insertLinks(statement: StatementSync, id: string, relationships: readonly OcelRelationship[]): void {
  for (const { objectId, qualifier } of relationships) statement.run(id, objectId, qualifier);
}

function checkReferences(database: DatabaseSync): void {
  const broken = database.prepare('SELECT "table", parent FROM pragma_foreign_key_check LIMIT 1').get();
  if (broken)
    throw new EventFormatError(
      `A row of ${String(broken['table'])} names an ID that is not in ${String(broken['parent'])}.`,
    );
}

function sqlValue(value: AttributeValue): SQLInputValue {
  return typeof value === 'boolean' ? Number(value) : value;
}

function quote(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
