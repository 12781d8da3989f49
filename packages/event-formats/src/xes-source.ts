import type { XesEvent } from './write-xes.ts';
import { attributeValue } from './attribute-column.ts';
import type { EventSource } from './event-source.ts';
import type { LogDatabase } from './log-database.ts';

/** The events of an activity table, case by case. Those without a time are left out: XES wants one. */
export async function* xesRows(database: LogDatabase, source: EventSource): AsyncGenerator<XesEvent> {
  const { caseId, name, time, attributes, order } = source;
  const expressions = [caseId, name, time, ...attributes.map(({ expression }) => expression)];
  const rows = database.rows(
    `SELECT ${expressions.join(', ')} FROM ${source.from} WHERE ${time} IS NOT NULL AND ${caseId} IS NOT NULL ORDER BY ${caseId}, ${order}`,
  );
  for await (const [id, activity, timestamp, ...values] of rows)
    yield {
      caseId: String(id),
      activity: String(activity),
      time: String(timestamp),
      values: values.map(attributeValue),
    };
}
