import type { JsonObject, JsonValue } from '@millrace/flatten';

const uuidFirst = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?=$|[\s(])/i;

/**
 * What makes two audit records the same one. Of `userId` only the UUID counts, since the e-mail beside it is display text that changes with
 * the person's name; a service (`celonis-service (SYSTEM)`) counts as it stands. A field that is null counts as one that is absent:
 * the API gives either.
 */
export function auditEventIdentity(document: JsonObject): JsonValue {
  const present = Object.entries(document).filter(([, value]) => value !== null);
  return Object.fromEntries(present.map(([key, value]) => [key, key === 'userId' ? uuidOf(value) : value]));
}

function uuidOf(userId: JsonValue): JsonValue {
  return typeof userId === 'string' ? (uuidFirst.exec(userId)?.[0].toLowerCase() ?? userId) : userId;
}
