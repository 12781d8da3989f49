import { celonisAuditLog, duckdb, renderTransformation } from '@millrace/model';
import * as fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openDatabase, type Database, type Row } from './database.ts';

const uuid = '00000000-0000-4000-8000-000000000001';
const noon = Date.UTC(2026, 0, 2, 12);
const at = (minutes: number): string => new Date(noon + minutes * 60_000).toISOString();
const members = [{ userId: uuid, nameAndEmail: 'Ada (Ada@example.com)' }];

type Message = Readonly<Record<string, string | null>>;
interface Event {
  readonly key: string;
  readonly event: string;
  readonly minute: number;
  readonly message: Message;
}

let database: Database;
beforeEach(async () => {
  database = await openDatabase();
});
afterEach(() => database.close());

async function build(events: readonly Event[], mode: 'full' | 'delta' = 'full'): Promise<void> {
  await database.fill(
    celonisAuditLog,
    'audit_log',
    events.map(({ key, event, minute, message }): Row => {
      const columns = Object.entries(message).map(([name, value]) => [`message$${name}`, value]);
      return { _key: key, userId: 'u1 (a@b.c)', event, timestamp: at(minute), ...Object.fromEntries(columns) };
    }),
  );
  await database.fill(celonisAuditLog, 'members', members);
  for (const name of ['audit_activity', 'audit_session', 'object_activity', 'audit_object']) {
    await database.transform(renderTransformation(celonisAuditLog, name, { dialect: duckdb, mode }));
  }
}

const event = (message: Message, code = 'X_UPDATED', minute = 0): Event => ({
  key: `k${minute}`,
  event: code,
  minute,
  message,
});

test.each<[string, Message, string, readonly string[]]>([
  [
    'an asset and its package',
    { packageKey: 'p', nodeId: 'n', nodeKey: 'k', id: 'n', nodeType: 'ASSET' },
    'X_UPDATED',
    ['asset:n', 'package:p'],
  ],
  ['an asset without an ID', { packageKey: 'p', nodeKey: 'k' }, 'X_UPDATED', ['asset:p/k', 'package:p']],
  ['a package', { packageKey: 'p', nodeId: 'n', id: 'n', nodeType: 'PACKAGE' }, 'X_UPDATED', ['package:p']],
  [
    'a job, its pool and its connection',
    { dataPoolId: '1', dataJobId: '2', dataSourceId: '3' },
    'X_UPDATED',
    ['data_job:2', 'data_pool:1', 'data_source:3'],
  ],
  ['a data model', { dataModelId: '4' }, 'X_UPDATED', ['data_model:4']],
  ['a space, a team', { spaceId: 's', teamId: 't' }, 'X_UPDATED', ['space:s', 'team:t']],
  ['clients and keys', { clientId: 'c', 'application-key-id': 'a' }, 'X', ['application_key:a', 'oauth_client:c']],
  ['an analysis, as it spells it', { 'Analysis Id': 'x' }, 'X_UPDATED', ['analysis:x']],
  ['a variable in its package', { packageKey: 'p', variableKey: 'v' }, 'X', ['package:p', 'variable:p/v']],
  ['a table', { tableName: 'VBAK' }, 'X', ['table:VBAK']],
  ['a person by ID', { userId: `${uuid} (x@y.z)`, userEmail: 'x@y.z' }, 'X', [`user:${uuid}`]],
  ['a member by any address', { invitee: 'ADA@example.com' }, 'X', [`user:${uuid}`]],
  ['a stranger', { email: 'Eve@example.com' }, 'X', ['user:eve@example.com']],
  ['who gets a permission', { subject_description: 'Ada (ada@example.com)' }, 'X', [`user:${uuid}`]],
  ['a group that gets a permission', { subject_description: 'Group A' }, 'X', ['subject:Group A']],
  ['the object of a permission', { object_id: 'o', object_description: 'O' }, 'X', ['object:o']],
  ['an object that has only a name', { object_id: '', object_description: 'Team' }, 'X', ['object:Team']],
  ['what has only an ID', { id: 'g', name: 'G' }, 'GROUP_CREATED', ['object:g']],
  ['nothing in an event without a message', {}, 'X', []],
  ['nothing in empty texts', { packageKey: '', id: '', email: '' }, 'X', []],
])('finds %s', async (_, message, code, want) => {
  await build([event(message, code)]);
  const found = await database.query('SELECT object_key FROM object_activity ORDER BY object_key');
  expect(found.map((row) => row['object_key'])).toEqual(want);
});

test('counts a change of permissions to the object with that ID, whatever key names it elsewhere', async () => {
  await build([
    event({ packageKey: 'p', id: 'P', nodeType: 'PACKAGE', nodeName: 'Orders' }, 'STUDIO_NODE_CREATED', 0),
    event({ object_id: 'P', object_description: 'Orders 2' }, 'PERMISSIONS_UPDATE', 1),
    event({ packageKey: 'p' }, 'STUDIO_PACKAGE_PUBLISHED', 2),
    event({ id: 'G' }, 'GROUP_CREATED', 3),
    event({ object_id: 'G', status: 'FAILED' }, 'PERMISSIONS_UPDATE', 4),
  ]);
  const found = await database.query(
    'SELECT object_key, sorting, activity FROM object_activity ORDER BY object_key, sorting',
  );
  expect(found).toEqual([
    { object_key: 'object:G', sorting: 1, activity: 'GROUP_CREATED' },
    { object_key: 'object:G', sorting: 2, activity: 'PERMISSIONS_UPDATE (failed)' },
    { object_key: 'package:p', sorting: 1, activity: 'STUDIO_NODE_CREATED' },
    { object_key: 'package:p', sorting: 2, activity: 'PERMISSIONS_UPDATE' },
    { object_key: 'package:p', sorting: 3, activity: 'STUDIO_PACKAGE_PUBLISHED' },
  ]);
  const objects = await database.query('SELECT * FROM audit_object ORDER BY object_key');
  expect(objects).toEqual([
    {
      object_key: 'object:G',
      object_type: 'group',
      object_name: null,
      first_at: at(3),
      last_at: at(4),
      activities: 2,
      users: 1,
    },
    {
      object_key: 'package:p',
      object_type: 'package',
      object_name: 'Orders 2',
      first_at: at(0),
      last_at: at(2),
      activities: 3,
      users: 1,
    },
  ]);
});

const text = fc.constantFrom('a', 'b', 'c', '', null);
const address = fc.constantFrom('ada@example.com', 'Eve@example.com', '', null);
const message: fc.Arbitrary<Message> = fc
  .record(
    {
      id: text,
      name: text,
      status: fc.constantFrom('SUCCESS', 'Failed', null),
      packageKey: text,
      nodeId: text,
      nodeKey: text,
      nodeName: text,
      nodeType: fc.constantFrom('ASSET', 'PACKAGE', null),
      dataPoolId: text,
      dataPoolName: text,
      dataModelId: text,
      tableName: text,
      variableKey: text,
      object_id: text,
      object_description: text,
      subject_description: fc.constantFrom('Ada (ada@example.com)', 'Group A', '', null),
      userId: fc.constantFrom(`${uuid} (x@y.z)`, 'service (SYSTEM)', null),
      userEmail: address,
      email: address,
      invitee: address,
    },
    { requiredKeys: [] },
  )
  .map((values) => ({ ...values }));
const events = fc.uniqueArray(
  fc.record({
    key: fc.integer({ min: 0, max: 99 }).map((number) => `k${number}`),
    event: fc.constantFrom('GROUP_CREATED', 'STUDIO_NODE_UPDATED', 'ADMIN USER INVITED'),
    minute: fc.integer({ min: 0, max: 60 }),
    message,
  }),
  { selector: ({ key }) => key, maxLength: 12 },
);

test('gives the objects that plain code gives, and the same by delta, on random data', {
  timeout: 300_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(events, events, async (before, after) => {
      for (const table of ['audit_activity', 'audit_session', 'object_activity', 'audit_object'])
        await database.run(`DROP TABLE IF EXISTS ${table}`);
      for (const state of [before, after]) await build(state, 'delta');
      const found = await database.query(
        'SELECT event_key, object_key, sorting, activity, object_type, object_name FROM object_activity',
      );
      const want = recompute(after);
      expect(found.toSorted(byKeys)).toEqual(want.toSorted(byKeys));
      const objects = await database.query(
        'SELECT object_key, object_type, object_name, activities FROM audit_object ORDER BY object_key',
      );
      expect(objects).toEqual(gather(want));
    }),
    { numRuns: process.env['MILLRACE_FULL'] ? 500 : 20 },
  );
});

interface Mention {
  readonly key: string;
  readonly type?: string | undefined;
  readonly name?: string | null | undefined;
}

/** The objects that a message names. */
function mentions({ event: code, message: m }: Event, owners: ReadonlyMap<string, string>): Mention[] {
  const found: Mention[] = [];
  const plain = (type: string, key: string, nameKey?: string): void => {
    if (m[key]) found.push({ key: `${type}:${m[key]}`, type, name: nameKey === undefined ? null : m[nameKey] });
  };
  const isPackage = m['nodeType'] === 'PACKAGE';
  if (m['packageKey'])
    found.push({ key: `package:${m['packageKey']}`, type: 'package', name: isPackage ? m['nodeName'] : null });
  const asset = assetOf(m);
  if (asset !== undefined && !isPackage) found.push({ key: `asset:${asset}`, type: 'asset', name: m['nodeName'] });
  plain('data_pool', 'dataPoolId', 'dataPoolName');
  plain('data_model', 'dataModelId');
  if (m['tableName'])
    found.push({ key: `table:${m['dataPoolId'] ? `${m['dataPoolId']}/` : ''}${m['tableName']}`, type: 'table' });
  if (m['variableKey'])
    found.push({
      key: `variable:${m['packageKey'] ? `${m['packageKey']}/` : ''}${m['variableKey']}`,
      type: 'variable',
    });
  const subject = m['subject_description'] ?? '';
  const inSubject = /\(([^()]*@[^()]*)\)/.exec(subject)?.[1];
  const email = (inSubject ?? (m['userEmail'] || m['email'] || m['invitee']) ?? '').toLowerCase();
  const byAddress = email === 'ada@example.com' ? uuid : email;
  const user = m['userId']?.split(/[ (]/)[0] ?? byAddress;
  if (user !== '') found.push({ key: `user:${user}`, type: 'user', name: email });
  if (subject !== '' && inSubject === undefined)
    found.push({ key: `subject:${subject}`, type: 'subject', name: subject });
  const object = m['object_id'] || m['object_description'];
  if (object) {
    const owner = m['object_id'] ? owners.get(m['object_id']) : undefined;
    found.push({ key: owner ?? `object:${object}`, type: owner?.split(':')[0], name: m['object_description'] });
  }
  const told = ['packageKey', 'nodeId', 'nodeKey', 'dataPoolId', 'dataModelId'].some((key) => m[key]);
  if (m['id'] && !told)
    found.push({ key: `object:${m['id']}`, type: /^(.+)_[A-Z]+$/.exec(code)?.[1]?.toLowerCase(), name: m['name'] });
  return found;
}

function assetOf(m: Message): string | undefined {
  if (m['nodeId']) return m['nodeId'];
  return m['nodeKey'] ? `${m['packageKey'] ? `${m['packageKey']}/` : ''}${m['nodeKey']}` : undefined;
}

/** Which object an ID belongs to. */
function ownersOf(all: readonly Event[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  const own = (id: string | null | undefined, key: string): void => {
    if (id && !((owners.get(id) ?? '~') < key)) owners.set(id, key);
  };
  for (const { message: m } of all) {
    const isPackage = m['nodeType'] === 'PACKAGE';
    own(m['dataPoolId'], `data_pool:${m['dataPoolId']}`);
    own(m['dataModelId'], `data_model:${m['dataModelId']}`);
    if (!isPackage) own(m['nodeId'], `asset:${m['nodeId']}`);
    if (m['packageKey'] && (isPackage || assetOf(m) === undefined)) own(m['id'], `package:${m['packageKey']}`);
  }
  return owners;
}

function recompute(all: readonly Event[]): readonly Record<string, unknown>[] {
  const owners = ownersOf(all);
  const counts = new Map<string, number>();
  const ordered = all.toSorted((a, b) => a.minute - b.minute || compare(a.key, b.key));
  return ordered.flatMap((one) => {
    const byKey = Map.groupBy(mentions(one, owners), ({ key }) => key);
    return [...byKey].map(([key, same]) => {
      counts.set(key, (counts.get(key) ?? 0) + 1);
      const failed = one.message['status']?.toUpperCase() === 'FAILED';
      return {
        event_key: one.key,
        object_key: key,
        sorting: counts.get(key),
        activity: `${one.event}${failed ? ' (failed)' : ''}`,
        object_type: least(same.map(({ type }) => type)) ?? 'object',
        object_name: least(same.map(({ name }) => name)),
      };
    });
  });
}

function gather(rows: readonly Record<string, unknown>[]): readonly Record<string, unknown>[] {
  const byKey = [...Map.groupBy(rows, (row) => String(row['object_key']))];
  return byKey
    .map(([key, mine]) => ({
      object_key: key,
      object_type: mine.find((row) => row['object_type'] !== 'object')?.['object_type'] ?? 'object',
      object_name: mine.findLast((row) => row['object_name'] !== null)?.['object_name'] ?? null,
      activities: mine.length,
    }))
    .toSorted((a, b) => compare(a.object_key, b.object_key));
}

function least(values: readonly (string | null | undefined)[]): string | null {
  return values.flatMap((value) => value || []).toSorted(compare)[0] ?? null;
}

function byKeys(a: Record<string, unknown>, b: Record<string, unknown>): number {
  const key = (row: Record<string, unknown>): string => `${String(row['event_key'])} ${String(row['object_key'])}`;
  return compare(key(a), key(b));
}

function compare(left: string, right: string): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
