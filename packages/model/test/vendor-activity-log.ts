/**
 * The vendor's own script for the activity log, statement by statement, as printed at
 * https://developer.emporix.io/oe/value-streams/oe-celonis-data-flow/sending-data-from-oe-to-celonis
 * Two things are changed so that DuckDB runs it: `TIMESTAMPDIFF(MILLISECOND, …)` is `epoch_ms`, and primary keys are put in on demand
 * (DuckDB enforces them, Vertica does not).
 */
export function vendorActivityLog(options: { readonly primaryKeys: boolean }): readonly string[] {
  const key = options.primaryKeys ? ' PRIMARY KEY' : '';
  return [
    `CREATE TABLE IF NOT EXISTS activity_log(digital_process_name varchar(256), event_name varchar(256),
      event_key varchar(256)${key}, event_id varchar(26), case_id varchar(256), occurred_at TIMESTAMP, read_at TIMESTAMP, sorting BIGINT)`,
    'DROP TABLE IF EXISTS activity_log_new',
    `CREATE TABLE activity_log_new(digital_process_name varchar(256), event_name varchar(256), event_key varchar(256),
      event_id varchar(26)${key}, case_id varchar(256), occurred_at TIMESTAMP, read_at TIMESTAMP, sorting BIGINT)`,
    `INSERT INTO activity_log_new
      SELECT "digital_process"."name" as "digital_process_name", "event_type"."name" as "event_name", "event_type"."key" as "event_key",
        "process_context_event"."id" as "event_id", "process_context"."context$processid" as "case_id",
        "process_context_event"."occurredAt" as "occurred_at", "process_context_event"."readAt" as "read_at",
        epoch_ms("process_context_event"."readAt") as "sorting"
      FROM "digital_process", "process_context", "process_context_event", "event_type"
      where "process_context"."context$executionTemplateID" = "digital_process"."id"
      and "process_context_event"."process_context$context$processid" = "process_context"."context$processid"
      and "event_type"."key" = "process_context_event"."eventType"`,
    `MERGE INTO activity_log USING activity_log_new ON activity_log_new.event_id = activity_log.event_id
      WHEN NOT MATCHED THEN INSERT (digital_process_name, event_name, event_key, event_id, case_id, occurred_at, read_at, sorting)
      VALUES (activity_log_new.digital_process_name, activity_log_new.event_name, activity_log_new.event_key, activity_log_new.event_id,
        activity_log_new.case_id, activity_log_new.occurred_at, activity_log_new.read_at, activity_log_new.sorting)`,
    'DROP TABLE IF EXISTS activity_log_new',
  ];
}
