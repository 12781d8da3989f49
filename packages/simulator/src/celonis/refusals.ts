/**
 * Error answers of a Celonis team, in the shapes of the vendor's catalogue
 * (https://developer.celonis.com/celonis-apis/api-reference/common-error-catalog). Where the catalogue has no entry
 * (405, a value out of range, a bad page token) the shape is inferred from its neighbours.
 */
import { opaque } from '../chance.ts';
import type { FaultPlan } from '../faults.ts';
import type { Answer, Refusal } from '../api.ts';

export function refuseCelonis(refusal: Refusal, auth: FaultPlan['auth']): Answer {
  switch (refusal.kind) {
    case 'unauthenticated':
      return unauthenticated(refusal.credentials === 'malformed', auth);
    case 'no-permission':
    case 'no-scope':
      // An API that is switched off sends an empty body.
      return auth?.forbidden === 'empty'
        ? { status: 403 }
        : envelope(403, 'Access Denied.', 'You do not have permission to perform this action.', 'ADMIN_ACCESS_ERROR');
    case 'bad-request':
      return refusal.problems.some(({ kind }) => kind === 'type')
        ? envelope(400, 'Query parameter type mismatch.', detailOf(refusal), 'GENERAL_PARAMETER_MISSMATCH')
        : envelope(400, 'Invalid query parameter.', detailOf(refusal), 'GENERAL_PARAMETER_INVALID');
    case 'unknown-path':
      return envelope(404, 'Not Found.', `There is nothing at ${refusal.path}.`, 'GENERAL_NOTFOUND_PATH');
    case 'other-methods': {
      const answer = envelope(
        405,
        'Method Not Allowed.',
        `${refusal.method} is not supported here.`,
        'GENERAL_METHOD_NOT_ALLOWED',
      );
      return { ...answer, headers: { allow: refusal.allow.join(', ') } };
    }
    case 'rate-limited':
      return envelope(
        429,
        'Too Many Requests.',
        `The limit of ${refusal.limit} is exceeded. Try again at ${refusal.retryAt.toISOString()} (UTC).`,
        'LIMIT_RATE_EXCEEDED',
      );
    default:
      return envelope(
        refusal.status,
        'Internal error.',
        `${refusal.text}, support ID ${supportId(refusal.text)}`,
        'ADMIN_FATAL_ERROR',
      );
  }
}

function unauthenticated(malformed: boolean, auth: FaultPlan['auth']): Answer {
  if (malformed) return { status: 401, text: 'The Authorization header must start with Bearer or AppKey.' };
  if (auth?.unauthorized === 'text') return { status: 401, text: 'Unauthorized' };
  if (auth?.unauthorized === 'empty') return { status: 401 };
  return { status: 401, body: { error: 'Unauthorized' } };
}

function envelope(status: number, title: string, detail: string, errorCode: string): Answer {
  return { status, body: { title, status, detail, errorCode } };
}

function detailOf(refusal: Extract<Refusal, { kind: 'bad-request' }>): string {
  return `${refusal.problems.map(({ message }) => message).join('; ')}.`;
}

function supportId(text: string): string {
  const hex = Buffer.from(opaque(0, text, 16)).toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
