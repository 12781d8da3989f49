-- oe/activity-log
CREATE OR REPLACE TABLE "activity_log" AS
SELECT CAST("result"."digital_process_name" AS VARCHAR) AS "digital_process_name", CAST("result"."event_name" AS VARCHAR) AS "event_name", CAST("result"."event_key" AS VARCHAR) AS "event_key", CAST("result"."event_id" AS VARCHAR) AS "event_id", CAST("result"."case_id" AS VARCHAR) AS "case_id", CAST("result"."occurred_at" AS TIMESTAMP) AS "occurred_at", CAST("result"."read_at" AS TIMESTAMP) AS "read_at", CAST("result"."sorting" AS BIGINT) AS "sorting"
FROM (
SELECT
  "digital_process"."name" AS "digital_process_name",
  COALESCE("type"."name", "event"."key") AS "event_name",
  "event"."key" AS "event_key",
  CASE WHEN "event"."number" = 1 AND "event"."id" <> '' THEN "event"."id" ELSE "event"."id" || '#' || CAST("event"."number" AS VARCHAR) END AS "event_id",
  "process_context"."context$processid" AS "case_id",
  "event"."occurred_at" AS "occurred_at",
  "event"."read_at" AS "read_at",
  epoch_ms(COALESCE("event"."read_at", "event"."occurred_at")) AS "sorting"
FROM (
  SELECT
    "process_context_event"."process_context$context$processid" AS "case_id",
    COALESCE("process_context_event"."id", '') AS "id",
    "process_context_event"."eventType" AS "key",
    "process_context_event"."occurredAt" AS "occurred_at",
    "process_context_event"."readAt" AS "read_at",
    ROW_NUMBER() OVER (PARTITION BY "process_context_event"."process_context$context$processid", COALESCE("process_context_event"."id", '') ORDER BY "process_context_event"."_position", "process_context_event"."readAt", "process_context_event"."occurredAt", "process_context_event"."eventType") AS "number"
  FROM "process_context_event"
) AS "event"
JOIN "process_context" ON "process_context"."context$processid" = "event"."case_id"
LEFT JOIN "digital_process" ON "digital_process"."id" = "process_context"."context$executionTemplateID"
LEFT JOIN (
  SELECT "event_type"."key" AS "key", MIN(NULLIF("event_type"."name", '')) AS "name"
  FROM "event_type"
  GROUP BY "event_type"."key"
) AS "type" ON "type"."key" = "event"."key"
) AS "result";

-- oe/event-log
CREATE OR REPLACE TABLE "event_log" AS
SELECT CAST("result"."execution_template_name" AS VARCHAR) AS "execution_template_name", CAST("result"."instance_id" AS VARCHAR) AS "instance_id", CAST("result"."created_at" AS TIMESTAMP) AS "created_at", CAST("result"."last_modified" AS TIMESTAMP) AS "last_modified", CAST("result"."status" AS VARCHAR) AS "status"
FROM (
SELECT
  COALESCE("execution_templates"."name", "execution_context"."context$executionTemplateID") AS "execution_template_name",
  "execution_context"."context$processid" AS "instance_id",
  "execution_context"."metadata$createdAt" AS "created_at",
  "execution_context"."metadata$updatedAt" AS "last_modified",
  "execution_context"."status" AS "status"
FROM "execution_context"
LEFT JOIN "execution_templates" ON "execution_templates"."id" = "execution_context"."context$executionTemplateID"
) AS "result";

-- celonis/audit-log
CREATE OR REPLACE TABLE "audit_activity" AS
SELECT CAST("result"."event_key" AS VARCHAR) AS "event_key", CAST("result"."session_id" AS VARCHAR) AS "session_id", CAST("result"."occurred_at" AS TIMESTAMP) AS "occurred_at", CAST("result"."sorting" AS BIGINT) AS "sorting", CAST("result"."event" AS VARCHAR) AS "event", CAST("result"."user_id" AS VARCHAR) AS "user_id", CAST("result"."user_email" AS VARCHAR) AS "user_email", CAST("result"."user_role" AS VARCHAR) AS "user_role"
FROM (
SELECT
  "numbered".*,
  "session_user" || '#' || CAST(MIN(epoch_ms("numbered"."occurred_at")) OVER (PARTITION BY "session_user", "session_number") AS VARCHAR) AS "session_id",
  ROW_NUMBER() OVER (PARTITION BY "session_user", "session_number" ORDER BY "occurred_at", "event_key") AS "sorting"
FROM (
  SELECT
    "gaps".*,
    SUM("starts") OVER (PARTITION BY "session_user" ORDER BY "occurred_at", "event_key" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS "session_number"
  FROM (
    SELECT
      "owned".*,
      CASE WHEN epoch_ms("occurred_at") - LAG(epoch_ms("occurred_at")) OVER (PARTITION BY "session_user" ORDER BY "occurred_at", "event_key") <= 1800000 THEN 0 ELSE 1 END AS "starts"
    FROM (
      SELECT "records".*, COALESCE("user_id", 'unknown') AS "session_user"
      FROM (
SELECT
  "audit_log"."_key" AS "event_key",
  "audit_log"."timestamp" AS "occurred_at",
  "audit_log"."event" AS "event",
  NULLIF(regexp_extract("audit_log"."userId", '^([^ (]+)', 1), '') AS "user_id",
  NULLIF(regexp_extract("audit_log"."userId", '[(]([^()]*@[^()]*)[)]', 1), '') AS "user_email",
  "audit_log"."userRole" AS "user_role"
FROM "audit_log"
      ) AS "records"
      WHERE "occurred_at" IS NOT NULL
    ) AS "owned"
  ) AS "gaps"
) AS "numbered"
) AS "result";

CREATE OR REPLACE TABLE "login_activity" AS
SELECT CAST("result"."login_key" AS VARCHAR) AS "login_key", CAST("result"."session_id" AS VARCHAR) AS "session_id", CAST("result"."occurred_at" AS TIMESTAMP) AS "occurred_at", CAST("result"."sorting" AS BIGINT) AS "sorting", CAST("result"."activity" AS VARCHAR) AS "activity", CAST("result"."success" AS BOOLEAN) AS "success", CAST("result"."email" AS VARCHAR) AS "email", CAST("result"."user_id" AS VARCHAR) AS "user_id"
FROM (
SELECT
  "numbered".*,
  "session_user" || '#' || CAST(MIN(epoch_ms("numbered"."occurred_at")) OVER (PARTITION BY "session_user", "session_number") AS VARCHAR) AS "session_id",
  ROW_NUMBER() OVER (PARTITION BY "session_user", "session_number" ORDER BY "occurred_at", "login_key") AS "sorting"
FROM (
  SELECT
    "gaps".*,
    SUM("starts") OVER (PARTITION BY "session_user" ORDER BY "occurred_at", "login_key" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS "session_number"
  FROM (
    SELECT
      "owned".*,
      CASE WHEN epoch_ms("occurred_at") - LAG(epoch_ms("occurred_at")) OVER (PARTITION BY "session_user" ORDER BY "occurred_at", "login_key") <= 1800000 THEN 0 ELSE 1 END AS "starts"
    FROM (
      SELECT "records".*, COALESCE("email", 'unknown') AS "session_user"
      FROM (
SELECT
  "login_history"."_key" AS "login_key",
  "login_history"."timestamp" AS "occurred_at",
  "login_history"."authenticationEventType" || CASE WHEN "login_history"."success" = FALSE THEN ' (failed)' ELSE '' END AS "activity",
  "login_history"."success" AS "success",
  LOWER("login_history"."email") AS "email",
  "member"."user_id" AS "user_id"
FROM "login_history"
LEFT JOIN (
  SELECT LOWER(NULLIF(regexp_extract("members"."nameAndEmail", '[(]([^()]*@[^()]*)[)]', 1), '')) AS "email", MIN("members"."userId") AS "user_id"
  FROM "members"
  GROUP BY LOWER(NULLIF(regexp_extract("members"."nameAndEmail", '[(]([^()]*@[^()]*)[)]', 1), ''))
) AS "member" ON "member"."email" = LOWER("login_history"."email")
      ) AS "records"
      WHERE "occurred_at" IS NOT NULL
    ) AS "owned"
  ) AS "gaps"
) AS "numbered"
) AS "result";
