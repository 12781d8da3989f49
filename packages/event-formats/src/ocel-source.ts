/** An activity table and what its events are about, as an OCEL log whose rules the queries themselves keep. */
import { duckdb, extendModel, type Model } from '@millrace/model';
import { attributeExpression, attributeValue } from './attribute-column.ts';
import type { EventSource } from './event-source.ts';
import type { LogDatabase, Row } from './log-database.ts';
import { planObjects } from './object-plan.ts';
import type { OcelEvent, OcelLog, OcelObject, OcelRelationship, OcelType } from './ocel-log.ts';
import { firstColumn, keyOf, makeOcelTables, type ObjectTable } from './ocel-tables.ts';

const { identifier } = duckdb;

/** A log, and what is not in it. */
export interface OcelSource extends OcelLog {
  /** Objects that no event is about, which are left out. */
  readonly objectsLeftOut: number;
}

/**
 * Makes the log. IDs are `<type>:<key>` for objects and `<activity table>:<case ID>/<other key columns>` for events, so that none can
 * meet another. An object stands in the log when an event is about it.
 *
 * An event is about its case, what the case belongs to, and the child objects that it brought: those in the payload of its event type, which
 * is that of the last event of that type. Child objects that no event brought belong to the last event about their parent.
 */
export async function ocelSource(database: LogDatabase, model: Model, source: EventSource): Promise<OcelSource> {
  const plan = planObjects(extendModel(model, database.schemas), source.activity);
  const { tables, objectsLeftOut } = await makeOcelTables(database, plan, source);
  const kept = new Set(await firstColumn(database, 'SELECT DISTINCT type FROM ocel_kept'));
  const used = tables.filter(({ index }) => kept.has(String(index)));
  const eventAttributes = source.attributes.map(({ name, type }) => ({ name, type }));
  const names = await firstColumn(database, 'SELECT DISTINCT type FROM ocel_event ORDER BY type');
  return {
    objectsLeftOut,
    objectTypes: used.map((table): OcelType => ({ name: table.plan.name, attributes: table.attributes })),
    eventTypes: names.map((name): OcelType => ({ name, attributes: eventAttributes })),
    objects: () => objects(database, used),
    events: () => events(database, source),
  };
}

async function* objects(database: LogDatabase, tables: readonly ObjectTable[]): AsyncGenerator<OcelObject> {
  const related = new Follower(database.rows('SELECT o, id, qualifier FROM ocel_o2o ORDER BY o, target, qualifier'));
  try {
    for (const table of tables) {
      for await (const [o, id, ...values] of database.rows(objectQuery(table)))
        yield {
          id: String(id),
          type: table.plan.name,
          values: values.map(attributeValue),
          relationships: await related.of(o),
        };
    }
  } finally {
    await related.close();
  }
}

function objectQuery({ index, plan, from, attributes, columns }: ObjectTable): string {
  if (attributes.length === 0) return `SELECT o, id FROM ocel_kept WHERE type = ${index} ORDER BY o`;
  const values = attributes.map(({ name }) => attributeExpression(`row.${identifier(name)}`, columns.get(name) ?? ''));
  const first = plan.parent?.order.filter((name) => columns.has(name)).map((name) => `row.${identifier(name)}`);
  const once = first?.length ? `QUALIFY row_number() OVER (PARTITION BY kept.o ORDER BY ${first.join(', ')}) = 1` : '';
  return `SELECT kept.o, kept.id, ${values.join(', ')} FROM ocel_kept AS kept
    JOIN ${from} AS row ON ${keyOf(plan.key, 'row')} = kept.key WHERE kept.type = ${index} ${once} ORDER BY kept.o`;
}

async function* events(database: LogDatabase, { attributes }: EventSource): AsyncGenerator<OcelEvent> {
  const related = new Follower(database.rows('SELECT n, id, qualifier FROM ocel_e2o ORDER BY n, o, qualifier'));
  const values = attributes.map((_, index) => `, a${index}`).join('');
  try {
    for await (const [n, id, type, time, ...cells] of database.rows(
      `SELECT n, id, type, time${values} FROM ocel_event ORDER BY n`,
    ))
      yield {
        id: String(id),
        type: String(type),
        time: String(time),
        values: cells.map(attributeValue),
        relationships: await related.of(n),
      };
  } finally {
    await related.close();
  }
}

/** Reads relations beside what they belong to; both are in the same order. */
class Follower {
  readonly #rows: AsyncGenerator<Row>;
  #next: Row | undefined;
  #started = false;

  constructor(rows: AsyncGenerator<Row>) {
    this.#rows = rows;
  }

  async of(number: Row[number] | undefined): Promise<readonly OcelRelationship[]> {
    if (!this.#started) await this.#advance();
    this.#started = true;
    const found: OcelRelationship[] = [];
    for (let row = this.#next; row?.[0] === number && row !== undefined; row = this.#next) {
      found.push({ objectId: String(row[1]), qualifier: String(row[2]) });
      await this.#advance();
    }
    return found;
  }

  async close(): Promise<void> {
    await this.#rows.return(undefined);
  }

  async #advance(): Promise<void> {
    const { done, value } = await this.#rows.next();
    this.#next = done === true ? undefined : value;
  }
}
