/**
 * The records that a Celonis team's log and team APIs serve.
 * https://developer.celonis.com/celonis-apis/audit-log-api/overview/ and https://developer.celonis.com/celonis-apis/team-api/overview/
 */

/** An event of the audit log. It has no ID: equal records may occur in one millisecond. */
export interface AuditEvent {
  /** `<uuid> (<e-mail>)`, or `celonis-service (SYSTEM)`. */
  userId: string;
  userRole?: string | null;
  /** Event code, such as `STUDIO_NODE_UPDATED`. The documented catalogue is not complete. */
  event: string;
  /** RFC 3339 UTC with milliseconds. */
  timestamp: string;
  /** Keys depend on the event; their style is mixed. */
  message?: Record<string, unknown> | null;
  /** Only while IP tracking is on; never for system changes. */
  ipAddress?: string | null;
  port?: string | null;
  /** What an Action Flow was and is; values are JSON text. */
  diffPayload?: { newValue?: string; oldValue?: string } | null;
}

/** A log-in, a log-out, or an attempt that failed. It has no ID either. */
export interface LoginEvent {
  authenticationEventType:
    | 'LOGIN'
    | 'LOGIN_SSO'
    | 'LOGIN_CELONIS_ID'
    | 'LOGIN_OIDC'
    | 'LOGOUT'
    | 'ACCOUNT_TEMPORARILY_LOCKED'
    | 'ACCOUNT_NOT_CONFIRMED'
    | 'ACCOUNT_NOT_ACTIVE'
    | 'NOT_MEMBER_OF_TEAM'
    | 'TEAM_MEMBERSHIP_NOT_ACTIVE'
    | 'TEAM_MEMBERSHIP_NOT_CONFIRMED'
    | 'BAD_CREDENTIALS'
    | 'INVALID_2FA_TOKEN'
    | 'INVALID_PROVIDER'
    | (string & {});
  /** As typed; need not belong to a member. */
  email: string;
  success: boolean;
  /** RFC 3339 UTC with milliseconds. */
  timestamp: string;
}

/** A member of the team. */
export interface Member {
  /** UUID. */
  userId: string;
  /** `<name> (<e-mail>)`. */
  nameAndEmail: string;
  userRole: 'ADMIN' | 'ANALYST' | 'MEMBER' | (string & {});
  status: 'Active' | (string & {});
  /** US-style text, such as `12/10/2023, 6:49:07 AM UTC`; empty before the first log-in (inferred). */
  lastLogin: string;
  /** Days without log-in. */
  inactivityPeriod: number;
  group: { name: string; teamRole: string }[];
}

/** A view of a published Studio asset. The API's schema is not published: all fields are inferred from its documented vocabulary. */
export interface AdoptionEvent {
  /** RFC 3339 UTC with milliseconds. */
  timestamp: string;
  userId: string;
  userType: 'CELONIS_USER' | 'NON_CELONIS_USER' | (string & {});
  appName: 'APPS' | 'STUDIO' | (string & {});
  entityType: 'STUDIO_ASSET' | (string & {});
  assetId: string;
  assetName: string;
  assetType: string;
  packageId: string;
  packageName: string;
  spaceId: string;
  spaceName: string;
}

/** Everything that a simulated team holds. Events ascend by timestamp. */
export interface CelonisTeamData {
  auditEvents: AuditEvent[];
  loginEvents: LoginEvent[];
  members: Member[];
  adoptionEvents: AdoptionEvent[];
}
