/** What of a document counts for its `_key`. */
import type { Identity, IdentityRules, JsonObject, JsonValue } from './spec.ts';

/** An `identity` by rules about the members of a document: pages of bytes are hashed by it without being parsed. */
export function memberIdentity(rules: IdentityRules): Identity {
  const { nullIsAbsent = false, members = {} } = rules;
  const identity = (document: JsonObject): JsonValue =>
    Object.fromEntries(
      Object.entries(document)
        .filter(([, value]) => !nullIsAbsent || value !== null)
        .map(([key, value]) => [key, Object.hasOwn(members, key) ? (members[key]?.(value) ?? null) : value]),
    );
  return Object.assign(identity, { rules });
}
