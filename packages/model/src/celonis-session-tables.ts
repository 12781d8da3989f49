/** The sessions of the activity tables over the logs of a Celonis team. */
import type { QueryContext, TableModel, TransformationModel } from './model.ts';

/** Working sessions. */
export const auditSessionTable: TableModel = {
  name: 'audit_session',
  description: 'Working sessions of users and services.',
  primaryKey: ['session_id'],
  columns: [
    { name: 'session_id', type: 'STRING', maxLength: 256, sensitive: true, description: 'As in `audit_activity`.' },
    {
      name: 'user_id',
      type: 'STRING',
      maxLength: 256,
      sensitive: true,
      description: 'Whose session it is: UUID of the user, or name of the service.',
    },
    { name: 'user_email', type: 'STRING', maxLength: 320, sensitive: true, description: 'E-mail beside the ID.' },
    { name: 'started_at', type: 'DATETIME', description: 'First event.' },
    { name: 'ended_at', type: 'DATETIME', description: 'Last event.' },
    { name: 'activities', type: 'INTEGER', description: 'How many events it has.' },
  ],
};

/** Runs of attempts to log in. */
export const loginSessionTable: TableModel = {
  name: 'login_session',
  description: 'Runs of attempts and log-ins with one address.',
  primaryKey: ['session_id'],
  columns: [
    { name: 'session_id', type: 'STRING', maxLength: 256, sensitive: true, description: 'As in `login_activity`.' },
    { name: 'email', type: 'STRING', maxLength: 320, sensitive: true, description: 'Address, in lower case.' },
    {
      name: 'user_id',
      type: 'STRING',
      maxLength: 256,
      sensitive: true,
      description: 'Member with that address; NULL when there is none.',
    },
    { name: 'started_at', type: 'DATETIME', description: 'First attempt.' },
    { name: 'ended_at', type: 'DATETIME', description: 'Last attempt, log-in or log-out.' },
    { name: 'activities', type: 'INTEGER', description: 'How many records it has.' },
    { name: 'failures', type: 'INTEGER', description: 'How many of them failed.' },
  ],
};

/** Makes `audit_session`. */
export const auditSession: TransformationModel = {
  name: 'audit_session',
  description: 'Gathers the sessions of `audit_activity`.',
  inputs: [{ table: 'audit_activity', columns: ['session_id', 'user_id', 'user_email', 'occurred_at'] }],
  output: 'audit_session',
  query: (context) => sessions(context, 'audit_activity', ['user_id', 'user_email']),
};

/** Makes `login_session`. */
export const loginSession: TransformationModel = {
  name: 'login_session',
  description: 'Gathers the sessions of `login_activity`.',
  inputs: [{ table: 'login_activity', columns: ['session_id', 'email', 'user_id', 'occurred_at', 'success'] }],
  output: 'login_session',
  query: (context) =>
    sessions(context, 'login_activity', ['email', 'user_id'], (column) => [
      `SUM(CASE WHEN ${column('success')} = FALSE THEN 1 ELSE 0 END) AS ${context.dialect.identifier('failures')}`,
    ]),
};

/** One row per session; `owner` are the columns that say whose it is, of which every row of a session has the same or none. */
function sessions(
  { dialect, input }: QueryContext,
  table: string,
  owner: readonly string[],
  more: (column: (name: string) => string) => readonly string[] = () => [],
): string {
  const id = dialect.identifier;
  const { from, column } = input(table);
  const time = column('occurred_at');
  const items = [
    `${column('session_id')} AS ${id('session_id')}`,
    ...owner.map((name) => `MAX(${column(name)}) AS ${id(name)}`),
    `MIN(${time}) AS ${id('started_at')}`,
    `MAX(${time}) AS ${id('ended_at')}`,
    `COUNT(*) AS ${id('activities')}`,
    ...more(column),
  ];
  return `SELECT\n  ${items.join(',\n  ')}\nFROM ${from}\nGROUP BY ${column('session_id')}`;
}
