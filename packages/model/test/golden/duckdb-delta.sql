-- oe/activity-log
CREATE TABLE IF NOT EXISTS "activity_log" (
  "digital_process_name" VARCHAR,
  "event_name" VARCHAR,
  "event_key" VARCHAR,
  "event_id" VARCHAR,
  "case_id" VARCHAR,
  "occurred_at" TIMESTAMP,
  "read_at" TIMESTAMP,
  "sorting" BIGINT
);

MERGE INTO "activity_log" AS target
USING (
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
) AS "result"
) AS source
ON target."case_id" = source."case_id" AND target."event_id" = source."event_id"
WHEN MATCHED AND (target."digital_process_name" IS DISTINCT FROM source."digital_process_name" OR target."event_name" IS DISTINCT FROM source."event_name" OR target."event_key" IS DISTINCT FROM source."event_key" OR target."occurred_at" IS DISTINCT FROM source."occurred_at" OR target."read_at" IS DISTINCT FROM source."read_at" OR target."sorting" IS DISTINCT FROM source."sorting") THEN UPDATE SET "digital_process_name" = source."digital_process_name", "event_name" = source."event_name", "event_key" = source."event_key", "occurred_at" = source."occurred_at", "read_at" = source."read_at", "sorting" = source."sorting"
WHEN NOT MATCHED THEN INSERT ("digital_process_name", "event_name", "event_key", "event_id", "case_id", "occurred_at", "read_at", "sorting") VALUES (source."digital_process_name", source."event_name", source."event_key", source."event_id", source."case_id", source."occurred_at", source."read_at", source."sorting")
WHEN NOT MATCHED BY SOURCE THEN DELETE;

-- oe/event-log
CREATE TABLE IF NOT EXISTS "event_log" (
  "execution_template_name" VARCHAR,
  "instance_id" VARCHAR,
  "created_at" TIMESTAMP,
  "last_modified" TIMESTAMP,
  "status" VARCHAR
);

MERGE INTO "event_log" AS target
USING (
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
) AS "result"
) AS source
ON target."instance_id" = source."instance_id"
WHEN MATCHED AND (target."execution_template_name" IS DISTINCT FROM source."execution_template_name" OR target."created_at" IS DISTINCT FROM source."created_at" OR target."last_modified" IS DISTINCT FROM source."last_modified" OR target."status" IS DISTINCT FROM source."status") THEN UPDATE SET "execution_template_name" = source."execution_template_name", "created_at" = source."created_at", "last_modified" = source."last_modified", "status" = source."status"
WHEN NOT MATCHED THEN INSERT ("execution_template_name", "instance_id", "created_at", "last_modified", "status") VALUES (source."execution_template_name", source."instance_id", source."created_at", source."last_modified", source."status")
WHEN NOT MATCHED BY SOURCE THEN DELETE;

-- celonis/audit-log
CREATE TABLE IF NOT EXISTS "audit_activity" (
  "event_key" VARCHAR,
  "session_id" VARCHAR,
  "occurred_at" TIMESTAMP,
  "sorting" BIGINT,
  "event" VARCHAR,
  "user_id" VARCHAR,
  "user_email" VARCHAR,
  "user_role" VARCHAR
);

MERGE INTO "audit_activity" AS target
USING (
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
) AS "result"
) AS source
ON target."event_key" = source."event_key"
WHEN MATCHED AND (target."session_id" IS DISTINCT FROM source."session_id" OR target."occurred_at" IS DISTINCT FROM source."occurred_at" OR target."sorting" IS DISTINCT FROM source."sorting" OR target."event" IS DISTINCT FROM source."event" OR target."user_id" IS DISTINCT FROM source."user_id" OR target."user_email" IS DISTINCT FROM source."user_email" OR target."user_role" IS DISTINCT FROM source."user_role") THEN UPDATE SET "session_id" = source."session_id", "occurred_at" = source."occurred_at", "sorting" = source."sorting", "event" = source."event", "user_id" = source."user_id", "user_email" = source."user_email", "user_role" = source."user_role"
WHEN NOT MATCHED THEN INSERT ("event_key", "session_id", "occurred_at", "sorting", "event", "user_id", "user_email", "user_role") VALUES (source."event_key", source."session_id", source."occurred_at", source."sorting", source."event", source."user_id", source."user_email", source."user_role")
WHEN NOT MATCHED BY SOURCE THEN DELETE;

CREATE TABLE IF NOT EXISTS "login_activity" (
  "login_key" VARCHAR,
  "session_id" VARCHAR,
  "occurred_at" TIMESTAMP,
  "sorting" BIGINT,
  "activity" VARCHAR,
  "success" BOOLEAN,
  "email" VARCHAR,
  "user_id" VARCHAR
);

MERGE INTO "login_activity" AS target
USING (
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
) AS "result"
) AS source
ON target."login_key" = source."login_key"
WHEN MATCHED AND (target."session_id" IS DISTINCT FROM source."session_id" OR target."occurred_at" IS DISTINCT FROM source."occurred_at" OR target."sorting" IS DISTINCT FROM source."sorting" OR target."activity" IS DISTINCT FROM source."activity" OR target."success" IS DISTINCT FROM source."success" OR target."email" IS DISTINCT FROM source."email" OR target."user_id" IS DISTINCT FROM source."user_id") THEN UPDATE SET "session_id" = source."session_id", "occurred_at" = source."occurred_at", "sorting" = source."sorting", "activity" = source."activity", "success" = source."success", "email" = source."email", "user_id" = source."user_id"
WHEN NOT MATCHED THEN INSERT ("login_key", "session_id", "occurred_at", "sorting", "activity", "success", "email", "user_id") VALUES (source."login_key", source."session_id", source."occurred_at", source."sorting", source."activity", source."success", source."email", source."user_id")
WHEN NOT MATCHED BY SOURCE THEN DELETE;
