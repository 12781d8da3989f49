/** A captured page of the audit log as a team. */
import { z } from 'zod';
import type { AuditEvent, CelonisTeamData, Member } from './celonis-data.ts';

/** The text is not a page of the audit log. */
export class AuditPageError extends Error {
  override readonly name = 'AuditPageError';
}

const AUDIT_PAGE = z.object({
  content: z.array(
    z.looseObject({
      userId: z.string(),
      event: z.string(),
      timestamp: z.iso.datetime({ offset: true }),
      userRole: z.string().nullish(),
      message: z.record(z.string(), z.unknown()).nullish(),
      ipAddress: z.string().nullish(),
      port: z.string().nullish(),
      diffPayload: z.looseObject({ newValue: z.string().optional(), oldValue: z.string().optional() }).nullish(),
    }),
  ),
});

/**
 * Makes a team whose audit log is a captured response of `GET /log/api/external/audit`, in order of time, every field kept as it is.
 * Its members are the users that the page speaks of; there are no other events.
 * Throws an `AuditPageError` when the text is no such page.
 */
export function celonisTeamFromAuditPage(json: string): CelonisTeamData {
  let page: unknown;
  try {
    page = JSON.parse(json);
  } catch (error) {
    throw new AuditPageError('The audit page is not JSON. Give the body of a response of the audit log API.', {
      cause: error,
    });
  }
  const parsed = AUDIT_PAGE.safeParse(page);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue?.path.join('.') || 'the document';
    throw new AuditPageError(
      `The audit page is not a response of the audit log API: ${where}: ${issue?.message ?? 'wrong'}. It needs a list "content" of events with userId, event and timestamp.`,
    );
  }
  const events = parsed.data.content as AuditEvent[];
  const auditEvents = events.toSorted((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp));
  return { auditEvents, loginEvents: [], members: membersOf(auditEvents), adoptionEvents: [] };
}

function membersOf(events: readonly AuditEvent[]): Member[] {
  const members = new Map<string, Member>();
  for (const { userId, userRole } of events) {
    const [, id = userId, email] = /^(\S+) \(([^()]*)\)$/.exec(userId) ?? [];
    if (email === 'SYSTEM') continue;
    members.set(id, {
      userId: id,
      nameAndEmail: email === undefined ? id : `${id} (${email})`,
      userRole: userRole ?? 'MEMBER',
      status: 'Active',
      lastLogin: '',
      inactivityPeriod: 0,
      group: [],
    });
  }
  return [...members.values()];
}
