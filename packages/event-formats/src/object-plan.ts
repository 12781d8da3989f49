/** Which objects a model's events are about. Pure: reads models, writes no SQL. */
import { tableOf, type ActivityTableModel, type Model, type TableModel } from '@millrace/model';

/** A column whose value is the key of an object of another type. */
export interface ReferencePlan {
  readonly column: string;
  /** Name of the type that is referred to. */
  readonly type: string;
}

/** Objects of one type: the rows of a table, each once by key. */
export interface ObjectPlan {
  /** Name of the type and of the table. */
  readonly name: string;
  /** Column of the key. */
  readonly key: string;
  /** Columns that become attributes. */
  readonly attributes: readonly string[];
  readonly references: readonly ReferencePlan[];
  /** For objects that stand in arrays of another object's documents. */
  readonly parent?: ParentPlan;
}

/** Where child objects belong. */
export interface ParentPlan {
  /** Name of the type whose documents hold them. */
  readonly type: string;
  /** Column that holds the key of that object. */
  readonly column: string;
  /** Path of the array, joined with `$`. */
  readonly path: string;
  /** The second element of the path: for payloads of a run's events the key of their event type. */
  readonly eventKey?: string;
  /** Decides which of several rows with one key gives the attributes. */
  readonly order: readonly string[];
}

/** The objects of a log. */
export interface LogPlan {
  /** By which columns an event refers to objects. */
  readonly references: readonly ReferencePlan[];
  /** Those that are referred to stand behind those that refer to them; child objects are last. */
  readonly objects: readonly ObjectPlan[];
  /** Column of the activity table with the key of the event's type. */
  readonly eventKey?: string;
  /** The object that stands for the case. */
  readonly caseType: string;
}

/**
 * What the events of an activity table are about:
 * - the case: what a foreign key joins the case ID with, else the case ID itself
 * - other tables that foreign keys join with the activity table, and what those refer to in turn (a run to its value stream, that to its account)
 * - elements of their documents' arrays that have an ID of their own: a column `id`, or the only one that ends in `Id`, `ID` or `_id`
 */
export function planObjects(model: Model, activity: ActivityTableModel): LogPlan {
  const { primaryKey } = tableOf(model, activity.table);
  const isEvent = (column: string): boolean =>
    column !== activity.caseId && primaryKey.length === 1 && primaryKey[0] === column;
  const references = referencesOf(model, activity.table).filter(({ column }) => !isEvent(column));
  const roots: ObjectPlan[] = [];
  const pending = references.map(({ type }) => type);
  for (const type of pending) {
    if (roots.some(({ name }) => name === type)) continue;
    const plan = rootPlan(model, type);
    roots.push(plan);
    pending.push(...plan.references.map((reference) => reference.type));
  }
  const caseReference = references.find(({ column }) => column === activity.caseId);
  const caseType = caseReference?.type ?? activity.caseId.replace(/_id$/i, '');
  const bare: ObjectPlan = { name: caseType, key: activity.caseId, attributes: [], references: [] };
  const events = readByTransformation(model, activity.table);
  const children = model.tables
    .filter((table) => table.parent !== undefined && !events.has(table.name))
    .flatMap((table) => childPlan(table, roots));
  const eventKey = tableOf(model, activity.table).columns.find(
    ({ name }) => name === 'event_key' && !isEvent(name),
  )?.name;
  return {
    references: caseReference ? references : [{ column: activity.caseId, type: caseType }, ...references],
    objects: [...(caseReference ? [] : [bare]), ...roots, ...children],
    ...(eventKey !== undefined && { eventKey }),
    caseType,
  };
}

/** Columns of a table that foreign keys join with the key of another. */
function referencesOf(model: Model, table: string): readonly ReferencePlan[] {
  return model.foreignKeys.flatMap(({ dimension, fact }) => {
    const [column, second] = fact.columns;
    const target = tableOf(model, dimension.table);
    const byKey = dimension.columns.join() === target.primaryKey.join();
    if (fact.table !== table || column === undefined || second !== undefined || !byKey) return [];
    return [{ column, type: target.name }];
  });
}

function rootPlan(model: Model, name: string): ObjectPlan {
  const table = tableOf(model, name);
  const [key = ''] = table.primaryKey;
  return {
    name,
    key,
    attributes: table.columns
      // A column without a path stands in no document; of a table that a transformation makes, none does.
      .filter((column) => column.name !== key && (table.source === undefined || column.path?.length))
      .map((column) => column.name),
    references: referencesOf(model, name),
  };
}

/** Tables that the activity table is made of: their rows are the events. */
function readByTransformation(model: Model, output: string): ReadonlySet<string> {
  const made = model.transformations.find((transformation) => transformation.output === output);
  return new Set(made?.inputs.map(({ table }) => table));
}

function childPlan(table: TableModel, roots: readonly ObjectPlan[]): readonly ObjectPlan[] {
  const key = ownId(table);
  const root = roots.find(({ name }) => table.columns.some(({ references }) => references?.table === name));
  const link =
    root && table.columns.find(({ references }) => references?.table === root.name && references.column === root.key);
  if (key === undefined || !root || !link) return [];
  const path = table.path ?? [];
  const [, eventKey] = path;
  return [
    {
      name: table.name,
      key,
      attributes: table.columns
        .filter((column) => column.path?.length && column.name !== key)
        .map((column) => column.name),
      references: [],
      parent: {
        type: root.name,
        column: link.name,
        path: path.join('$'),
        ...(eventKey !== undefined && { eventKey }),
        order: table.primaryKey,
      },
    },
  ];
}

function ownId(table: TableModel): string | undefined {
  const names = table.columns.flatMap(({ name, path, references }) =>
    path?.length === 1 && !references && /^(?:id|ID)$|[a-z0-9](?:Id|ID)$|_id$/.test(name) ? [name] : [],
  );
  return names.find((name) => /^_?id$/i.test(name)) ?? (names.length === 1 ? names[0] : undefined);
}
