/** Which operation answers a method and a path. */
import type { Operation, Route } from './openapi.ts';

/** A path of the description with what is there. */
export interface Place {
  readonly segments: readonly string[];
  readonly methods: ReadonlyMap<string, Operation>;
}

/** A router over the given places. Literal segments win over parameters, as OpenAPI has it. */
export function createRouter(places: readonly Place[]): (method: string, path: string) => Route {
  const sorted = places.toSorted((a, b) => parameterCount(a) - parameterCount(b));
  return (method, path) => route(sorted, method, path);
}

function route(places: readonly Place[], method: string, path: string): Route {
  const segments = segmentsOf(path);
  for (const place of places) {
    const values = match(place.segments, segments);
    if (values === undefined) continue;
    const operation = place.methods.get(method);
    if (operation === undefined) return { found: 'other-methods', allow: [...place.methods.keys()] };
    return { found: 'operation', operation, path: values };
  }
  return { found: 'nothing' };
}

/** The segments of a path, without a trailing slash. */
export function segmentsOf(path: string): string[] {
  const trimmed = path.endsWith('/') ? path.slice(1, -1) : path.slice(1);
  return trimmed.split('/');
}

function parameterCount(place: Place): number {
  return place.segments.filter((segment) => segment.startsWith('{')).length;
}

function match(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const values: Record<string, string> = {};
  for (const [at, part] of pattern.entries()) {
    const segment = segments[at] ?? '';
    if (part.startsWith('{')) {
      if (segment === '') return undefined;
      values[part.slice(1, -1)] = decoded(segment);
    } else if (part !== segment) return undefined;
  }
  return values;
}

function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
