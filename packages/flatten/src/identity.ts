/** What of a document counts for its `_key`. */
import { canonicalJson } from './canonical-json.ts';
import { parseJson } from './parse.ts';
import type { Identity, IdentityRules, JsonObject, JsonValue } from './spec.ts';

/** Different values of members that are remembered with what counts in their place, and how long they may be. */
const KNOWN_LIMIT = 5000;
const KNOWN_LENGTH = 200;

/** An `identity` by rules about the members of a document: pages of bytes are hashed by it without being parsed. */
export function memberIdentity(rules: IdentityRules): Identity {
  const { nullIsAbsent = false, members = {} } = rules;
  const identity = (document: JsonObject): JsonValue =>
    Object.fromEntries(
      Object.entries(document)
        .filter(([, value]) => !nullIsAbsent || value !== null)
        .map(([key, value]) => [key, Object.hasOwn(members, key) ? (members[key]?.(value) ?? null) : value]),
    );
  const known = new Map<string, string>();
  const memberText = (key: string, json: string): string => {
    const id = `${key}\n${json}`;
    const seen = known.get(id);
    if (seen !== undefined) return seen;
    const text = canonicalJson(members[key]?.(parseJson(json)) ?? null);
    if (json.length > KNOWN_LENGTH) return text;
    if (known.size >= KNOWN_LIMIT) known.clear();
    known.set(id, text);
    return text;
  };
  return Object.assign(identity, { rules, memberText });
}
