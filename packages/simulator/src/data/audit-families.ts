/**
 * Kinds of objects whose events are plain: created, changed, deleted.
 * Event codes: https://docs.celonis.com/en/audit-logs---event-details.html. The message keys of most are not published; they follow the
 * mixed style of those that are seen.
 */
import type { TeamObject } from './audit-objects.ts';
import type { Random, Weighted } from './random.ts';

/** A kind of object and its events. */
export interface Family {
  readonly kind: string;
  /** How often it is worked on, relative to the others. */
  readonly weight: number;
  readonly role: 'ADMIN' | 'ANALYST';
  readonly created: string;
  readonly changed: readonly Weighted<string>[];
  readonly deleted?: string;
  readonly message: (object: TeamObject, random: Random, code: string) => Record<string, unknown>;
}

/** All families. */
export const FAMILIES: readonly Family[] = [
  {
    kind: 'Skill',
    weight: 6,
    role: 'ANALYST',
    created: 'SKILL_CREATED',
    changed: [
      ['SKILL_UPDATED', 8],
      ['SKILL_DUPLICATED', 1],
      ['SKILL_RENAMED', 1],
    ],
    deleted: 'SKILL_DELETED',
    message: ({ id, name }) => ({
      skillId: id,
      skillName: name,
      signals: { 'open-tasks': id.charCodeAt(0) % 50, snoozed: 0 },
    }),
  },
  {
    kind: 'Routing Rule',
    weight: 2,
    role: 'ANALYST',
    created: 'ROUTING_RULE_CREATED',
    changed: [['ROUTING_RULE_UPDATED', 1]],
    deleted: 'ROUTING_RULE_DELETED',
    message: ({ id, name }, random) => ({
      id,
      name,
      conditions: [{ field: 'country', operator: 'in', values: ['DE', 'FR'].slice(0, random.int(1, 2)) }],
    }),
  },
  {
    kind: 'Group',
    weight: 3,
    role: 'ADMIN',
    created: 'GROUP_CREATED',
    changed: [['GROUP_UPDATED', 1]],
    deleted: 'GROUP_DELETED',
    message: ({ id, name }) => ({ id, name }),
  },
  {
    kind: 'Application',
    weight: 3,
    role: 'ADMIN',
    created: 'APPLICATION_KEY_CREATED',
    changed: [['APPLICATION_KEY_UPDATED', 1]],
    deleted: 'APPLICATION_KEY_DELETED',
    message: ({ id, name }) => ({ 'application-key-id': id, 'application-key-name': name }),
  },
  {
    kind: 'OAuth Client',
    weight: 3,
    role: 'ADMIN',
    created: 'OAUTH_CLIENT_CREATED',
    changed: [
      ['OAUTH_CLIENT_UPDATED', 3],
      ['OAUTH_CLIENT_SECRET_REGENERATED', 2],
      ['OAUTH_CLIENT_ACCESS_REVOKED', 1],
    ],
    deleted: 'OAUTH_CLIENT_DELETED',
    message: ({ id, name }, random) => ({
      clientId: id,
      clientName: name,
      scopes: ['audit.log:read', 'studio'].slice(0, random.int(0, 2)),
    }),
  },
  {
    kind: 'SSO Provider',
    weight: 1,
    role: 'ADMIN',
    created: 'SSO_PROVIDER_CREATED',
    changed: [
      ['SSO_PROVIDER_UPDATED', 2],
      ['SSO_PROVIDER_TOGGLED', 1],
    ],
    deleted: 'SSO_PROVIDER_DELETED',
    message: ({ id, name }, random) => ({ providerId: id, name, enabled: random.chance(0.7) }),
  },
  {
    kind: 'Uplink',
    weight: 1,
    role: 'ADMIN',
    created: 'UPLINK_CREATED',
    changed: [['UPLINK_UPDATED', 1]],
    deleted: 'UPLINK_DELETED',
    message: ({ id, name }) => ({ uplinkId: id, name }),
  },
  {
    kind: 'LLM Configuration',
    weight: 2,
    role: 'ADMIN',
    created: 'LLM_CONFIGURATION_CREATED',
    changed: [
      ['LLM_CONFIGURATION_UPDATED', 3],
      ['LLM_CONFIGURATION_ENABLED', 1],
      ['LLM_CONFIGURATION_DISABLED', 1],
    ],
    deleted: 'LLM_CONFIGURATION_DELETED',
    message: ({ id, name }, random) => ({
      configurationId: id,
      name,
      models: [
        { name: 'model-a', limit: random.int(1, 9) * 1000 },
        { name: 'model-b', limit: null },
      ],
    }),
  },
  {
    kind: 'Workflow',
    weight: 3,
    role: 'ANALYST',
    created: 'WORKFLOW_CREATED',
    changed: [['WORKFLOW_RENAMED', 1]],
    deleted: 'WORKFLOW_DELETED',
    message: ({ id, name }) => ({ workflowId: id, workflowName: name }),
  },
  {
    kind: 'Connection',
    weight: 3,
    role: 'ANALYST',
    created: 'CONNECTION_CREATED',
    changed: [['CONNECTION_UPDATED', 1]],
    deleted: 'CONNECTION_DELETED',
    message: ({ id, name }) => ({ connection_id: id, connection_name: name }),
  },
  {
    kind: 'Notebook',
    weight: 4,
    role: 'ANALYST',
    created: 'ML_NOTEBOOK_CREATED',
    changed: [['ML_NOTEBOOK_UPDATED', 1]],
    deleted: 'ML_NOTEBOOK_DELETED',
    message: ({ id, name }) => ({ 'Notebook Id': id, 'Notebook Name': name }),
  },
  {
    kind: 'ML Workspace',
    weight: 2,
    role: 'ANALYST',
    created: 'ML_WORKSPACE_CREATED',
    changed: [['ML_WORKSPACE_UPDATED', 1]],
    deleted: 'ML_WORKSPACE_DELETED',
    message: ({ id, name }) => ({ 'Workspace Id': id, name }),
  },
  {
    kind: 'Object Type',
    weight: 8,
    role: 'ANALYST',
    created: 'OCDM_OBJECT_CREATED',
    changed: [
      ['OCDM_OBJECT_UPDATED', 8],
      ['OCDM_OBJECT_RENAMED', 1],
      ['OCDM_GRAPH_PUBLISHED', 2],
    ],
    deleted: 'OCDM_OBJECT_DELETED',
    message: ({ id, name }, random) => ({
      id,
      name,
      namespace: 'custom',
      changeSet: {
        fieldsAdded: random.int(0, 4),
        fieldsRemoved: 0,
        relationships: ['Customer', 'Order'].slice(0, random.int(0, 2)),
      },
    }),
  },
  {
    kind: 'Event Type',
    weight: 4,
    role: 'ANALYST',
    created: 'OCDM_EVENT_CREATED',
    changed: [
      ['OCDM_EVENT_UPDATED', 5],
      ['OCDM_EVENT_RENAMED', 1],
    ],
    deleted: 'OCDM_EVENT_DELETED',
    message: ({ id, name }) => ({ id, name, namespace: 'custom' }),
  },
  {
    kind: 'SQL Factory',
    weight: 4,
    role: 'ANALYST',
    created: 'OCDM_SQL_FACTORY_CREATED',
    changed: [
      ['OCDM_SQL_FACTORY_UPDATED', 6],
      ['OCDM_SQL_FACTORY_DISABLED', 1],
    ],
    deleted: 'OCDM_SQL_FACTORY_DELETED',
    message: ({ id, name, version }) => ({ factoryId: id, factory_name: name, version: String(version) }),
  },
  {
    kind: 'Task Mining Project',
    weight: 4,
    role: 'ANALYST',
    created: 'TASK_MINING_PROJECT_CREATED',
    changed: [
      ['TASK_MINING_CONFIGURATION_UPDATED', 4],
      ['TASK_MINING_LABEL_CREATED', 2],
      ['TASK_MINING_TASK_UPDATED', 3],
      ['TASK_MINING_CONFIGURATION_DOWNLOADED', 1],
    ],
    deleted: 'TASK_MINING_PROJECT_DELETED',
    message: ({ id, name }) => ({ projectId: id, projectName: name }),
  },
  {
    kind: 'Objective',
    weight: 4,
    role: 'ANALYST',
    created: 'OBJECTIVE_CREATED',
    changed: [
      ['OBJECTIVE_UPDATED', 4],
      ['OBJECTIVE_KPI_CREATED', 2],
      ['OBJECTIVE_KPI_UPDATED', 3],
    ],
    deleted: 'OBJECTIVE_DELETED',
    message: ({ id, name }, random, code) => ({
      objectiveId: id,
      name,
      ...(code.includes('KPI') ? { kpi: { key: 'throughput', target: random.int(1, 900) / 10 } } : {}),
    }),
  },
  {
    kind: 'Copy Configuration',
    weight: 1,
    role: 'ADMIN',
    created: 'TEAM_TO_TEAM_COPY_CONFIGURATION_CREATED',
    changed: [
      ['TEAM_TO_TEAM_COPY_CONFIGURATION_UPDATED', 2],
      ['TEAM_TO_TEAM_COPY_SCHEDULING_CREATED', 1],
    ],
    deleted: 'TEAM_TO_TEAM_COPY_CONFIGURATION_DELETED',
    message: ({ id, name }) => ({ configurationId: id, name, teamId: 'b1', teamName: 'aldermoor-test' }),
  },
  {
    kind: 'Report Trigger',
    weight: 4,
    role: 'ANALYST',
    created: 'VIEW_REPORT_TRIGGER_CREATED',
    changed: [
      ['VIEW_REPORT_TRIGGER_UPDATED', 3],
      ['VIEW_REPORT_TRIGGER_ACTIVATED', 2],
      ['VIEW_REPORT_TRIGGER_DEACTIVATED', 1],
    ],
    deleted: 'VIEW_REPORT_TRIGGER_DELETED',
    message: ({ id, name }, random) => ({
      triggerId: id,
      name,
      recipients: Array.from({ length: random.int(1, 3) }, (_, index) => `list${index + 1}@example.com`),
    }),
  },
];
