import type { Dialect } from './dialect.ts';

/** What a query for sessions is about. All but `query` and `minutes` are names of columns of the query. */
export interface Sessions {
  readonly query: string;
  /** Whose sessions they are. Rows without one form sessions of their own, under the name `unknown`. */
  readonly user: string;
  readonly timestamp: string;
  /** Makes the order of equal timestamps certain. */
  readonly key: string;
  /** A pause longer than this ends a session. */
  readonly minutes: number;
}

/**
 * The query's columns, and with them
 * - `session_id`: the user and the start of the session in milliseconds since 1970 (so that a session keeps its ID when another is found before it)
 * - `sorting`: the number of the row in its session, from 1
 *
 * A row without a timestamp belongs to no session and is left out.
 */
export function sessionsQuery(dialect: Dialect, { query, user, timestamp, key, minutes }: Sessions): string {
  const id = dialect.identifier;
  const owner = id('session_user');
  const time = id(timestamp);
  const millis = dialect.epochMillis(time);
  const order = `ORDER BY ${time}, ${id(key)}`;
  const session = `${owner}, ${id('session_number')}`;
  const start = `MIN(${dialect.epochMillis(`${id('numbered')}.${time}`)}) OVER (PARTITION BY ${session})`;
  return `SELECT
  ${id('numbered')}.*,
  ${owner} || '#' || CAST(${start} AS ${dialect.type('STRING', 20)}) AS ${id('session_id')},
  ROW_NUMBER() OVER (PARTITION BY ${session} ${order}) AS ${id('sorting')}
FROM (
  SELECT
    ${id('gaps')}.*,
    SUM(${id('starts')}) OVER (PARTITION BY ${owner} ${order} ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS ${id('session_number')}
  FROM (
    SELECT
      ${id('owned')}.*,
      CASE WHEN ${millis} - LAG(${millis}) OVER (PARTITION BY ${owner} ${order}) <= ${minutes * 60_000} THEN 0 ELSE 1 END AS ${id('starts')}
    FROM (
      SELECT ${id('records')}.*, COALESCE(${id(user)}, 'unknown') AS ${owner}
      FROM (
${query}
      ) AS ${id('records')}
      WHERE ${time} IS NOT NULL
    ) AS ${id('owned')}
  ) AS ${id('gaps')}
) AS ${id('numbered')}`;
}
