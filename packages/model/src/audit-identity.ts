import type { Identity, JsonValue } from '@millrace/flatten';
import { memberIdentity } from '@millrace/flatten/identity';

const uuidFirst = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?=$|[\s(])/i;

/**
 * What makes two audit records the same one. Of `userId` only the UUID counts, since the e-mail beside it is display text that changes with
 * the person's name; a service (`celonis-service (SYSTEM)`) counts as it stands. A field that is null counts as one that is absent:
 * the API gives either.
 */
export const auditEventIdentity: Identity = /* @__PURE__ */ memberIdentity({
  nullIsAbsent: true,
  members: { userId: uuidOf },
});

function uuidOf(userId: JsonValue): JsonValue {
  return typeof userId === 'string' ? (uuidFirst.exec(userId)?.[0].toLowerCase() ?? userId) : userId;
}
