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

CREATE OR REPLACE TABLE "audit_session" AS
SELECT CAST("result"."session_id" AS VARCHAR) AS "session_id", CAST("result"."user_id" AS VARCHAR) AS "user_id", CAST("result"."user_email" AS VARCHAR) AS "user_email", CAST("result"."started_at" AS TIMESTAMP) AS "started_at", CAST("result"."ended_at" AS TIMESTAMP) AS "ended_at", CAST("result"."activities" AS BIGINT) AS "activities"
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

CREATE OR REPLACE TABLE "object_activity" AS
SELECT CAST("result"."event_key" AS VARCHAR) AS "event_key", CAST("result"."object_key" AS VARCHAR) AS "object_key", CAST("result"."occurred_at" AS TIMESTAMP) AS "occurred_at", CAST("result"."sorting" AS BIGINT) AS "sorting", CAST("result"."activity" AS VARCHAR) AS "activity", CAST("result"."object_type" AS VARCHAR) AS "object_type", CAST("result"."object_name" AS VARCHAR) AS "object_name", CAST("result"."user_id" AS VARCHAR) AS "user_id", CAST("result"."session_id" AS VARCHAR) AS "session_id"
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
SELECT "audit_log"."_key" AS "event_key", 'application_key:' || NULLIF("audit_log"."message$application-key-id", '') AS "object_key", 'application_key' AS "object_type", CAST(NULL AS VARCHAR) AS "object_name"
FROM "audit_log"
WHERE NULLIF("audit_log"."message$application-key-id", '') IS NOT NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", 'analysis:' || NULLIF("audit_log"."message$Analysis Id", '') AS "object_key", 'analysis' AS "object_type", CAST(NULL AS VARCHAR) AS "object_name"
FROM "audit_log"
WHERE NULLIF("audit_log"."message$Analysis Id", '') IS NOT NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", 'team:' || NULLIF("audit_log"."message$teamId", '') AS "object_key", 'team' AS "object_type", "audit_log"."message$teamName" AS "object_name"
FROM "audit_log"
WHERE NULLIF("audit_log"."message$teamId", '') IS NOT NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", 'variable:' || COALESCE(NULLIF("audit_log"."message$packageKey", '') || '/', '') || NULLIF("audit_log"."message$variableKey", '') AS "object_key", 'variable' AS "object_type", CAST(NULL AS VARCHAR) AS "object_name"
FROM "audit_log"
WHERE NULLIF("audit_log"."message$variableKey", '') IS NOT NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", 'table:' || COALESCE(NULLIF("audit_log"."message$dataPoolId", '') || '/', '') || NULLIF("audit_log"."message$tableName", '') AS "object_key", 'table' AS "object_type", CAST(NULL AS VARCHAR) AS "object_name"
FROM "audit_log"
WHERE NULLIF("audit_log"."message$tableName", '') IS NOT NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", 'user:' || COALESCE(NULLIF(regexp_extract("audit_log"."message$userId", '^([^ (]+)', 1), ''), "person"."user_id", LOWER(COALESCE(NULLIF(regexp_extract("audit_log"."message$subject_description", '[(]([^()]*@[^()]*)[)]', 1), ''), NULLIF("audit_log"."message$userEmail", ''), NULLIF("audit_log"."message$email", ''), NULLIF("audit_log"."message$invitee", '')))) AS "object_key", 'user' AS "object_type", LOWER(COALESCE(NULLIF(regexp_extract("audit_log"."message$subject_description", '[(]([^()]*@[^()]*)[)]', 1), ''), NULLIF("audit_log"."message$userEmail", ''), NULLIF("audit_log"."message$email", ''), NULLIF("audit_log"."message$invitee", ''))) AS "object_name"
FROM "audit_log"
LEFT JOIN (
  SELECT LOWER(NULLIF(regexp_extract("members"."nameAndEmail", '[(]([^()]*@[^()]*)[)]', 1), '')) AS "email", MIN("members"."userId") AS "user_id"
  FROM "members"
  GROUP BY LOWER(NULLIF(regexp_extract("members"."nameAndEmail", '[(]([^()]*@[^()]*)[)]', 1), ''))
) AS "person" ON "person"."email" = LOWER(COALESCE(NULLIF(regexp_extract("audit_log"."message$subject_description", '[(]([^()]*@[^()]*)[)]', 1), ''), NULLIF("audit_log"."message$userEmail", ''), NULLIF("audit_log"."message$email", ''), NULLIF("audit_log"."message$invitee", '')))
WHERE COALESCE(NULLIF(regexp_extract("audit_log"."message$userId", '^([^ (]+)', 1), ''), "person"."user_id", LOWER(COALESCE(NULLIF(regexp_extract("audit_log"."message$subject_description", '[(]([^()]*@[^()]*)[)]', 1), ''), NULLIF("audit_log"."message$userEmail", ''), NULLIF("audit_log"."message$email", ''), NULLIF("audit_log"."message$invitee", '')))) IS NOT NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", 'subject:' || "audit_log"."message$subject_description" AS "object_key", 'subject' AS "object_type", "audit_log"."message$subject_description" AS "object_name"
FROM "audit_log"
WHERE NULLIF("audit_log"."message$subject_description", '') IS NOT NULL AND NULLIF(regexp_extract("audit_log"."message$subject_description", '[(]([^()]*@[^()]*)[)]', 1), '') IS NULL
UNION ALL
SELECT "audit_log"."_key" AS "event_key", COALESCE("known"."object_key", 'object:' || COALESCE(NULLIF("audit_log"."message$object_id", ''), NULLIF("audit_log"."message$object_description", ''))) AS "object_key", NULLIF(regexp_extract("known"."object_key", '^([^:]+):', 1), '') AS "object_type", "audit_log"."message$object_description" AS "object_name"
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
SELECT "audit_log"."_key" AS "event_key", 'object:' || NULLIF("audit_log"."message$id", '') AS "object_key", LOWER(NULLIF(regexp_extract("audit_log"."event", '^(.+)_[A-Z]+$', 1), '')) AS "object_type", "audit_log"."message$name" AS "object_name"
FROM "audit_log"
WHERE NULLIF("audit_log"."message$id", '') IS NOT NULL AND COALESCE(NULLIF("audit_log"."message$spaceId", ''), NULLIF("audit_log"."message$dataPoolId", ''), NULLIF("audit_log"."message$dataJobId", ''), NULLIF("audit_log"."message$dataSourceId", ''), NULLIF("audit_log"."message$dataModelId", ''), NULLIF("audit_log"."message$clientId", ''), NULLIF("audit_log"."message$application-key-id", ''), NULLIF("audit_log"."message$Analysis Id", ''), NULLIF("audit_log"."message$teamId", ''), NULLIF("audit_log"."message$packageKey", ''), NULLIF("audit_log"."message$nodeId", ''), NULLIF("audit_log"."message$nodeKey", '')) IS NULL
  ) AS "mentions"
  GROUP BY "event_key", "object_key"
) AS "named"
JOIN "audit_activity" ON "audit_activity"."event_key" = "named"."event_key"
JOIN "audit_log" ON "audit_log"."_key" = "named"."event_key"
) AS "result";

CREATE OR REPLACE TABLE "audit_object" AS
SELECT CAST("result"."object_key" AS VARCHAR) AS "object_key", CAST("result"."object_type" AS VARCHAR) AS "object_type", CAST("result"."object_name" AS VARCHAR) AS "object_name", CAST("result"."first_at" AS TIMESTAMP) AS "first_at", CAST("result"."last_at" AS TIMESTAMP) AS "last_at", CAST("result"."activities" AS BIGINT) AS "activities", CAST("result"."users" AS BIGINT) AS "users"
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

CREATE OR REPLACE TABLE "login_session" AS
SELECT CAST("result"."session_id" AS VARCHAR) AS "session_id", CAST("result"."email" AS VARCHAR) AS "email", CAST("result"."user_id" AS VARCHAR) AS "user_id", CAST("result"."started_at" AS TIMESTAMP) AS "started_at", CAST("result"."ended_at" AS TIMESTAMP) AS "ended_at", CAST("result"."activities" AS BIGINT) AS "activities", CAST("result"."failures" AS BIGINT) AS "failures"
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
