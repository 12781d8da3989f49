import { isObject, type JsonObject, listAt, type Operation, operationsOf, stringAt } from './document.ts';

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

/** The TypeScript text of the operations table: operation ID to method, path, scope and permission. */
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
      '  },',
    ];
    return lines.join('\n');
  });
  return `${header}
/** Every operation: its method, its path, and the scope and the permission that a credential needs for it. */
export const ${name}Operations = {
${entries.join('\n')}
} as const;
`;
}
