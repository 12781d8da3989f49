/** What happened to each object that the audit log of a Celonis team speaks of. */
import type { Dialect } from './dialect.ts';
import type { ColumnModel, QueryContext, Relation, TableModel, TransformationModel } from './model.ts';

const objectKeyColumn: ColumnModel = {
  name: 'object_key',
  type: 'STRING',
  maxLength: 1024,
  sensitive: true,
  description: 'Type and ID of the object: `package:order-to-cash`, `data_pool:<UUID>`, `user:<UUID or e-mail>`.',
};

/** What happened to each object, one row for each object that an event names. */
export const objectActivityTable: TableModel = {
  name: 'object_activity',
  description: 'What happened to each package, asset, data pool, user and other object that events name.',
  primaryKey: ['event_key', 'object_key'],
  columns: [
    { name: 'event_key', type: 'STRING', maxLength: 80, description: '`_key` of the event in `audit_log`.' },
    { ...objectKeyColumn, description: `Case ID. ${objectKeyColumn.description}` },
    { name: 'occurred_at', type: 'DATETIME', description: 'When it happened.' },
    { name: 'sorting', type: 'INTEGER', description: 'Place among all that happened to the object, from 1.' },
    {
      name: 'activity',
      type: 'STRING',
      maxLength: 256,
      description: 'Activity: code of the event, with ` (failed)` when its message says `FAILED`.',
    },
    {
      name: 'object_type',
      type: 'STRING',
      maxLength: 256,
      description: 'Type of the object as far as the event tells it.',
    },
    {
      name: 'object_name',
      type: 'STRING',
      maxLength: 1024,
      sensitive: true,
      description: 'Name of the object at that time; NULL when the event does not say.',
    },
    {
      name: 'user_id',
      type: 'STRING',
      maxLength: 256,
      sensitive: true,
      description: 'Who did it: UUID of the user, or name of the service.',
    },
    {
      name: 'session_id',
      type: 'STRING',
      maxLength: 256,
      sensitive: true,
      description: 'Working session in which it was done.',
    },
  ],
};

/** The objects themselves. */
export const auditObjectTable: TableModel = {
  name: 'audit_object',
  description: 'Objects that events name, as the newest event that tells it has them.',
  primaryKey: ['object_key'],
  columns: [
    objectKeyColumn,
    {
      name: 'object_type',
      type: 'STRING',
      maxLength: 256,
      description: 'Type: `package`, `asset`, `data_pool`, `user`, …; `object` when no event tells it.',
    },
    { name: 'object_name', type: 'STRING', maxLength: 1024, sensitive: true, description: 'Newest name.' },
    { name: 'first_at', type: 'DATETIME', description: 'When something first happened to it.' },
    { name: 'last_at', type: 'DATETIME', description: 'When something last happened to it.' },
    { name: 'activities', type: 'INTEGER', description: 'How often something happened to it.' },
    { name: 'users', type: 'INTEGER', description: 'How many users and services did it.' },
  ],
};

/** A kind of object and the keys of `message` that name one. */
interface Kind {
  readonly type: string;
  /** Key that holds its ID. */
  readonly id: string;
  /** Key that holds its name. */
  readonly name?: string;
  /** Key that holds something its ID is only unique in. */
  readonly within?: string;
}

/** Objects with an ID of their own in a key of their own. */
const plainKinds: readonly Kind[] = [
  { type: 'space', id: 'spaceId', name: 'spaceName' },
  { type: 'data_pool', id: 'dataPoolId', name: 'dataPoolName' },
  { type: 'data_job', id: 'dataJobId', name: 'dataJobName' },
  { type: 'data_source', id: 'dataSourceId', name: 'dataSourceName' },
  { type: 'data_model', id: 'dataModelId', name: 'dataModelName' },
  { type: 'oauth_client', id: 'clientId', name: 'clientName' },
  { type: 'application_key', id: 'application-key-id' },
  { type: 'analysis', id: 'Analysis Id' },
  { type: 'team', id: 'teamId', name: 'teamName' },
];

/** Objects whose key is only unique in another object. */
const innerKinds: readonly Kind[] = [
  { type: 'variable', id: 'variableKey', within: 'packageKey' },
  { type: 'table', id: 'tableName', within: 'dataPoolId' },
];

const messageKeys = [
  'id name status packageKey nodeId nodeKey nodeName nodeType object_id object_description subject_description'.split(
    ' ',
  ),
  ['userId', 'email', 'userEmail', 'invitee'],
  [...plainKinds, ...innerKinds].flatMap(({ id, name }) => (name === undefined ? [id] : [id, name])),
].flat();

/** Makes `object_activity`. */
export const objectActivity: TransformationModel = {
  name: 'object_activity',
  description: 'Finds the objects that each event names, under the many spellings of its message.',
  inputs: [
    { table: 'audit_log', columns: ['_key', 'event', ...messageKeys.map((key) => `message$${key}`)] },
    { table: 'audit_activity', columns: ['event_key', 'occurred_at', 'event', 'user_id', 'session_id'] },
    { table: 'members', columns: ['userId', 'nameAndEmail'] },
  ],
  output: 'object_activity',
  query: objectActivityQuery,
};

/**
 * - An asset is known by `nodeId`, else by its package and `nodeKey`; a package by `packageKey`.
 * - Whoever is spoken of under `userId`, `userEmail`, `email`, `invitee` or as subject of a permission is one `user`: the member with that
 *   address, where there is one.
 * - The object of a permission has an ID without a type: where another event gives that ID to an object with a type, it is that object.
 * - An ID under `id` alone is an `object`, whose type is told by the code of the event: `GROUP_CREATED` speaks of a group.
 */
function objectActivityQuery({ dialect, input }: QueryContext): string {
  const id = dialect.identifier;
  const log = input('audit_log');
  const activity = input('audit_activity');
  const member = input('members');
  const named = (name: string): string => `${id('named')}.${id(name)}`;
  const mentioned = [...plainKinds, ...innerKinds].map((kind) => plainMention(dialect, log, kind));
  const mentions = [packages(dialect, log), assets(dialect, log), ...mentioned, people(dialect, log, member)];
  mentions.push(subjects(dialect, log), permissionObjects(dialect, log), others(dialect, log));
  const status = `UPPER(${log.column('message$status')})`;
  return `SELECT
  ${named('event_key')} AS ${id('event_key')},
  ${named('object_key')} AS ${id('object_key')},
  ${activity.column('occurred_at')} AS ${id('occurred_at')},
  ROW_NUMBER() OVER (PARTITION BY ${named('object_key')} ORDER BY ${activity.column('occurred_at')}, ${named('event_key')}) AS ${id('sorting')},
  ${activity.column('event')} || CASE WHEN ${status} = 'FAILED' THEN ' (failed)' ELSE '' END AS ${id('activity')},
  ${named('object_type')} AS ${id('object_type')},
  ${named('object_name')} AS ${id('object_name')},
  ${activity.column('user_id')} AS ${id('user_id')},
  ${activity.column('session_id')} AS ${id('session_id')}
FROM (
  SELECT
    ${id('event_key')},
    ${id('object_key')},
    COALESCE(MIN(${id('object_type')}), 'object') AS ${id('object_type')},
    MIN(NULLIF(${id('object_name')}, '')) AS ${id('object_name')}
  FROM (
${mentions.join('\nUNION ALL\n')}
  ) AS ${id('mentions')}
  GROUP BY ${id('event_key')}, ${id('object_key')}
) AS ${id('named')}
JOIN ${activity.from} ON ${activity.column('event_key')} = ${named('event_key')}
JOIN ${log.from} ON ${log.column('_key')} = ${named('event_key')}`;
}

interface Mention {
  /** Expression; NULL where the event does not speak of such an object. */
  readonly key: string;
  readonly type: string;
  readonly name: string;
  readonly where: string;
  readonly join?: string;
}

function select(dialect: Dialect, log: Relation, { key, type, name, where, join }: Mention): string {
  const id = dialect.identifier;
  return `SELECT ${log.column('_key')} AS ${id('event_key')}, ${key} AS ${id('object_key')}, ${type} AS ${id('object_type')}, ${name} AS ${id('object_name')}
FROM ${log.from}${join === undefined ? '' : `\n${join}`}
WHERE ${where}`;
}

/** A value of the message; an empty one is none. */
function said(log: Relation, key: string): string {
  return `NULLIF(${log.column(`message$${key}`)}, '')`;
}

function nothing(dialect: Dialect): string {
  return `CAST(NULL AS ${dialect.type('STRING', 1024)})`;
}

function plainMention(dialect: Dialect, log: Relation, { type, id, name, within }: Kind): string {
  const outer = within === undefined ? '' : `COALESCE(${said(log, within)} || '/', '') || `;
  return select(dialect, log, {
    key: `'${type}:' || ${outer}${said(log, id)}`,
    type: `'${type}'`,
    name: name === undefined ? nothing(dialect) : log.column(`message$${name}`),
    where: `${said(log, id)} IS NOT NULL`,
  });
}

const isPackage = (log: Relation): string => `COALESCE(${log.column('message$nodeType')}, '') = 'PACKAGE'`;

function packages(dialect: Dialect, log: Relation): string {
  return select(dialect, log, {
    key: `'package:' || ${said(log, 'packageKey')}`,
    type: `'package'`,
    name: `CASE WHEN ${isPackage(log)} THEN ${log.column('message$nodeName')} END`,
    where: `${said(log, 'packageKey')} IS NOT NULL`,
  });
}

function assetId(log: Relation): string {
  return `COALESCE(${said(log, 'nodeId')}, COALESCE(${said(log, 'packageKey')} || '/', '') || ${said(log, 'nodeKey')})`;
}

function assets(dialect: Dialect, log: Relation): string {
  return select(dialect, log, {
    key: `'asset:' || ${assetId(log)}`,
    type: `'asset'`,
    name: log.column('message$nodeName'),
    where: `${assetId(log)} IS NOT NULL AND NOT ${isPackage(log)}`,
  });
}

/** The e-mail in `Name (e-mail)`. */
function emailIn(dialect: Dialect, text: string): string {
  return dialect.extract(text, '[(]([^()]*@[^()]*)[)]');
}

function people(dialect: Dialect, log: Relation, member: Relation): string {
  const id = dialect.identifier;
  const memberEmail = `LOWER(${emailIn(dialect, member.column('nameAndEmail'))})`;
  const addresses = [said(log, 'userEmail'), said(log, 'email'), said(log, 'invitee')];
  const email = `LOWER(COALESCE(${emailIn(dialect, log.column('message$subject_description'))}, ${addresses.join(', ')}))`;
  const user = `COALESCE(${dialect.extract(log.column('message$userId'), '^([^ (]+)')}, ${id('person')}.${id('user_id')}, ${email})`;
  return select(dialect, log, {
    key: `'user:' || ${user}`,
    type: `'user'`,
    name: email,
    join: `LEFT JOIN (
  SELECT ${memberEmail} AS ${id('email')}, MIN(${member.column('userId')}) AS ${id('user_id')}
  FROM ${member.from}
  GROUP BY ${memberEmail}
) AS ${id('person')} ON ${id('person')}.${id('email')} = ${email}`,
    where: `${user} IS NOT NULL`,
  });
}

/** Who gets a permission and is no person: a group, an application. */
function subjects(dialect: Dialect, log: Relation): string {
  const subject = log.column('message$subject_description');
  return select(dialect, log, {
    key: `'subject:' || ${subject}`,
    type: `'subject'`,
    name: subject,
    where: `${said(log, 'subject_description')} IS NOT NULL AND ${emailIn(dialect, subject)} IS NULL`,
  });
}

function permissionObjects(dialect: Dialect, log: Relation): string {
  const id = dialect.identifier;
  const known = `${id('known')}.${id('object_key')}`;
  const owners: readonly (readonly [owner: string, key: string, where?: string])[] = [
    ...plainKinds.map(({ type, id: key }) => [said(log, key), `'${type}:' || ${said(log, key)}`] as const),
    [said(log, 'nodeId'), `'asset:' || ${said(log, 'nodeId')}`, `NOT ${isPackage(log)}`],
    [
      said(log, 'id'),
      `'package:' || ${said(log, 'packageKey')}`,
      `${said(log, 'packageKey')} IS NOT NULL AND (${isPackage(log)} OR ${assetId(log)} IS NULL)`,
    ],
  ];
  const selects = owners.map(
    ([owner, key, where]) =>
      `SELECT ${owner} AS ${id('id')}, ${key} AS ${id('object_key')} FROM ${log.from} WHERE ${owner} IS NOT NULL${where === undefined ? '' : ` AND ${where}`}`,
  );
  return select(dialect, log, {
    key: `COALESCE(${known}, 'object:' || COALESCE(${said(log, 'object_id')}, ${said(log, 'object_description')}))`,
    type: dialect.extract(known, '^([^:]+):'),
    name: log.column('message$object_description'),
    join: `LEFT JOIN (
  SELECT ${id('id')}, MIN(${id('object_key')}) AS ${id('object_key')}
  FROM (
${selects.join('\nUNION ALL\n')}
  ) AS ${id('owners')}
  GROUP BY ${id('id')}
) AS ${id('known')} ON ${id('known')}.${id('id')} = ${said(log, 'object_id')}`,
    where: `COALESCE(${said(log, 'object_id')}, ${said(log, 'object_description')}) IS NOT NULL`,
  });
}

/** What has an ID and no key that tells what it is. */
function others(dialect: Dialect, log: Relation): string {
  const told = [...plainKinds.map(({ id }) => id), 'packageKey', 'nodeId', 'nodeKey'].map((key) => said(log, key));
  return select(dialect, log, {
    key: `'object:' || ${said(log, 'id')}`,
    type: `LOWER(${dialect.extract(log.column('event'), '^(.+)_[A-Z]+$')})`,
    name: log.column('message$name'),
    where: `${said(log, 'id')} IS NOT NULL AND COALESCE(${told.join(', ')}) IS NULL`,
  });
}

/** Makes `audit_object`. */
export const auditObject: TransformationModel = {
  name: 'audit_object',
  description: 'Gathers the objects of `object_activity`.',
  inputs: [
    {
      table: 'object_activity',
      columns: ['object_key', 'object_type', 'object_name', 'occurred_at', 'sorting', 'user_id'],
    },
  ],
  output: 'audit_object',
  query: auditObjectQuery,
};

function auditObjectQuery({ dialect, input }: QueryContext): string {
  const id = dialect.identifier;
  const activity = input('object_activity');
  const key = activity.column('object_key');
  const sorting = activity.column('sorting');
  // The first that tells a type, and the last that tells a name.
  const rank = (known: string, order: string): string =>
    `ROW_NUMBER() OVER (PARTITION BY ${key} ORDER BY CASE WHEN ${known} THEN 0 ELSE 1 END, ${order})`;
  const ranked = (name: string): string => `${id('ranked')}.${id(name)}`;
  return `SELECT
  ${ranked('object_key')} AS ${id('object_key')},
  MAX(CASE WHEN ${ranked('typed')} = 1 THEN ${ranked('object_type')} END) AS ${id('object_type')},
  MAX(CASE WHEN ${ranked('called')} = 1 THEN ${ranked('object_name')} END) AS ${id('object_name')},
  MIN(${ranked('occurred_at')}) AS ${id('first_at')},
  MAX(${ranked('occurred_at')}) AS ${id('last_at')},
  COUNT(*) AS ${id('activities')},
  COUNT(DISTINCT ${ranked('user_id')}) AS ${id('users')}
FROM (
  SELECT
    ${key} AS ${id('object_key')},
    ${activity.column('object_type')} AS ${id('object_type')},
    ${activity.column('object_name')} AS ${id('object_name')},
    ${activity.column('occurred_at')} AS ${id('occurred_at')},
    ${activity.column('user_id')} AS ${id('user_id')},
    ${rank(`${activity.column('object_type')} <> 'object'`, sorting)} AS ${id('typed')},
    ${rank(`${activity.column('object_name')} IS NOT NULL`, `${sorting} DESC`)} AS ${id('called')}
  FROM ${activity.from}
) AS ${id('ranked')}
GROUP BY ${ranked('object_key')}`;
}
