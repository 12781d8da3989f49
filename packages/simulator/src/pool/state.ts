/** What the pools of a team are made of. */
import { IdMaker } from './ids.ts';
import { type Json, type JsonObject, textAt, stringAt } from './json.ts';
import { notFound } from './refusals.ts';

/** Things of one kind, by ID, in the order in which they were made. */
export class Collection {
  readonly #kind: string;
  readonly #items = new Map<string, JsonObject>();

  constructor(kind: string) {
    this.#kind = kind;
  }

  /** All, or those with the given value in a field. */
  all(field?: string, value?: Json): JsonObject[] {
    const items = [...this.#items.values()];
    return field === undefined ? items : items.filter((item) => item[field] === value);
  }

  has(id: string): boolean {
    return this.#items.has(id);
  }

  find(id: string): JsonObject | undefined {
    return this.#items.get(id);
  }

  /** Throws the refusal of something that is not there; with a field, also of something that belongs elsewhere. */
  get(id: string, field?: string, value?: Json): JsonObject {
    const item = this.#items.get(id);
    if (item === undefined || (field !== undefined && item[field] !== value)) throw notFound(this.#kind, id);
    return item;
  }

  put(item: JsonObject): JsonObject {
    this.#items.set(stringAt(item, 'id'), item);
    return item;
  }

  /** Throws the refusal of something that is not there. */
  remove(id: string): void {
    this.get(id);
    this.#items.delete(id);
  }
}

/** How an execution goes; `looks` still show it as running. */
export interface RunningJob {
  readonly executionId: string;
  cancelled: boolean;
  /** The end, once it is reached. */
  outcome?: 'SUCCESS' | 'FAIL' | 'CANCEL';
  looks: number;
}

/** A data pool. */
export class PoolState {
  readonly id: string;
  pool: JsonObject;
  readonly connections: Collection = new Collection('connection');
  /** What only the type of a connection has, by its ID. */
  readonly typed: Map<string, JsonObject> = new Map();
  readonly jobs: Collection = new Collection('data job');
  readonly tasks: Collection = new Collection('task');
  /** SQL by ID of the task. */
  readonly statements: Map<string, string> = new Map();
  /** Settings of an extraction by ID of the task. */
  readonly extractionSettings: Map<string, JsonObject> = new Map();
  /** Each has `extraction`, the ID of its task, beside what the API knows. */
  readonly extractionTables: Map<string, Collection> = new Map();
  readonly parameters: Collection = new Collection('parameter');
  readonly taskParameters: Collection = new Collection('parameter');
  readonly dataModels: Collection = new Collection('data model');
  readonly modelTables: Collection = new Collection('table');
  readonly foreignKeys: Collection = new Collection('foreign key');
  readonly activityTables: Collection = new Collection('process configuration');
  readonly jobLoads: Collection = new Collection('load');
  readonly extractors: Collection = new Collection('custom extractor');
  /** What an imported document has and the simulator only keeps: schedules and replications. */
  readonly kept: JsonObject = {};
  readonly executionItems: JsonObject[] = [];
  readonly logMessages: JsonObject[] = [];
  readonly running: Map<string, RunningJob> = new Map();
  /** Loads of each data model, newest last. */
  readonly loads: Map<string, ModelLoadRecord[]> = new Map();

  constructor(pool: JsonObject) {
    this.pool = pool;
    this.id = stringAt(pool, 'id');
  }

  tablesOf(taskInstanceId: string): Collection {
    const tables = this.extractionTables.get(taskInstanceId) ?? new Collection('table');
    this.extractionTables.set(taskInstanceId, tables);
    return tables;
  }

  /** The schema of a connection, or the global one. */
  schemaOf(connectionId: Json | undefined): string {
    return typeof connectionId === 'string' && connectionId !== '' ? connectionId : this.id;
  }

  /** What `<%=DATASOURCE:…%>` can name. */
  schemaByParameter(parameterName: string): string | undefined {
    const wanted = parameterName.toUpperCase();
    const connection = this.connections.all().find((each) => textAt(each, 'parameterName')?.toUpperCase() === wanted);
    return connection === undefined ? undefined : stringAt(connection, 'id');
  }
}

/** A load of a data model. */
export interface ModelLoadRecord {
  readonly dataLoadId: string;
  readonly loadType: string;
  readonly startDate: number;
  endDate: number | null;
  loadStatus: string;
  message: string | null;
  looks: number;
  /** Row counts by ID of the table. */
  rows: ReadonlyMap<string, number>;
}

/** The pools of a team. */
export class PoolsState {
  readonly ids: IdMaker;
  readonly #pools = new Map<string, PoolState>();

  constructor(seed: number) {
    this.ids = new IdMaker(seed);
  }

  all(): PoolState[] {
    return [...this.#pools.values()];
  }

  get(id: string): PoolState {
    const pool = this.#pools.get(id);
    if (pool === undefined) throw notFound('data pool', id);
    return pool;
  }

  put(pool: PoolState): PoolState {
    this.#pools.set(pool.id, pool);
    return pool;
  }

  remove(id: string): void {
    this.get(id);
    this.#pools.delete(id);
  }

  /** The pool that has a connection. */
  poolOfConnection(connectionId: string): PoolState {
    const pool = this.all().find(({ connections }) => connections.has(connectionId));
    if (pool === undefined) throw notFound('connection', connectionId);
    return pool;
  }
}
