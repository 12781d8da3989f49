import { isObject, type Json, type JsonObject, objectAt, openEnumOf, operationsOf, stringAt } from './document.ts';
import { namesOfUsers } from './usage.ts';

/** How something in a specification is known. */
export type Evidence = 'documented' | 'observed' | 'inferred';

/** What a mark stands on. */
export type MarkKind =
  | 'operation'
  | 'permission'
  | 'security'
  | 'parameter'
  | 'response'
  | 'header'
  | 'values'
  | 'property';

/** One marked place of a specification. */
export interface Mark {
  readonly kind: MarkKind;
  /** What carries it: a method with path, the name of a component, or Markdown that names several operations. */
  readonly owner: string;
  /** Its name within the owner; empty where the owner itself is marked. */
  readonly name: string;
  readonly evidence: Evidence;
  readonly source: string;
  /** How to find out with a tenant; undefined where nothing is open. */
  readonly check: string | undefined;
}

/** The marks of a specification, and one line for each place where one is missing or wrong. */
export interface Marks {
  readonly title: string;
  readonly howToCall: string | undefined;
  readonly marks: readonly Mark[];
  readonly problems: readonly string[];
}

const levels: readonly Evidence[] = ['documented', 'observed', 'inferred'];

/** Schema keywords whose values are data and no schemas. */
const dataKeywords = new Set(['enum', 'const', 'default', 'example', 'examples', 'required', 'properties']);

function compare(users: string): string {
  return `Call ${users} and compare the answer with the specification.`;
}

class MarkCollector {
  readonly marks: Mark[] = [];
  readonly problems: string[] = [];

  add(kind: MarkKind, owner: string, name: string, value: JsonObject, defaultCheck?: string): void {
    const where = [kind, owner, name].filter((part) => part !== '').join(' ');
    const evidence = levels.find((level) => level === value['x-evidence']);
    const source = stringAt(value, 'x-source');
    if (evidence === undefined) this.problems.push(`${where}: x-evidence must be one of ${levels.join(', ')}.`);
    if (source === undefined || source === '')
      this.problems.push(`${where}: x-source must say where it is known from.`);
    if (evidence === undefined || source === undefined) return;
    const check = stringAt(value, 'x-check') ?? (evidence === 'documented' ? undefined : defaultCheck);
    if (evidence !== 'documented' && check === undefined) {
      this.problems.push(`${where}: x-check must say how to find out, because it is ${evidence}.`);
    }
    this.marks.push({ kind, owner, name, evidence, source, check });
  }

  /** Marks of all properties in a schema, at any depth. */
  schema(owner: string, path: string, schema: Json, users: string): void {
    if (Array.isArray(schema)) {
      for (const part of schema) this.schema(owner, path, part, users);
    }
    if (!isObject(schema)) return;
    for (const [name, property] of Object.entries(objectAt(schema, 'properties'))) {
      const inner = path === '' ? name : `${path}.${name}`;
      this.add('property', owner, inner, isObject(property) ? property : {}, compare(users));
      this.schema(owner, inner, property, users);
    }
    for (const [key, part] of Object.entries(schema)) {
      if (!dataKeywords.has(key)) this.schema(owner, path, part, users);
    }
  }

  content(owner: string, value: JsonObject, users: string): void {
    for (const media of Object.values(objectAt(value, 'content'))) {
      if (isObject(media)) this.schema(owner, '', objectAt(media, 'schema'), users);
    }
  }

  parameters(owner: string, list: Json | undefined): void {
    if (!Array.isArray(list)) return;
    for (const parameter of list) {
      if (!isObject(parameter) || '$ref' in parameter) continue;
      this.add('parameter', owner, stringAt(parameter, 'name') ?? '', parameter);
      this.schema(owner, '', objectAt(parameter, 'schema'), owner);
    }
  }

  response(owner: string, name: string, value: JsonObject, users: string): void {
    this.add('response', owner, name, value, compare(users));
    this.headers(owner, objectAt(value, 'headers'));
    this.content(owner, value, users);
  }

  headers(owner: string, headers: JsonObject): void {
    for (const [name, header] of Object.entries(headers)) {
      if (isObject(header) && !('$ref' in header)) this.add('header', owner, name, header);
    }
  }
}

/** Finds every operation, permission, parameter, response, header and property of a specification, with its mark of evidence. */
export function marksOf(document: JsonObject): Marks {
  const collector = new MarkCollector();
  for (const operation of operationsOf(document)) {
    const owner = `${operation.method} ${operation.path}`;
    collector.add('operation', owner, '', operation.value);
    addPermission(collector, owner, operation.value);
    collector.parameters(owner, objectAt(objectAt(document, 'paths'), operation.path)['parameters']);
    collector.parameters(owner, operation.value['parameters']);
    collector.content(owner, objectAt(operation.value, 'requestBody'), `\`${owner}\``);
    for (const [status, response] of Object.entries(objectAt(operation.value, 'responses'))) {
      if (isObject(response) && !('$ref' in response)) collector.response(owner, status, response, `\`${owner}\``);
    }
  }
  addComponents(collector, document);
  return {
    title: stringAt(objectAt(document, 'info'), 'title') ?? '',
    howToCall: stringAt(document, 'x-how-to-call'),
    marks: collector.marks,
    problems: collector.problems,
  };
}

function addPermission(collector: MarkCollector, owner: string, operation: JsonObject): void {
  const permission = stringAt(operation, 'x-permission');
  if (permission === undefined) return;
  const value = {
    'x-evidence': operation['x-permission-evidence'] ?? null,
    'x-source': operation['x-permission-source'] ?? null,
    'x-check': operation['x-permission-check'] ?? null,
  };
  collector.add('permission', owner, permission, value, `Call \`${owner}\` with a credential that lacks it.`);
}

function addComponents(collector: MarkCollector, document: JsonObject): void {
  const components = objectAt(document, 'components');
  const each = (section: string): [string, JsonObject, string][] =>
    Object.entries(objectAt(components, section)).map(([name, value]) => [
      name,
      isObject(value) ? value : {},
      namesOfUsers(document, section, name),
    ]);
  for (const [name, value] of each('securitySchemes')) collector.add('security', name, '', value);
  for (const [, value, users] of each('parameters')) collector.parameters(users, [value]);
  for (const [name, value, users] of each('responses')) collector.response(name, '', value, users);
  for (const [name, value] of each('headers')) collector.add('header', name, '', value);
  for (const [name, value, users] of each('requestBodies')) collector.content(name, value, users);
  for (const [name, value, users] of each('schemas')) {
    if (openEnumOf(value) !== undefined) collector.add('values', name, '', value, `Call ${users} and look for others.`);
    collector.schema(name, '', value, users);
  }
}
