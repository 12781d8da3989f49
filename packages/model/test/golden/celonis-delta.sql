-- oe/activity-log
CREATE TABLE IF NOT EXISTS "activity_log" (
  "digital_process_name" VARCHAR(1024),
  "event_name" VARCHAR(1024),
  "event_key" VARCHAR(1024),
  "event_id" VARCHAR(1024),
  "case_id" VARCHAR(1024),
  "occurred_at" TIMESTAMP,
  "read_at" TIMESTAMP,
  "sorting" BIGINT
);

DROP TABLE IF EXISTS "activity_log_new";

CREATE TABLE "activity_log_new" AS
SELECT CAST("result"."digital_process_name" AS VARCHAR(1024)) AS "digital_process_name", CAST("result"."event_name" AS VARCHAR(1024)) AS "event_name", CAST("result"."event_key" AS VARCHAR(1024)) AS "event_key", CAST("result"."event_id" AS VARCHAR(1024)) AS "event_id", CAST("result"."case_id" AS VARCHAR(1024)) AS "case_id", CAST("result"."occurred_at" AS TIMESTAMP) AS "occurred_at", CAST("result"."read_at" AS TIMESTAMP) AS "read_at", CAST("result"."sorting" AS BIGINT) AS "sorting"
FROM (
SELECT
  "digital_process"."name" AS "digital_process_name",
  COALESCE("type"."name", "event"."key") AS "event_name",
  "event"."key" AS "event_key",
  CASE WHEN "event"."number" = 1 AND "event"."id" <> '' THEN "event"."id" ELSE "event"."id" || '#' || CAST("event"."number" AS VARCHAR(80)) END AS "event_id",
  "process_context"."context$processid" AS "case_id",
  "event"."occurred_at" AS "occurred_at",
  "event"."read_at" AS "read_at",
  TIMESTAMPDIFF(MILLISECOND, '1970-01-01 00:00:00', COALESCE("event"."read_at", "event"."occurred_at")) AS "sorting"
FROM (
  SELECT
    "process_context_event"."process_context$context$processid" AS "case_id",
    COALESCE("process_context_event"."id", '') AS "id",
    "process_context_event"."eventType" AS "key",
    "process_context_event"."occurredAt" AS "occurred_at",
    "process_context_event"."readAt" AS "read_at",
    ROW_NUMBER() OVER (PARTITION BY "process_context_event"."process_context$context$processid", COALESCE("process_context_event"."id", '') ORDER BY "process_context_event"."_position" ASC NULLS LAST, "process_context_event"."readAt" ASC NULLS LAST, "process_context_event"."occurredAt" ASC NULLS LAST, "process_context_event"."eventType" ASC NULLS LAST) AS "number"
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

MERGE INTO "activity_log"
USING "activity_log_new"
ON "activity_log_new"."case_id" = "activity_log"."case_id" AND "activity_log_new"."event_id" = "activity_log"."event_id"
WHEN MATCHED AND (NOT ("activity_log"."digital_process_name" <=> "activity_log_new"."digital_process_name") OR NOT ("activity_log"."event_name" <=> "activity_log_new"."event_name") OR NOT ("activity_log"."event_key" <=> "activity_log_new"."event_key") OR NOT ("activity_log"."occurred_at" <=> "activity_log_new"."occurred_at") OR NOT ("activity_log"."read_at" <=> "activity_log_new"."read_at") OR NOT ("activity_log"."sorting" <=> "activity_log_new"."sorting")) THEN UPDATE SET "digital_process_name" = "activity_log_new"."digital_process_name", "event_name" = "activity_log_new"."event_name", "event_key" = "activity_log_new"."event_key", "occurred_at" = "activity_log_new"."occurred_at", "read_at" = "activity_log_new"."read_at", "sorting" = "activity_log_new"."sorting"
WHEN NOT MATCHED THEN INSERT ("digital_process_name", "event_name", "event_key", "event_id", "case_id", "occurred_at", "read_at", "sorting") VALUES ("activity_log_new"."digital_process_name", "activity_log_new"."event_name", "activity_log_new"."event_key", "activity_log_new"."event_id", "activity_log_new"."case_id", "activity_log_new"."occurred_at", "activity_log_new"."read_at", "activity_log_new"."sorting");

DELETE FROM "activity_log"
WHERE NOT EXISTS (SELECT 1 FROM "activity_log_new" WHERE "activity_log_new"."case_id" = "activity_log"."case_id" AND "activity_log_new"."event_id" = "activity_log"."event_id");

DROP TABLE IF EXISTS "activity_log_new";

-- oe/event-log
CREATE TABLE IF NOT EXISTS "event_log" (
  "execution_template_name" VARCHAR(1024),
  "instance_id" VARCHAR(512),
  "created_at" TIMESTAMP,
  "last_modified" TIMESTAMP,
  "status" VARCHAR(256)
);

DROP TABLE IF EXISTS "event_log_new";

CREATE TABLE "event_log_new" AS
SELECT CAST("result"."execution_template_name" AS VARCHAR(1024)) AS "execution_template_name", CAST("result"."instance_id" AS VARCHAR(512)) AS "instance_id", CAST("result"."created_at" AS TIMESTAMP) AS "created_at", CAST("result"."last_modified" AS TIMESTAMP) AS "last_modified", CAST("result"."status" AS VARCHAR(256)) AS "status"
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

MERGE INTO "event_log"
USING "event_log_new"
ON "event_log_new"."instance_id" = "event_log"."instance_id"
WHEN MATCHED AND (NOT ("event_log"."execution_template_name" <=> "event_log_new"."execution_template_name") OR NOT ("event_log"."created_at" <=> "event_log_new"."created_at") OR NOT ("event_log"."last_modified" <=> "event_log_new"."last_modified") OR NOT ("event_log"."status" <=> "event_log_new"."status")) THEN UPDATE SET "execution_template_name" = "event_log_new"."execution_template_name", "created_at" = "event_log_new"."created_at", "last_modified" = "event_log_new"."last_modified", "status" = "event_log_new"."status"
WHEN NOT MATCHED THEN INSERT ("execution_template_name", "instance_id", "created_at", "last_modified", "status") VALUES ("event_log_new"."execution_template_name", "event_log_new"."instance_id", "event_log_new"."created_at", "event_log_new"."last_modified", "event_log_new"."status");

DELETE FROM "event_log"
WHERE NOT EXISTS (SELECT 1 FROM "event_log_new" WHERE "event_log_new"."instance_id" = "event_log"."instance_id");

DROP TABLE IF EXISTS "event_log_new";

-- celonis/audit-log
CREATE TABLE IF NOT EXISTS "audit_activity" (
  "event_key" VARCHAR(320),
  "session_id" VARCHAR(1024),
  "occurred_at" TIMESTAMP,
  "sorting" BIGINT,
  "event" VARCHAR(1024),
  "user_id" VARCHAR(1024),
  "user_email" VARCHAR(1280),
  "user_role" VARCHAR(256)
);

DROP TABLE IF EXISTS "audit_activity_new";

CREATE TABLE "audit_activity_new" AS
SELECT CAST("result"."event_key" AS VARCHAR(320)) AS "event_key", CAST("result"."session_id" AS VARCHAR(1024)) AS "session_id", CAST("result"."occurred_at" AS TIMESTAMP) AS "occurred_at", CAST("result"."sorting" AS BIGINT) AS "sorting", CAST("result"."event" AS VARCHAR(1024)) AS "event", CAST("result"."user_id" AS VARCHAR(1024)) AS "user_id", CAST("result"."user_email" AS VARCHAR(1280)) AS "user_email", CAST("result"."user_role" AS VARCHAR(256)) AS "user_role"
FROM (
SELECT
  "numbered".*,
  "session_user" || '#' || CAST(MIN(TIMESTAMPDIFF(MILLISECOND, '1970-01-01 00:00:00', "numbered"."occurred_at")) OVER (PARTITION BY "session_user", "session_number") AS VARCHAR(80)) AS "session_id",
  ROW_NUMBER() OVER (PARTITION BY "session_user", "session_number" ORDER BY "occurred_at", "event_key") AS "sorting"
FROM (
  SELECT
    "gaps".*,
    SUM("starts") OVER (PARTITION BY "session_user" ORDER BY "occurred_at", "event_key" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS "session_number"
  FROM (
    SELECT
      "owned".*,
      CASE WHEN TIMESTAMPDIFF(MILLISECOND, '1970-01-01 00:00:00', "occurred_at") - LAG(TIMESTAMPDIFF(MILLISECOND, '1970-01-01 00:00:00', "occurred_at")) OVER (PARTITION BY "session_user" ORDER BY "occurred_at", "event_key") <= 1800000 THEN 0 ELSE 1 END AS "starts"
    FROM (
      SELECT "records".*, COALESCE("user_id", 'unknown') AS "session_user"
      FROM (
SELECT
  "audit_log"."_key" AS "event_key",
  "audit_log"."timestamp" AS "occurred_at",
  "audit_log"."event" AS "event",
  NULLIF(REGEXP_SUBSTR("audit_log"."userId", '^([^ (]+)', 1, 1, 'c', 1), '') AS "user_id",
  NULLIF(REGEXP_SUBSTR("audit_log"."userId", '[(]([^()]*@[^()]*)[)]', 1, 1, 'c', 1), '') AS "user_email",
  "audit_log"."userRole" AS "user_role"
FROM "audit_log"
      ) AS "records"
      WHERE "occurred_at" IS NOT NULL
    ) AS "owned"
  ) AS "gaps"
) AS "numbered"
) AS "result";

MERGE INTO "audit_activity"
USING "audit_activity_new"
ON "audit_activity_new"."event_key" = "audit_activity"."event_key"
WHEN MATCHED AND (NOT ("audit_activity"."session_id" <=> "audit_activity_new"."session_id") OR NOT ("audit_activity"."occurred_at" <=> "audit_activity_new"."occurred_at") OR NOT ("audit_activity"."sorting" <=> "audit_activity_new"."sorting") OR NOT ("audit_activity"."event" <=> "audit_activity_new"."event") OR NOT ("audit_activity"."user_id" <=> "audit_activity_new"."user_id") OR NOT ("audit_activity"."user_email" <=> "audit_activity_new"."user_email") OR NOT ("audit_activity"."user_role" <=> "audit_activity_new"."user_role")) THEN UPDATE SET "session_id" = "audit_activity_new"."session_id", "occurred_at" = "audit_activity_new"."occurred_at", "sorting" = "audit_activity_new"."sorting", "event" = "audit_activity_new"."event", "user_id" = "audit_activity_new"."user_id", "user_email" = "audit_activity_new"."user_email", "user_role" = "audit_activity_new"."user_role"
WHEN NOT MATCHED THEN INSERT ("event_key", "session_id", "occurred_at", "sorting", "event", "user_id", "user_email", "user_role") VALUES ("audit_activity_new"."event_key", "audit_activity_new"."session_id", "audit_activity_new"."occurred_at", "audit_activity_new"."sorting", "audit_activity_new"."event", "audit_activity_new"."user_id", "audit_activity_new"."user_email", "audit_activity_new"."user_role");

DELETE FROM "audit_activity"
WHERE NOT EXISTS (SELECT 1 FROM "audit_activity_new" WHERE "audit_activity_new"."event_key" = "audit_activity"."event_key");

DROP TABLE IF EXISTS "audit_activity_new";

CREATE TABLE IF NOT EXISTS "login_activity" (
  "login_key" VARCHAR(320),
  "session_id" VARCHAR(1024),
  "occurred_at" TIMESTAMP,
  "sorting" BIGINT,
  "activity" VARCHAR(512),
  "success" BOOLEAN,
  "email" VARCHAR(1280),
  "user_id" VARCHAR(1024)
);

DROP TABLE IF EXISTS "login_activity_new";

CREATE TABLE "login_activity_new" AS
SELECT CAST("result"."login_key" AS VARCHAR(320)) AS "login_key", CAST("result"."session_id" AS VARCHAR(1024)) AS "session_id", CAST("result"."occurred_at" AS TIMESTAMP) AS "occurred_at", CAST("result"."sorting" AS BIGINT) AS "sorting", CAST("result"."activity" AS VARCHAR(512)) AS "activity", CAST("result"."success" AS BOOLEAN) AS "success", CAST("result"."email" AS VARCHAR(1280)) AS "email", CAST("result"."user_id" AS VARCHAR(1024)) AS "user_id"
FROM (
SELECT
  "numbered".*,
  "session_user" || '#' || CAST(MIN(TIMESTAMPDIFF(MILLISECOND, '1970-01-01 00:00:00', "numbered"."occurred_at")) OVER (PARTITION BY "session_user", "session_number") AS VARCHAR(80)) AS "session_id",
  ROW_NUMBER() OVER (PARTITION BY "session_user", "session_number" ORDER BY "occurred_at", "login_key") AS "sorting"
FROM (
  SELECT
    "gaps".*,
    SUM("starts") OVER (PARTITION BY "session_user" ORDER BY "occurred_at", "login_key" ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS "session_number"
  FROM (
    SELECT
      "owned".*,
      CASE WHEN TIMESTAMPDIFF(MILLISECOND, '1970-01-01 00:00:00', "occurred_at") - LAG(TIMESTAMPDIFF(MILLISECOND, '1970-01-01 00:00:00', "occurred_at")) OVER (PARTITION BY "session_user" ORDER BY "occurred_at", "login_key") <= 1800000 THEN 0 ELSE 1 END AS "starts"
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
  SELECT LOWER(NULLIF(REGEXP_SUBSTR("members"."nameAndEmail", '[(]([^()]*@[^()]*)[)]', 1, 1, 'c', 1), '')) AS "email", MIN("members"."userId") AS "user_id"
  FROM "members"
  GROUP BY LOWER(NULLIF(REGEXP_SUBSTR("members"."nameAndEmail", '[(]([^()]*@[^()]*)[)]', 1, 1, 'c', 1), ''))
) AS "member" ON "member"."email" = LOWER("login_history"."email")
      ) AS "records"
      WHERE "occurred_at" IS NOT NULL
    ) AS "owned"
  ) AS "gaps"
) AS "numbered"
) AS "result";

MERGE INTO "login_activity"
USING "login_activity_new"
ON "login_activity_new"."login_key" = "login_activity"."login_key"
WHEN MATCHED AND (NOT ("login_activity"."session_id" <=> "login_activity_new"."session_id") OR NOT ("login_activity"."occurred_at" <=> "login_activity_new"."occurred_at") OR NOT ("login_activity"."sorting" <=> "login_activity_new"."sorting") OR NOT ("login_activity"."activity" <=> "login_activity_new"."activity") OR NOT ("login_activity"."success" <=> "login_activity_new"."success") OR NOT ("login_activity"."email" <=> "login_activity_new"."email") OR NOT ("login_activity"."user_id" <=> "login_activity_new"."user_id")) THEN UPDATE SET "session_id" = "login_activity_new"."session_id", "occurred_at" = "login_activity_new"."occurred_at", "sorting" = "login_activity_new"."sorting", "activity" = "login_activity_new"."activity", "success" = "login_activity_new"."success", "email" = "login_activity_new"."email", "user_id" = "login_activity_new"."user_id"
WHEN NOT MATCHED THEN INSERT ("login_key", "session_id", "occurred_at", "sorting", "activity", "success", "email", "user_id") VALUES ("login_activity_new"."login_key", "login_activity_new"."session_id", "login_activity_new"."occurred_at", "login_activity_new"."sorting", "login_activity_new"."activity", "login_activity_new"."success", "login_activity_new"."email", "login_activity_new"."user_id");

DELETE FROM "login_activity"
WHERE NOT EXISTS (SELECT 1 FROM "login_activity_new" WHERE "login_activity_new"."login_key" = "login_activity"."login_key");

DROP TABLE IF EXISTS "login_activity_new";
