/** Once more, in plain code: the objects that audit events name, and the sessions that records form. */
import type { CelonisTeamData } from '@millrace/simulator';

type AuditEvent = CelonisTeamData['auditEvents'][number];

/** An object in an event. */
export interface NamedObject {
  readonly key: string;
  readonly type: string | undefined;
  readonly names: readonly string[];
}

const kinds = {
  spaceId: ['space', 'spaceName'],
  dataPoolId: ['data_pool', 'dataPoolName'],
  dataJobId: ['data_job', 'dataJobName'],
  dataSourceId: ['data_source', 'dataSourceName'],
  dataModelId: ['data_model', 'dataModelName'],
  clientId: ['oauth_client', 'clientName'],
  'application-key-id': ['application_key', ''],
  'Analysis Id': ['analysis', ''],
  teamId: ['team', 'teamName'],
} as const;

/** `a (b@c)`: `b@c`. */
export function addressIn(text: string): string | undefined {
  return /\(([^()]*@[^()]*)\)/.exec(text)?.[1];
}

/** Finds the objects of events. */
export function objectFinder({ auditEvents, members }: CelonisTeamData): (event: AuditEvent) => NamedObject[] {
  const ids = new Map<string, string>();
  for (const { userId, nameAndEmail } of members) {
    const address = addressIn(nameAndEmail)?.toLowerCase() ?? '';
    if (!((ids.get(address) ?? '~') < userId)) ids.set(address, userId);
  }
  const owners = new Map<string, string>();
  for (const event of auditEvents)
    for (const [id, key] of owned(textsOf(event))) if (!owners.has(id)) owners.set(id, key);
  return (event) => {
    const byKey = Map.groupBy(mentions(event, owners, ids), ({ key }) => key);
    return [...byKey].map(([key, same]) => ({
      key,
      type: same.flatMap(({ type }) => type ?? []).toSorted()[0],
      names: same.flatMap(({ names }) => names.filter((name) => name !== '')),
    }));
  };
}

type Texts = (key: string) => string;

function textsOf({ message }: AuditEvent): Texts {
  return (key) => {
    const value = message?.[key];
    return typeof value === 'string' ? value : '';
  };
}

function assetOf(text: Texts): string {
  const inPackage = text('packageKey') === '' ? text('nodeKey') : `${text('packageKey')}/${text('nodeKey')}`;
  return text('nodeId') || (text('nodeKey') && inPackage);
}

/** IDs that belong to an object. */
function owned(text: Texts): [id: string, key: string][] {
  const found = Object.entries(kinds).map(([key, [type]]): [string, string] => [text(key), `${type}:${text(key)}`]);
  if (text('nodeType') !== 'PACKAGE') found.push([text('nodeId'), `asset:${text('nodeId')}`]);
  if (text('packageKey') !== '' && (text('nodeType') === 'PACKAGE' || assetOf(text) === ''))
    found.push([text('id'), `package:${text('packageKey')}`]);
  return found.filter(([id]) => id !== '');
}

function mentions(
  event: AuditEvent,
  owners: ReadonlyMap<string, string>,
  ids: ReadonlyMap<string, string>,
): NamedObject[] {
  const text = textsOf(event);
  const found: NamedObject[] = [];
  const add = (type: string | undefined, key: string, ...names: string[]): void => {
    found.push({ key, type, names });
  };
  const isPackage = text('nodeType') === 'PACKAGE';
  if (text('packageKey')) add('package', `package:${text('packageKey')}`, isPackage ? text('nodeName') : '');
  if (assetOf(text) && !isPackage) add('asset', `asset:${assetOf(text)}`, text('nodeName'));
  for (const [key, [type, name]] of Object.entries(kinds))
    if (text(key)) add(type, `${type}:${text(key)}`, name && text(name));
  const inside = (outer: string): string => (text(outer) ? `${text(outer)}/` : '');
  if (text('variableKey')) add('variable', `variable:${inside('packageKey')}${text('variableKey')}`);
  if (text('tableName')) add('table', `table:${inside('dataPoolId')}${text('tableName')}`);
  const subject = text('subject_description');
  const address = (addressIn(subject) ?? (text('userEmail') || text('email') || text('invitee'))).toLowerCase();
  const user = text('userId').split(/[ (]/)[0] || ids.get(address) || address;
  if (user) add('user', `user:${user}`, address);
  if (subject && addressIn(subject) === undefined) add('subject', `subject:${subject}`, subject);
  const object = text('object_id') || text('object_description');
  const owner = owners.get(text('object_id'));
  if (object) add(owner?.split(':')[0], owner ?? `object:${object}`, text('object_description'));
  if (text('id') && ![...Object.keys(kinds), 'packageKey', 'nodeId', 'nodeKey'].some((key) => text(key)))
    add(/^(.+)_[A-Z]+$/.exec(event.event)?.[1]?.toLowerCase(), `object:${text('id')}`, text('name'));
  return found;
}

/** Splits the records of each owner where there is a pause of more than 30 minutes. */
export function sessionsOf<T extends { readonly timestamp: string }>(
  records: readonly T[],
  ownerOf: (record: T) => string,
): { readonly id: string; readonly records: readonly T[] }[] {
  return [...Map.groupBy(records, ownerOf)].flatMap(([owner, theirs]) => {
    const sessions: { id: string; records: T[] }[] = [];
    let last = Number.NEGATIVE_INFINITY;
    for (const record of theirs.toSorted((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp))) {
      const time = Date.parse(record.timestamp);
      const open = sessions.at(-1);
      if (open !== undefined && time - last <= 30 * 60_000) open.records.push(record);
      else sessions.push({ id: `${owner}#${time}`, records: [record] });
      last = time;
    }
    return sessions;
  });
}
