/**
 * Records of the Celonis audit log, login history, members and Studio adoption APIs.
 * Sources: https://developer.celonis.com/celonis-apis/audit-log-api/overview/, https://developer.celonis.com/celonis-apis/team-api/overview/,
 * https://developer.celonis.com/celonis-apis/platform-api/overview/
 */
import type { ColumnModel, TableModel } from './model.ts';
import { childTable, column, rootTable, valueColumn } from './source-tables.ts';

const personal = { sensitive: true };

/**
 * Keys seen in `message`. Spelling is as mixed as the vendor's. Each is a column, as the Extractor Builder would make it, so that tables
 * made here and in Celonis are the same, an auditor asks `"message$packageKey" = 'x'` without a join, and a column that most events do not
 * have costs no room; keys not listed become columns when they come.
 */
const messageColumns: readonly ColumnModel[] = [
  ...messageKeys(
    'id name status version tableName object_id object_description teamId teamName spaceId spaceName packageKey nodeId nodeKey nodeName',
  ),
  ...messageKeys(
    'nodeType assetType variableKey dataPoolId dataPoolName dataJobId dataJobName dataSourceId dataSourceName',
  ),
  ...messageKeys('dataModelId dataModelName clientId clientName application-key-id login-history-enabled'),
  ...messageKeys('userId email userEmail sender invitee oldUserName updatedUserName subject_description', personal),
  column('message$Analysis Id', 'STRING', '`Analysis Id` of the message.'),
];

function messageKeys(keys: string, more: { readonly sensitive?: boolean } = {}): readonly ColumnModel[] {
  return keys.split(' ').map((key) => column(`message$${key}`, 'STRING', `\`${key}\` of the message.`, more));
}

/** What people and services did in the team. The API gives no ID. */
export const auditLogTable: TableModel = rootTable({
  name: 'audit_log',
  description: 'Audit events of the team.',
  source: { operation: 'findAllAuditLogs', permission: 'Use Audit Log API' },
  columns: [
    column('userId', 'STRING', 'Who did it: `<UUID> (<e-mail>)`, or a service and `(SYSTEM)`.', personal),
    column('userRole', 'STRING', 'Role in the team: `ADMIN`, `ANALYST`, `MEMBER`.'),
    column('event', 'STRING', 'Code of the event: `STUDIO_NODE_UPDATED`. The catalogue is open.'),
    column('timestamp', 'DATETIME', 'When it happened.'),
    column('ipAddress', 'STRING', 'Address it came from, where the team records it.', personal),
    column('port', 'STRING', 'Port it came from; text in the API.'),
    column('diffPayload$newValue', 'STRING', 'What it was changed to; for Action Flows.'),
    column('diffPayload$oldValue', 'STRING', 'What it was before.'),
    ...messageColumns,
  ],
});

/** Permissions before and after a change. */
export const permissionTables: readonly TableModel[] = [
  childTable(auditLogTable, {
    at: 'message$new_permissions',
    description: 'Permissions that a subject has after `PERMISSIONS_UPDATE`.',
    columns: [valueColumn('STRING', 'The permission.')],
  }),
  childTable(auditLogTable, {
    at: 'message$old_permissions',
    description: 'Permissions that a subject had before `PERMISSIONS_UPDATE`.',
    columns: [valueColumn('STRING', 'The permission.')],
  }),
];

/** Log-ins and failed attempts. The API gives no ID. */
export const loginHistoryTable: TableModel = rootTable({
  name: 'login_history',
  description: 'Log-ins, log-outs and failed attempts.',
  source: { operation: 'findAllAuthenticationEvents', permission: 'Use Login History API' },
  columns: [
    column('authenticationEventType', 'STRING', '`LOGIN`, `LOGIN_SSO`, `BAD_CREDENTIALS`, …'),
    column('email', 'STRING', 'Address that was used.', personal),
    column('success', 'BOOLEAN', 'Whether it succeeded.'),
    column('timestamp', 'DATETIME', 'When it happened.'),
  ],
});

/** Who is in the team. */
export const membersTable: TableModel = rootTable({
  name: 'members',
  description: 'Members of the team as they are now.',
  source: { operation: 'getMemberProfileExternalTransport', permission: 'Users, Use API' },
  primaryKey: ['userId'],
  columns: [
    column('userId', 'STRING', 'UUID of the user.', personal),
    column('nameAndEmail', 'STRING', '`Name (e-mail)`.', personal),
    column('userRole', 'STRING', 'Role in the team.'),
    column('status', 'STRING', '`Active`, …'),
    column('lastLogin', 'STRING', 'Last log-in as the API words it: `12/10/2023, 6:49:07 AM UTC`.'),
    column('inactivityPeriod', 'INTEGER', 'Days without a log-in.'),
  ],
});

/** Groups of the members. */
export const memberGroupTable: TableModel = childTable(membersTable, {
  at: 'group',
  description: 'Groups that a member is in.',
  columns: [column('name', 'STRING', 'Name of the group.'), column('teamRole', 'STRING', 'Role that the group gives.')],
});

/** Views of Studio assets. The vendor publishes no schema: these fields are inferred. */
export const studioAdoptionTable: TableModel = rootTable({
  name: 'studio_adoption',
  description: 'Views of published Studio assets.',
  source: { operation: 'findAdoptionTrackingEvents', permission: 'Platform Adoption, Use API' },
  columns: [
    column('timestamp', 'DATETIME', 'When it happened.'),
    column('userId', 'STRING', 'Who viewed it.', personal),
    column('userType', 'STRING', '`CELONIS_USER` or `NON_CELONIS_USER`.'),
    column('appName', 'STRING', '`APPS` or `STUDIO`.'),
    column('assetId', 'STRING', 'What was viewed.'),
    column('packageId', 'STRING', 'Package of the asset.'),
    column('spaceId', 'STRING', 'Space of the package.'),
  ],
});
