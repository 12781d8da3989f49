import { isObject, type Json, type JsonObject, objectAt, operationsOf, stringAt } from './document.ts';

function collectRefs(value: Json, document: JsonObject, seen: Set<string>): void {
  if (Array.isArray(value)) {
    for (const item of value) collectRefs(item, document, seen);
    return;
  }
  if (!isObject(value)) return;
  const ref = stringAt(value, '$ref');
  if (ref !== undefined && !seen.has(ref)) {
    seen.add(ref);
    const [section = '', name = ''] = ref.replace('#/components/', '').split('/');
    collectRefs(objectAt(objectAt(document, 'components'), section)[name] ?? null, document, seen);
  }
  for (const item of Object.values(value)) collectRefs(item, document, seen);
}

/** The operations that use a component, directly or through another, as text: one named, many told as such. */
export function namesOfUsers(document: JsonObject, section: string, name: string): string {
  const ref = `#/components/${section}/${name}`;
  const users = operationsOf(document).filter((operation) => {
    const refs = new Set<string>();
    collectRefs(operation.value, document, refs);
    return refs.has(ref);
  });
  const names = users.map((operation) => `\`${operation.method} ${operation.path}\``);
  return names.length > 3 ? `${names[0]} and the others` : names.join(' or ');
}
