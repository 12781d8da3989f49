import {
  isObject,
  type JsonObject,
  listAt,
  objectAt,
  openEnumOf,
  type Operation,
  operationsOf,
  stringAt,
} from './document.ts';

/** The scope that an operation names for OAuth 2.0, several separated by spaces as a token request wants them. */
function scopeOf(operation: Operation): string | undefined {
  for (const alternative of listAt(operation.value, 'security')) {
    if (!isObject(alternative)) continue;
    const scopes = listAt(alternative, 'oauth2').filter((scope) => typeof scope === 'string');
    if (scopes.length > 0) return scopes.join(' ');
  }
  return undefined;
}

function quote(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** The value that a `$ref` into the components leads to; any other value itself. */
function resolved(value: JsonObject, document: JsonObject): JsonObject {
  const ref = stringAt(value, '$ref');
  if (ref === undefined) return value;
  const [section = '', name = ''] = ref.replace('#/components/', '').split('/');
  return objectAt(objectAt(objectAt(document, 'components'), section), name);
}

/** The query parameters of an operation, each with what its value can be. */
function queryLines(operation: Operation, document: JsonObject): string[] {
  const lines: string[] = [];
  for (const item of listAt(operation.value, 'parameters')) {
    if (!isObject(item)) continue;
    const parameter = resolved(item, document);
    const name = stringAt(parameter, 'name');
    if (name === undefined || stringAt(parameter, 'in') !== 'query') continue;
    const schema = resolved(objectAt(parameter, 'schema'), document);
    const open = openEnumOf(schema)?.values;
    const values = open ?? listAt(schema, 'enum').filter((value) => typeof value === 'string');
    const format = stringAt(schema, 'format') ?? (schema['type'] === 'integer' ? 'integer' : undefined);
    const facts = [
      `name: ${quote(name)}`,
      ...(format === undefined ? [] : [`format: ${quote(format)}`]),
      ...(values.length === 0 ? [] : [`values: [${values.map(quote).join(', ')}]`]),
      ...(open === undefined ? [] : ['open: true']),
    ];
    lines.push(`      { ${facts.join(', ')} },`);
  }
  return lines.length === 0 ? [] : ['    query: [', ...lines, '    ],'];
}

/** The TypeScript text of the operations table: operation ID to method, path, scope, permission and query parameters. */
export function renderOperations(document: JsonObject, name: string, header: string): string {
  const entries = operationsOf(document).map((operation) => {
    const scope = scopeOf(operation);
    const permission = stringAt(operation.value, 'x-permission');
    const lines = [
      `  ${operation.id}: {`,
      `    method: ${quote(operation.method)},`,
      `    path: ${quote(operation.path)},`,
      ...(scope === undefined ? [] : [`    scope: ${quote(scope)},`]),
      ...(permission === undefined ? [] : [`    permission: ${quote(permission)},`]),
      ...queryLines(operation, document),
      '  },',
    ];
    return lines.join('\n');
  });
  return `${header}
/** Every operation: its method, its path, the scope and the permission that a credential needs for it, and its query parameters. */
export const ${name}Operations = {
${entries.join('\n')}
} as const;
`;
}
