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

CREATE TABLE IF NOT EXISTS "audit_session" (
  "session_id" VARCHAR(1024),
  "user_id" VARCHAR(1024),
  "user_email" VARCHAR(1280),
  "started_at" TIMESTAMP,
  "ended_at" TIMESTAMP,
  "activities" BIGINT
);

DROP TABLE IF EXISTS "audit_session_new";

CREATE TABLE "audit_session_new" AS
SELECT CAST("result"."session_id" AS VARCHAR(1024)) AS "session_id", CAST("result"."user_id" AS VARCHAR(1024)) AS "user_id", CAST("result"."user_email" AS VARCHAR(1280)) AS "user_email", CAST("result"."started_at" AS TIMESTAMP) AS "started_at", CAST("result"."ended_at" AS TIMESTAMP) AS "ended_at", CAST("result"."activities" AS BIGINT) AS "activities"
FROM (
SELECT
  "audit_activity"."session_id" AS "session_id",
  MAX("audit_activity"."user_id") AS "user_id",
  MAX("audit_activity"."user_email") AS "user_email",
  MIN("audit_activity"."occurred_at") AS "started_at",
  MAX("audit_activity"."occurred_at") AS "ended_at",
  COUNT(*) AS "activities"
FROM "audit_activity"
GROUP BY "audit_activity"."session_id"
) AS "result";

MERGE INTO "audit_session"
USING "audit_session_new"
ON "audit_session_new"."session_id" = "audit_session"."session_id"
WHEN MATCHED AND (NOT ("audit_session"."user_id" <=> "audit_session_new"."user_id") OR NOT ("audit_session"."user_email" <=> "audit_session_new"."user_email") OR NOT ("audit_session"."started_at" <=> "audit_session_new"."started_at") OR NOT ("audit_session"."ended_at" <=> "audit_session_new"."ended_at") OR NOT ("audit_session"."activities" <=> "audit_session_new"."activities")) THEN UPDATE SET "user_id" = "audit_session_new"."user_id", "user_email" = "audit_session_new"."user_email", "started_at" = "audit_session_new"."started_at", "ended_at" = "audit_session_new"."ended_at", "activities" = "audit_session_new"."activities"
WHEN NOT MATCHED THEN INSERT ("session_id", "user_id", "user_email", "started_at", "ended_at", "activities") VALUES ("audit_session_new"."session_id", "audit_session_new"."user_id", "audit_session_new"."user_email", "audit_session_new"."started_at", "audit_session_new"."ended_at", "audit_session_new"."activities");

DELETE FROM "audit_session"
WHERE NOT EXISTS (SELECT 1 FROM "audit_session_new" WHERE "audit_session_new"."session_id" = "audit_session"."session_id");

DROP TABLE IF EXISTS "audit_session_new";

CREATE TABLE IF NOT EXISTS "object_activity" (
  "event_key" VARCHAR(320),
  "object_key" VARCHAR(4096),
  "occurred_at" TIMESTAMP,
  "sorting" BIGINT,
  "activity" VARCHAR(1024),
  "object_type" VARCHAR(1024),
  "object_name" VARCHAR(4096),
  "user_id" VARCHAR(1024),
  "session_id" VARCHAR(1024)
);

DROP TABLE IF EXISTS "object_activity_new";

CREATE TABLE "object_activity_new" AS
SELECT CAST("result"."event_key" AS VARCHAR(320)) AS "event_key", CAST("result"."object_key" AS VARCHAR(4096)) AS "object_key", CAST("result"."occurred_at" AS TIMESTAMP) AS "occurred_at", CAST("result"."sorting" AS BIGINT) AS "sorting", CAST("result"."activity" AS VARCHAR(1024)) AS "activity", CAST("result"."object_type" AS VARCHAR(1024)) AS "object_type", CAST("result"."object_name" AS VARCHAR(4096)) AS "object_name", CAST("result"."user_id" AS VARCHAR(1024)) AS "user_id", CAST("result"."session_id" AS VARCHAR(1024)) AS "session_id"
FROM (
SELECT
  "named"."event_key" AS "event_key",
  "named"."object_key" AS "object_key",
  "audit_activity"."occurred_at" AS "occurred_at",
  ROW_NUMBER() OVER (PARTITION BY "named"."object_key" ORDER BY "audit_activity"."occurred_at", "named"."event_key") AS "sorting",
  "audit_activity"."event" || CASE WHEN UPPER("audit_log"."message$status") = 'FAILED' THEN ' (failed)' ELSE '' END AS "activity",
  "named"."object_type" AS "object_type",
  "named"."object_name" AS "object_name",
  "audit_activity"."user_id" AS "user_id",
  "audit_activity"."session_id" AS "session_id"
FROM (
  SELECT
    "event_key",
    "object_key",
    COALESCE(MIN("object_type"), 'object') AS "object_type",
    MIN(NULLIF("object_name", '')) AS "object_name"
  FROM (
SELECT "audit_log"."_key" AS "event_key", 'package:' || NULLIF("audit_log"."message$packageKey", '') AS "object_key", 'package' AS "object_type", CASE WHEN COALESCE("audit_log"."message$nodeType", '') = 'PACKAGE' THEN "audit_log"."message$nodeName" END AS "object_name"
FROM "audit_log"
WHERE NULLIF("audit_log"."message$packageKey", '') IS NOT NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", 'asset:' || COALESCE(NULLIF("audit_log"."message$nodeId", ''), COALESCE(NULLIF("audit_log"."message$packageKey", '') || '/', '') || NULLIF("audit_log"."message$nodeKey", '')) AS "object_key", 'asset' AS "object_type", "audit_log"."message$nodeName" AS "object_name"
FROM "audit_log"
WHERE COALESCE(NULLIF("audit_log"."message$nodeId", ''), COALESCE(NULLIF("audit_log"."message$packageKey", '') || '/', '') || NULLIF("audit_log"."message$nodeKey", '')) IS NOT NULL AND NOT COALESCE("audit_log"."message$nodeType", '') = 'PACKAGE'
UNION ALL
SELECT "audit_log"."_key" AS "event_key", 'space:' || NULLIF("audit_log"."message$spaceId", '') AS "object_key", 'space' AS "object_type", "audit_log"."message$spaceName" AS "object_name"
FROM "audit_log"
WHERE NULLIF("audit_log"."message$spaceId", '') IS NOT NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", 'data_pool:' || NULLIF("audit_log"."message$dataPoolId", '') AS "object_key", 'data_pool' AS "object_type", "audit_log"."message$dataPoolName" AS "object_name"
FROM "audit_log"
WHERE NULLIF("audit_log"."message$dataPoolId", '') IS NOT NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", 'data_job:' || NULLIF("audit_log"."message$dataJobId", '') AS "object_key", 'data_job' AS "object_type", "audit_log"."message$dataJobName" AS "object_name"
FROM "audit_log"
WHERE NULLIF("audit_log"."message$dataJobId", '') IS NOT NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", 'data_source:' || NULLIF("audit_log"."message$dataSourceId", '') AS "object_key", 'data_source' AS "object_type", "audit_log"."message$dataSourceName" AS "object_name"
FROM "audit_log"
WHERE NULLIF("audit_log"."message$dataSourceId", '') IS NOT NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", 'data_model:' || NULLIF("audit_log"."message$dataModelId", '') AS "object_key", 'data_model' AS "object_type", "audit_log"."message$dataModelName" AS "object_name"
FROM "audit_log"
WHERE NULLIF("audit_log"."message$dataModelId", '') IS NOT NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", 'oauth_client:' || NULLIF("audit_log"."message$clientId", '') AS "object_key", 'oauth_client' AS "object_type", "audit_log"."message$clientName" AS "object_name"
FROM "audit_log"
WHERE NULLIF("audit_log"."message$clientId", '') IS NOT NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", 'application_key:' || NULLIF("audit_log"."message$application-key-id", '') AS "object_key", 'application_key' AS "object_type", CAST(NULL AS VARCHAR(4096)) AS "object_name"
FROM "audit_log"
WHERE NULLIF("audit_log"."message$application-key-id", '') IS NOT NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", 'analysis:' || NULLIF("audit_log"."message$Analysis Id", '') AS "object_key", 'analysis' AS "object_type", CAST(NULL AS VARCHAR(4096)) AS "object_name"
FROM "audit_log"
WHERE NULLIF("audit_log"."message$Analysis Id", '') IS NOT NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", 'team:' || NULLIF("audit_log"."message$teamId", '') AS "object_key", 'team' AS "object_type", "audit_log"."message$teamName" AS "object_name"
FROM "audit_log"
WHERE NULLIF("audit_log"."message$teamId", '') IS NOT NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", 'variable:' || COALESCE(NULLIF("audit_log"."message$packageKey", '') || '/', '') || NULLIF("audit_log"."message$variableKey", '') AS "object_key", 'variable' AS "object_type", CAST(NULL AS VARCHAR(4096)) AS "object_name"
FROM "audit_log"
WHERE NULLIF("audit_log"."message$variableKey", '') IS NOT NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", 'table:' || COALESCE(NULLIF("audit_log"."message$dataPoolId", '') || '/', '') || NULLIF("audit_log"."message$tableName", '') AS "object_key", 'table' AS "object_type", CAST(NULL AS VARCHAR(4096)) AS "object_name"
FROM "audit_log"
WHERE NULLIF("audit_log"."message$tableName", '') IS NOT NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", 'user:' || COALESCE(NULLIF(REGEXP_SUBSTR("audit_log"."message$userId", '^([^ (]+)', 1, 1, 'c', 1), ''), "person"."user_id", LOWER(COALESCE(NULLIF(REGEXP_SUBSTR("audit_log"."message$subject_description", '[(]([^()]*@[^()]*)[)]', 1, 1, 'c', 1), ''), NULLIF("audit_log"."message$userEmail", ''), NULLIF("audit_log"."message$email", ''), NULLIF("audit_log"."message$invitee", '')))) AS "object_key", 'user' AS "object_type", LOWER(COALESCE(NULLIF(REGEXP_SUBSTR("audit_log"."message$subject_description", '[(]([^()]*@[^()]*)[)]', 1, 1, 'c', 1), ''), NULLIF("audit_log"."message$userEmail", ''), NULLIF("audit_log"."message$email", ''), NULLIF("audit_log"."message$invitee", ''))) AS "object_name"
FROM "audit_log"
LEFT JOIN (
  SELECT LOWER(NULLIF(REGEXP_SUBSTR("members"."nameAndEmail", '[(]([^()]*@[^()]*)[)]', 1, 1, 'c', 1), '')) AS "email", MIN("members"."userId") AS "user_id"
  FROM "members"
  GROUP BY LOWER(NULLIF(REGEXP_SUBSTR("members"."nameAndEmail", '[(]([^()]*@[^()]*)[)]', 1, 1, 'c', 1), ''))
) AS "person" ON "person"."email" = LOWER(COALESCE(NULLIF(REGEXP_SUBSTR("audit_log"."message$subject_description", '[(]([^()]*@[^()]*)[)]', 1, 1, 'c', 1), ''), NULLIF("audit_log"."message$userEmail", ''), NULLIF("audit_log"."message$email", ''), NULLIF("audit_log"."message$invitee", '')))
WHERE COALESCE(NULLIF(REGEXP_SUBSTR("audit_log"."message$userId", '^([^ (]+)', 1, 1, 'c', 1), ''), "person"."user_id", LOWER(COALESCE(NULLIF(REGEXP_SUBSTR("audit_log"."message$subject_description", '[(]([^()]*@[^()]*)[)]', 1, 1, 'c', 1), ''), NULLIF("audit_log"."message$userEmail", ''), NULLIF("audit_log"."message$email", ''), NULLIF("audit_log"."message$invitee", '')))) IS NOT NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", 'subject:' || "audit_log"."message$subject_description" AS "object_key", 'subject' AS "object_type", "audit_log"."message$subject_description" AS "object_name"
FROM "audit_log"
WHERE NULLIF("audit_log"."message$subject_description", '') IS NOT NULL AND NULLIF(REGEXP_SUBSTR("audit_log"."message$subject_description", '[(]([^()]*@[^()]*)[)]', 1, 1, 'c', 1), '') IS NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", COALESCE("known"."object_key", 'object:' || COALESCE(NULLIF("audit_log"."message$object_id", ''), NULLIF("audit_log"."message$object_description", ''))) AS "object_key", NULLIF(REGEXP_SUBSTR("known"."object_key", '^([^:]+):', 1, 1, 'c', 1), '') AS "object_type", "audit_log"."message$object_description" AS "object_name"
FROM "audit_log"
LEFT JOIN (
  SELECT "id", MIN("object_key") AS "object_key"
  FROM (
SELECT NULLIF("audit_log"."message$spaceId", '') AS "id", 'space:' || NULLIF("audit_log"."message$spaceId", '') AS "object_key" FROM "audit_log" WHERE NULLIF("audit_log"."message$spaceId", '') IS NOT NULL
UNION ALL
SELECT NULLIF("audit_log"."message$dataPoolId", '') AS "id", 'data_pool:' || NULLIF("audit_log"."message$dataPoolId", '') AS "object_key" FROM "audit_log" WHERE NULLIF("audit_log"."message$dataPoolId", '') IS NOT NULL
UNION ALL
SELECT NULLIF("audit_log"."message$dataJobId", '') AS "id", 'data_job:' || NULLIF("audit_log"."message$dataJobId", '') AS "object_key" FROM "audit_log" WHERE NULLIF("audit_log"."message$dataJobId", '') IS NOT NULL
UNION ALL
SELECT NULLIF("audit_log"."message$dataSourceId", '') AS "id", 'data_source:' || NULLIF("audit_log"."message$dataSourceId", '') AS "object_key" FROM "audit_log" WHERE NULLIF("audit_log"."message$dataSourceId", '') IS NOT NULL
UNION ALL
SELECT NULLIF("audit_log"."message$dataModelId", '') AS "id", 'data_model:' || NULLIF("audit_log"."message$dataModelId", '') AS "object_key" FROM "audit_log" WHERE NULLIF("audit_log"."message$dataModelId", '') IS NOT NULL
UNION ALL
SELECT NULLIF("audit_log"."message$clientId", '') AS "id", 'oauth_client:' || NULLIF("audit_log"."message$clientId", '') AS "object_key" FROM "audit_log" WHERE NULLIF("audit_log"."message$clientId", '') IS NOT NULL
UNION ALL
SELECT NULLIF("audit_log"."message$application-key-id", '') AS "id", 'application_key:' || NULLIF("audit_log"."message$application-key-id", '') AS "object_key" FROM "audit_log" WHERE NULLIF("audit_log"."message$application-key-id", '') IS NOT NULL
UNION ALL
SELECT NULLIF("audit_log"."message$Analysis Id", '') AS "id", 'analysis:' || NULLIF("audit_log"."message$Analysis Id", '') AS "object_key" FROM "audit_log" WHERE NULLIF("audit_log"."message$Analysis Id", '') IS NOT NULL
UNION ALL
SELECT NULLIF("audit_log"."message$teamId", '') AS "id", 'team:' || NULLIF("audit_log"."message$teamId", '') AS "object_key" FROM "audit_log" WHERE NULLIF("audit_log"."message$teamId", '') IS NOT NULL
UNION ALL
SELECT NULLIF("audit_log"."message$nodeId", '') AS "id", 'asset:' || NULLIF("audit_log"."message$nodeId", '') AS "object_key" FROM "audit_log" WHERE NULLIF("audit_log"."message$nodeId", '') IS NOT NULL AND NOT COALESCE("audit_log"."message$nodeType", '') = 'PACKAGE'
UNION ALL
SELECT NULLIF("audit_log"."message$id", '') AS "id", 'package:' || NULLIF("audit_log"."message$packageKey", '') AS "object_key" FROM "audit_log" WHERE NULLIF("audit_log"."message$id", '') IS NOT NULL AND NULLIF("audit_log"."message$packageKey", '') IS NOT NULL AND (COALESCE("audit_log"."message$nodeType", '') = 'PACKAGE' OR COALESCE(NULLIF("audit_log"."message$nodeId", ''), COALESCE(NULLIF("audit_log"."message$packageKey", '') || '/', '') || NULLIF("audit_log"."message$nodeKey", '')) IS NULL)
  ) AS "owners"
  GROUP BY "id"
) AS "known" ON "known"."id" = NULLIF("audit_log"."message$object_id", '')
WHERE COALESCE(NULLIF("audit_log"."message$object_id", ''), NULLIF("audit_log"."message$object_description", '')) IS NOT NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", 'object:' || NULLIF("audit_log"."message$id", '') AS "object_key", LOWER(NULLIF(REGEXP_SUBSTR("audit_log"."event", '^(.+)_[A-Z]+$', 1, 1, 'c', 1), '')) AS "object_type", "audit_log"."message$name" AS "object_name"
FROM "audit_log"
WHERE NULLIF("audit_log"."message$id", '') IS NOT NULL AND COALESCE(NULLIF("audit_log"."message$spaceId", ''), NULLIF("audit_log"."message$dataPoolId", ''), NULLIF("audit_log"."message$dataJobId", ''), NULLIF("audit_log"."message$dataSourceId", ''), NULLIF("audit_log"."message$dataModelId", ''), NULLIF("audit_log"."message$clientId", ''), NULLIF("audit_log"."message$application-key-id", ''), NULLIF("audit_log"."message$Analysis Id", ''), NULLIF("audit_log"."message$teamId", ''), NULLIF("audit_log"."message$packageKey", ''), NULLIF("audit_log"."message$nodeId", ''), NULLIF("audit_log"."message$nodeKey", '')) IS NULL
  ) AS "mentions"
  GROUP BY "event_key", "object_key"
) AS "named"
JOIN "audit_activity" ON "audit_activity"."event_key" = "named"."event_key"
JOIN "audit_log" ON "audit_log"."_key" = "named"."event_key"
) AS "result";

MERGE INTO "object_activity"
USING "object_activity_new"
ON "object_activity_new"."event_key" = "object_activity"."event_key" AND "object_activity_new"."object_key" = "object_activity"."object_key"
WHEN MATCHED AND (NOT ("object_activity"."occurred_at" <=> "object_activity_new"."occurred_at") OR NOT ("object_activity"."sorting" <=> "object_activity_new"."sorting") OR NOT ("object_activity"."activity" <=> "object_activity_new"."activity") OR NOT ("object_activity"."object_type" <=> "object_activity_new"."object_type") OR NOT ("object_activity"."object_name" <=> "object_activity_new"."object_name") OR NOT ("object_activity"."user_id" <=> "object_activity_new"."user_id") OR NOT ("object_activity"."session_id" <=> "object_activity_new"."session_id")) THEN UPDATE SET "occurred_at" = "object_activity_new"."occurred_at", "sorting" = "object_activity_new"."sorting", "activity" = "object_activity_new"."activity", "object_type" = "object_activity_new"."object_type", "object_name" = "object_activity_new"."object_name", "user_id" = "object_activity_new"."user_id", "session_id" = "object_activity_new"."session_id"
WHEN NOT MATCHED THEN INSERT ("event_key", "object_key", "occurred_at", "sorting", "activity", "object_type", "object_name", "user_id", "session_id") VALUES ("object_activity_new"."event_key", "object_activity_new"."object_key", "object_activity_new"."occurred_at", "object_activity_new"."sorting", "object_activity_new"."activity", "object_activity_new"."object_type", "object_activity_new"."object_name", "object_activity_new"."user_id", "object_activity_new"."session_id");

DELETE FROM "object_activity"
WHERE NOT EXISTS (SELECT 1 FROM "object_activity_new" WHERE "object_activity_new"."event_key" = "object_activity"."event_key" AND "object_activity_new"."object_key" = "object_activity"."object_key");

DROP TABLE IF EXISTS "object_activity_new";

CREATE TABLE IF NOT EXISTS "audit_object" (
  "object_key" VARCHAR(4096),
  "object_type" VARCHAR(1024),
  "object_name" VARCHAR(4096),
  "first_at" TIMESTAMP,
  "last_at" TIMESTAMP,
  "activities" BIGINT,
  "users" BIGINT
);

DROP TABLE IF EXISTS "audit_object_new";

CREATE TABLE "audit_object_new" AS
SELECT CAST("result"."object_key" AS VARCHAR(4096)) AS "object_key", CAST("result"."object_type" AS VARCHAR(1024)) AS "object_type", CAST("result"."object_name" AS VARCHAR(4096)) AS "object_name", CAST("result"."first_at" AS TIMESTAMP) AS "first_at", CAST("result"."last_at" AS TIMESTAMP) AS "last_at", CAST("result"."activities" AS BIGINT) AS "activities", CAST("result"."users" AS BIGINT) AS "users"
FROM (
SELECT
  "ranked"."object_key" AS "object_key",
  MAX(CASE WHEN "ranked"."typed" = 1 THEN "ranked"."object_type" END) AS "object_type",
  MAX(CASE WHEN "ranked"."called" = 1 THEN "ranked"."object_name" END) AS "object_name",
  MIN("ranked"."occurred_at") AS "first_at",
  MAX("ranked"."occurred_at") AS "last_at",
  COUNT(*) AS "activities",
  COUNT(DISTINCT "ranked"."user_id") AS "users"
FROM (
  SELECT
    "object_activity"."object_key" AS "object_key",
    "object_activity"."object_type" AS "object_type",
    "object_activity"."object_name" AS "object_name",
    "object_activity"."occurred_at" AS "occurred_at",
    "object_activity"."user_id" AS "user_id",
    ROW_NUMBER() OVER (PARTITION BY "object_activity"."object_key" ORDER BY CASE WHEN "object_activity"."object_type" <> 'object' THEN 0 ELSE 1 END, "object_activity"."sorting") AS "typed",
    ROW_NUMBER() OVER (PARTITION BY "object_activity"."object_key" ORDER BY CASE WHEN "object_activity"."object_name" IS NOT NULL THEN 0 ELSE 1 END, "object_activity"."sorting" DESC) AS "called"
  FROM "object_activity"
) AS "ranked"
GROUP BY "ranked"."object_key"
) AS "result";

MERGE INTO "audit_object"
USING "audit_object_new"
ON "audit_object_new"."object_key" = "audit_object"."object_key"
WHEN MATCHED AND (NOT ("audit_object"."object_type" <=> "audit_object_new"."object_type") OR NOT ("audit_object"."object_name" <=> "audit_object_new"."object_name") OR NOT ("audit_object"."first_at" <=> "audit_object_new"."first_at") OR NOT ("audit_object"."last_at" <=> "audit_object_new"."last_at") OR NOT ("audit_object"."activities" <=> "audit_object_new"."activities") OR NOT ("audit_object"."users" <=> "audit_object_new"."users")) THEN UPDATE SET "object_type" = "audit_object_new"."object_type", "object_name" = "audit_object_new"."object_name", "first_at" = "audit_object_new"."first_at", "last_at" = "audit_object_new"."last_at", "activities" = "audit_object_new"."activities", "users" = "audit_object_new"."users"
WHEN NOT MATCHED THEN INSERT ("object_key", "object_type", "object_name", "first_at", "last_at", "activities", "users") VALUES ("audit_object_new"."object_key", "audit_object_new"."object_type", "audit_object_new"."object_name", "audit_object_new"."first_at", "audit_object_new"."last_at", "audit_object_new"."activities", "audit_object_new"."users");

DELETE FROM "audit_object"
WHERE NOT EXISTS (SELECT 1 FROM "audit_object_new" WHERE "audit_object_new"."object_key" = "audit_object"."object_key");

DROP TABLE IF EXISTS "audit_object_new";

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

CREATE TABLE IF NOT EXISTS "login_session" (
  "session_id" VARCHAR(1024),
  "email" VARCHAR(1280),
  "user_id" VARCHAR(1024),
  "started_at" TIMESTAMP,
  "ended_at" TIMESTAMP,
  "activities" BIGINT,
  "failures" BIGINT
);

DROP TABLE IF EXISTS "login_session_new";

CREATE TABLE "login_session_new" AS
SELECT CAST("result"."session_id" AS VARCHAR(1024)) AS "session_id", CAST("result"."email" AS VARCHAR(1280)) AS "email", CAST("result"."user_id" AS VARCHAR(1024)) AS "user_id", CAST("result"."started_at" AS TIMESTAMP) AS "started_at", CAST("result"."ended_at" AS TIMESTAMP) AS "ended_at", CAST("result"."activities" AS BIGINT) AS "activities", CAST("result"."failures" AS BIGINT) AS "failures"
FROM (
SELECT
  "login_activity"."session_id" AS "session_id",
  MAX("login_activity"."email") AS "email",
  MAX("login_activity"."user_id") AS "user_id",
  MIN("login_activity"."occurred_at") AS "started_at",
  MAX("login_activity"."occurred_at") AS "ended_at",
  COUNT(*) AS "activities",
  SUM(CASE WHEN "login_activity"."success" = FALSE THEN 1 ELSE 0 END) AS "failures"
FROM "login_activity"
GROUP BY "login_activity"."session_id"
) AS "result";

MERGE INTO "login_session"
USING "login_session_new"
ON "login_session_new"."session_id" = "login_session"."session_id"
WHEN MATCHED AND (NOT ("login_session"."email" <=> "login_session_new"."email") OR NOT ("login_session"."user_id" <=> "login_session_new"."user_id") OR NOT ("login_session"."started_at" <=> "login_session_new"."started_at") OR NOT ("login_session"."ended_at" <=> "login_session_new"."ended_at") OR NOT ("login_session"."activities" <=> "login_session_new"."activities") OR NOT ("login_session"."failures" <=> "login_session_new"."failures")) THEN UPDATE SET "email" = "login_session_new"."email", "user_id" = "login_session_new"."user_id", "started_at" = "login_session_new"."started_at", "ended_at" = "login_session_new"."ended_at", "activities" = "login_session_new"."activities", "failures" = "login_session_new"."failures"
WHEN NOT MATCHED THEN INSERT ("session_id", "email", "user_id", "started_at", "ended_at", "activities", "failures") VALUES ("login_session_new"."session_id", "login_session_new"."email", "login_session_new"."user_id", "login_session_new"."started_at", "login_session_new"."ended_at", "login_session_new"."activities", "login_session_new"."failures");

DELETE FROM "login_session"
WHERE NOT EXISTS (SELECT 1 FROM "login_session_new" WHERE "login_session_new"."session_id" = "login_session"."session_id");

DROP TABLE IF EXISTS "login_session_new";
