/** What an activity table says of its process: counts, how often each activity is, the most frequent variants. */
import { queryDestination } from '@millrace/destinations';
import { duckdb, type ActivityTableModel } from '@millrace/model';

const shown = { activities: 15, variants: 10, steps: 60 };

/** One process. */
export interface ProcessFigures {
  readonly table: string;
  readonly cases: number;
  readonly events: number;
  readonly activities: number;
  readonly variants: number;
  /** First and last timestamp, ISO 8601 UTC; absent where there is no event. */
  readonly from?: string;
  readonly to?: string;
  /** Median time from the first to the last event of a case, in seconds. */
  readonly medianSeconds: number;
  /** The most frequent ones. */
  readonly topActivities: readonly { readonly name: string; readonly events: number; readonly cases: number }[];
  /** The most frequent ones; `length` counts all steps, `steps` has the first sixty. */
  readonly topVariants: readonly {
    readonly steps: readonly string[];
    readonly length: number;
    readonly cases: number;
  }[];
  /** Events by day, ISO 8601; days without events are left out. */
  readonly days: readonly { readonly day: string; readonly events: number }[];
}

const { identifier } = duckdb;

/** Reads the figures of one activity table. */
export async function readProcess(url: string, table: ActivityTableModel): Promise<ProcessFigures> {
  const time = identifier(table.timestamp);
  const sorting = table.sorting === undefined ? '' : `, ${identifier(table.sorting)}`;
  const events = `events AS (SELECT ${identifier(table.caseId)} AS case_id, ${identifier(table.activity)} AS activity,
    ${time} AS moment, row_number() OVER (PARTITION BY ${identifier(table.caseId)} ORDER BY ${time}${sorting}) AS place
    FROM ${identifier(table.table)} WHERE ${identifier(table.caseId)} IS NOT NULL)`;
  const cases = `cases AS (SELECT case_id, list(coalesce(activity, '') ORDER BY place) AS steps,
    date_diff('millisecond', min(moment), max(moment)) AS took FROM events GROUP BY case_id)`;
  const rows = async (query: string): Promise<readonly (readonly unknown[])[]> =>
    (await queryDestination(url, `WITH ${events}, ${cases} ${query}`)).rows;
  const [totals = []] = await rows(`SELECT (SELECT count(*) FROM events), (SELECT count(*) FROM cases),
    (SELECT count(DISTINCT activity) FROM events), (SELECT count(DISTINCT steps) FROM cases),
    coalesce((SELECT median(took) FROM cases), 0) / 1000.0,
    (SELECT CAST(epoch_ms(min(moment)) AS BIGINT) FROM events), (SELECT CAST(epoch_ms(max(moment)) AS BIGINT) FROM events)`);
  const [count, caseCount, activities, variants, median, first, last] = totals;
  const topActivities = await rows(
    `SELECT coalesce(activity, ''), count(*) AS n, count(DISTINCT case_id) FROM events GROUP BY 1 ORDER BY n DESC, 1 LIMIT ${shown.activities}`,
  );
  const topVariants = await rows(
    `SELECT to_json(steps[1:${shown.steps}]), len(steps), count(*) AS n FROM cases GROUP BY steps ORDER BY n DESC, steps LIMIT ${shown.variants}`,
  );
  const days = await rows(
    `SELECT strftime(moment, '%Y-%m-%d') AS day, count(*) FROM events WHERE moment IS NOT NULL GROUP BY 1 ORDER BY 1`,
  );
  return {
    table: table.table,
    events: Number(count),
    cases: Number(caseCount),
    activities: Number(activities),
    variants: Number(variants),
    medianSeconds: Number(median),
    ...(first === null || last === null || first === undefined || last === undefined
      ? {}
      : { from: new Date(Number(first)).toISOString(), to: new Date(Number(last)).toISOString() }),
    topActivities: topActivities.map(([name, n, inCases]) => ({
      name: String(name),
      events: Number(n),
      cases: Number(inCases),
    })),
    topVariants: topVariants.map(([steps, length, n]) => ({
      steps: JSON.parse(String(steps)) as readonly string[],
      length: Number(length),
      cases: Number(n),
    })),
    days: days.map(([day, n]) => ({ day: String(day), events: Number(n) })),
  };
}
