/** The logs of a Celonis team as activity tables. */
import { auditEventIdentity } from './audit-identity.ts';
import {
  auditLogTable,
  loginHistoryTable,
  memberGroupTable,
  membersTable,
  permissionTables,
  studioAdoptionTable,
} from './celonis-log-tables.ts';
import { auditObject, auditObjectTable, objectActivity, objectActivityTable } from './celonis-object-activity.ts';
import { auditSession, auditSessionTable, loginSession, loginSessionTable } from './celonis-session-tables.ts';
import { childForeignKey } from './child-foreign-key.ts';
import { defineModel } from './define-model.ts';
import type { ColumnModel, Model, QueryContext, TableModel, TransformationModel } from './model.ts';
import { sessionsQuery } from './working-sessions.ts';

const sessionMinutes = 30;

const sessionColumns: readonly ColumnModel[] = [
  {
    name: 'session_id',
    type: 'STRING',
    maxLength: 256,
    sensitive: true,
    description: `Case ID: the user and the start of the session; a session ends with a pause of more than ${sessionMinutes} minutes.`,
  },
  { name: 'occurred_at', type: 'DATETIME', description: 'When it happened.' },
  { name: 'sorting', type: 'INTEGER', description: 'Place in the session, from 1.' },
];

const auditActivityTable: TableModel = {
  name: 'audit_activity',
  description: 'What each user did in each working session.',
  primaryKey: ['event_key'],
  columns: [
    { name: 'event_key', type: 'STRING', maxLength: 80, description: '`_key` of the event in `audit_log`.' },
    ...sessionColumns,
    { name: 'event', type: 'STRING', maxLength: 256, description: 'Activity: code of the event.' },
    {
      name: 'user_id',
      type: 'STRING',
      maxLength: 256,
      sensitive: true,
      description: 'Who did it: UUID of the user, or name of the service.',
    },
    { name: 'user_email', type: 'STRING', maxLength: 320, sensitive: true, description: 'E-mail beside the ID.' },
    { name: 'user_role', type: 'STRING', maxLength: 64, description: 'Role at the time.' },
  ],
};

const auditActivity: TransformationModel = {
  name: 'audit_activity',
  description: 'Splits `userId` and gives each event its working session.',
  inputs: [{ table: 'audit_log', columns: ['_key', 'userId', 'userRole', 'event', 'timestamp'] }],
  output: 'audit_activity',
  query: auditActivityQuery,
};

function auditActivityQuery({ dialect, input }: QueryContext): string {
  const id = dialect.identifier;
  const log = input('audit_log');
  const query = `SELECT
  ${log.column('_key')} AS ${id('event_key')},
  ${log.column('timestamp')} AS ${id('occurred_at')},
  ${log.column('event')} AS ${id('event')},
  ${dialect.extract(log.column('userId'), '^([^ (]+)')} AS ${id('user_id')},
  ${dialect.extract(log.column('userId'), '[(]([^()]*@[^()]*)[)]')} AS ${id('user_email')},
  ${log.column('userRole')} AS ${id('user_role')}
FROM ${log.from}`;
  return sessionsQuery(dialect, {
    query,
    user: 'user_id',
    timestamp: 'occurred_at',
    key: 'event_key',
    minutes: sessionMinutes,
  });
}

const loginActivityTable: TableModel = {
  name: 'login_activity',
  description: 'Log-ins and failed attempts of each address, in sessions of attempts.',
  primaryKey: ['login_key'],
  columns: [
    { name: 'login_key', type: 'STRING', maxLength: 80, description: '`_key` of the record in `login_history`.' },
    ...sessionColumns,
    {
      name: 'activity',
      type: 'STRING',
      maxLength: 128,
      description: 'Activity: type of the event, with ` (failed)` when it did not succeed.',
    },
    { name: 'success', type: 'BOOLEAN', description: 'Whether it succeeded.' },
    {
      name: 'email',
      type: 'STRING',
      maxLength: 320,
      sensitive: true,
      description: 'Address that was used, in lower case.',
    },
    {
      name: 'user_id',
      type: 'STRING',
      maxLength: 256,
      sensitive: true,
      description: 'Member with that address; NULL when there is none.',
    },
  ],
};

const loginActivity: TransformationModel = {
  name: 'login_activity',
  description: 'Gives each log-in its session and its member.',
  inputs: [
    { table: 'login_history', columns: ['_key', 'authenticationEventType', 'email', 'success', 'timestamp'] },
    { table: 'members', columns: ['userId', 'nameAndEmail'] },
  ],
  output: 'login_activity',
  query: loginActivityQuery,
};

function loginActivityQuery({ dialect, input }: QueryContext): string {
  const id = dialect.identifier;
  const login = input('login_history');
  const member = input('members');
  const address = `LOWER(${dialect.extract(member.column('nameAndEmail'), '[(]([^()]*@[^()]*)[)]')})`;
  const success = login.column('success');
  const query = `SELECT
  ${login.column('_key')} AS ${id('login_key')},
  ${login.column('timestamp')} AS ${id('occurred_at')},
  ${login.column('authenticationEventType')} || CASE WHEN ${success} = FALSE THEN ' (failed)' ELSE '' END AS ${id('activity')},
  ${success} AS ${id('success')},
  LOWER(${login.column('email')}) AS ${id('email')},
  ${id('member')}.${id('user_id')} AS ${id('user_id')}
FROM ${login.from}
LEFT JOIN (
  SELECT ${address} AS ${id('email')}, MIN(${member.column('userId')}) AS ${id('user_id')}
  FROM ${member.from}
  GROUP BY ${address}
) AS ${id('member')} ON ${id('member')}.${id('email')} = LOWER(${login.column('email')})`;
  return sessionsQuery(dialect, {
    query,
    user: 'email',
    timestamp: 'occurred_at',
    key: 'login_key',
    minutes: sessionMinutes,
  });
}

/** The logs of a Celonis team: audit events, log-ins, members, Studio adoption: `celonis/audit-log`. */
export const celonisAuditLog: Model = defineModel({
  name: 'celonis/audit-log',
  description:
    'Logs of a Celonis team: audit events by working session and by object, log-ins, members, Studio adoption.',
  tables: [
    auditLogTable,
    ...permissionTables,
    loginHistoryTable,
    membersTable,
    memberGroupTable,
    studioAdoptionTable,
    auditActivityTable,
    auditSessionTable,
    objectActivityTable,
    auditObjectTable,
    loginActivityTable,
    loginSessionTable,
  ],
  feeds: [
    { table: 'audit_log', identity: auditEventIdentity },
    { table: 'login_history' },
    { table: 'members' },
    { table: 'studio_adoption' },
  ],
  foreignKeys: [
    {
      dimension: { table: 'audit_log', columns: ['_key'] },
      fact: { table: 'audit_activity', columns: ['event_key'] },
      kind: 'mandatory',
    },
    {
      dimension: { table: 'login_history', columns: ['_key'] },
      fact: { table: 'login_activity', columns: ['login_key'] },
      kind: 'mandatory',
    },
    {
      dimension: { table: 'audit_log', columns: ['_key'] },
      fact: { table: 'object_activity', columns: ['event_key'] },
      kind: 'mandatory',
    },
    {
      dimension: { table: 'audit_session', columns: ['session_id'] },
      fact: { table: 'audit_activity', columns: ['session_id'] },
      kind: 'recommended',
    },
    {
      dimension: { table: 'audit_object', columns: ['object_key'] },
      fact: { table: 'object_activity', columns: ['object_key'] },
      kind: 'recommended',
    },
    {
      dimension: { table: 'login_session', columns: ['session_id'] },
      fact: { table: 'login_activity', columns: ['session_id'] },
      kind: 'recommended',
    },
    // By way of the sessions: a second way from members to an activity table would be a circle, which Celonis does not load.
    {
      dimension: { table: 'members', columns: ['userId'] },
      fact: { table: 'audit_session', columns: ['user_id'] },
      kind: 'recommended',
      description: 'Services and users who left the team have no member.',
    },
    {
      dimension: { table: 'members', columns: ['userId'] },
      fact: { table: 'login_session', columns: ['user_id'] },
      kind: 'recommended',
    },
    childForeignKey(membersTable, memberGroupTable, 'recommended'),
    ...permissionTables.map((child) => childForeignKey(auditLogTable, child, 'optional')),
  ],
  activityTables: [
    {
      table: 'audit_activity',
      caseId: 'session_id',
      activity: 'event',
      timestamp: 'occurred_at',
      sorting: 'sorting',
      description: 'One case per working session of a user.',
    },
    {
      table: 'object_activity',
      caseId: 'object_key',
      activity: 'activity',
      timestamp: 'occurred_at',
      sorting: 'sorting',
      description: 'One case per object: package, asset, data pool, user, …',
    },
    {
      table: 'login_activity',
      caseId: 'session_id',
      activity: 'activity',
      timestamp: 'occurred_at',
      sorting: 'sorting',
      description: 'One case per run of attempts and log-ins with one address.',
    },
  ],
  transformations: [auditActivity, auditSession, objectActivity, auditObject, loginActivity, loginSession],
});
