import type { ActivityTableModel, Model } from '@millrace/model';
import { duckdb, tableOf } from '@millrace/model';
import type { Attribute } from './attribute.ts';
import { attributeExpression, attributeType, instantText } from './attribute-column.ts';
import { EventFormatOptionError } from './errors.ts';
import type { LogDatabase } from './log-database.ts';

/** What the events of an activity table are called when it does not say. */
const UNKNOWN = 'unknown';

/** The activity table of a database, ready to be put into queries. */
export interface EventSource {
  readonly activity: ActivityTableModel;
  readonly primaryKey: readonly string[];
  readonly from: string;
  /** Expressions, all of them text. */
  readonly caseId: string;
  readonly name: string;
  readonly time: string;
  /** For `ORDER BY`: time first, then what the table sorts by, then its key. */
  readonly order: string;
  /** What is left: neither case ID nor activity nor timestamp. */
  readonly attributes: readonly (Attribute & { readonly expression: string })[];
}

/** Finds the activity table. Throws an `EventFormatOptionError` when the database does not have it. */
export async function eventSource(database: LogDatabase, model: Model): Promise<EventSource> {
  const [activity] = model.activityTables;
  const columns = activity && (await database.columns(activity.table));
  if (!activity || !columns)
    throw new EventFormatOptionError(
      `There is no table ${activity?.table ?? 'of activities'}, which the model ${model.name} makes: convert what a run with this model wrote.`,
    );
  const { primaryKey } = tableOf(model, activity.table);
  const id = duckdb.identifier;
  const used = new Set([activity.caseId, activity.activity, activity.timestamp]);
  const sorting = [activity.timestamp, ...(activity.sorting === undefined ? [] : [activity.sorting]), ...primaryKey];
  return {
    activity,
    primaryKey,
    from: database.from(activity.table),
    caseId: `CAST(${id(activity.caseId)} AS VARCHAR)`,
    name: `COALESCE(NULLIF(CAST(${id(activity.activity)} AS VARCHAR), ''), '${UNKNOWN}')`,
    time: instantText(id(activity.timestamp)),
    order: sorting.map((name) => `${id(name)} NULLS LAST`).join(', '),
    attributes: [...columns]
      .filter(([name]) => !used.has(name))
      .map(([name, type]) => ({ name, type: attributeType(type), expression: attributeExpression(id(name), type) })),
  };
}
