/** Questions that a person asks first. */
export interface ExampleQuery {
  readonly database: 'audit' | 'oe';
  readonly question: string;
  readonly sql: string;
}

export const exampleQueries: readonly ExampleQuery[] = [
  {
    database: 'audit',
    question: 'Who changed permissions, and how often?',
    sql: `SELECT user_email, count(*) AS changes, max(occurred_at) AS last
FROM audit_activity WHERE event = 'PERMISSIONS_UPDATE'
GROUP BY user_email ORDER BY changes DESC, user_email LIMIT 5`,
  },
  {
    database: 'audit',
    question: 'Which addresses failed to log in most often, and got in after all?',
    sql: `SELECT email, count(*) FILTER (NOT success) AS failed, count(*) FILTER (success) AS succeeded
FROM login_activity GROUP BY email HAVING succeeded > 0 ORDER BY failed DESC, email LIMIT 5`,
  },
  {
    database: 'audit',
    question: 'What do people do in a working session, and what next?',
    sql: `SELECT event, next, count(*) AS times FROM (
  SELECT event, lead(event) OVER (PARTITION BY session_id ORDER BY sorting) AS next FROM audit_activity)
WHERE next IS NOT NULL AND next <> event GROUP BY event, next ORDER BY times DESC, event, next LIMIT 5`,
  },
  {
    database: 'oe',
    question: 'Which paths do the runs of each value stream take most often?',
    sql: `SELECT digital_process_name, count(*) AS runs, path FROM (
  SELECT digital_process_name, case_id, string_agg(event_name, ' > ' ORDER BY sorting, event_id) AS path
  FROM activity_log WHERE digital_process_name IS NOT NULL GROUP BY digital_process_name, case_id)
GROUP BY digital_process_name, path ORDER BY runs DESC, digital_process_name, path LIMIT 5`,
  },
  {
    database: 'oe',
    question: 'How long does a finished run take, by value stream?',
    sql: `SELECT p.name, count(*) AS runs, round(median(epoch_ms(c."metadata$updatedAt") - epoch_ms(c."metadata$createdAt")) / 3600000, 1) AS median_hours
FROM process_context c JOIN digital_process p ON p.id = c."context$executionTemplateID"
WHERE c.status = 'finished' GROUP BY p.name ORDER BY runs DESC, p.name LIMIT 5`,
  },
];
