/** What openapi-fetch is told about every operation: its path, when another is wanted, and the scope it needs. */
import type { HttpRequestInit } from './call.ts';
import { OptionError } from './errors.ts';

/** A row of the table that is generated from an OpenAPI description. */
export interface Operation {
  readonly method: string;
  /** As in the description, `{parameters}` in braces. */
  readonly path: string;
  readonly scope?: string;
  readonly permission?: string;
}

/** The part of an openapi-fetch middleware that is used here. */
export interface OperationMiddleware {
  onRequest(call: {
    request: Request;
    schemaPath: string;
    params: { path?: Record<string, unknown> };
  }): Request | undefined;
}

/**
 * A middleware for openapi-fetch that sends operations to other paths than the description has, and notes the scope that
 * each needs, for credentials that ask for tokens by scope.
 */
export function operationMiddleware(
  baseUrl: string,
  operations: Readonly<Record<string, Operation>>,
  paths: Readonly<Record<string, string | undefined>> = {},
): OperationMiddleware {
  const scopes = new Map(Object.values(operations).map(({ path, scope }) => [path, scope]));
  const targets = new Map<string, string>();
  for (const [id, path] of Object.entries(paths)) {
    const operation = operations[id];
    if (operation === undefined) {
      throw new OptionError('paths', `paths.${id} is no operation: there are ${Object.keys(operations).join(', ')}.`);
    }
    if (path !== undefined) targets.set(operation.path, checkPath(id, path, operation.path));
  }
  return {
    onRequest: ({ request, schemaPath, params }) => {
      const target = targets.get(schemaPath);
      const scope = scopes.get(schemaPath);
      const sent =
        target === undefined
          ? request
          : new Request(baseUrl + fill(target, params.path) + new URL(request.url).search, request);
      const marks: HttpRequestInit = scope === undefined ? {} : { scopes: [scope] };
      return Object.assign(sent, marks);
    },
  };
}

function checkPath(id: string, path: string, usual: string): string {
  const parameters = (text: string): string => [...text.matchAll(/\{[^{}]+\}/gu)].map(String).sort().join(' ');
  if (!path.startsWith('/') || path.startsWith('//') || /[?#\s]/u.test(path)) {
    throw new OptionError(
      'paths',
      `paths.${id} must be a path that begins with one slash and has no query, such as ${usual}.`,
    );
  }
  if (parameters(path) !== parameters(usual)) {
    throw new OptionError('paths', `paths.${id} must have the same parameters in braces as ${usual}.`);
  }
  return path;
}

const fill = (path: string, values: Record<string, unknown> = {}): string =>
  path.replaceAll(/\{([^{}]+)\}/gu, (_, name: string) => encodeURIComponent(String(values[name])));
