/**
 * Error answers of OE. None is published; the shape is that of the vendor's other services
 * (https://github.com/emporix/api-references), and for tokens RFC 6749.
 */
import type { FaultPlan } from '../faults.ts';
import type { Answer, Refusal } from '../api.ts';

export function refuseOe(refusal: Refusal, auth: FaultPlan['auth']): Answer {
  switch (refusal.kind) {
    case 'unauthenticated':
      if (auth?.unauthorized === 'empty') return { status: 401 };
      if (auth?.unauthorized === 'text') return { status: 401, text: 'Unauthorized' };
      return failure(401, 'Unauthorized', 'The access token is missing, not known, or expired.');
    case 'no-permission':
    case 'no-scope':
      return auth?.forbidden === 'empty' ? { status: 403 } : failure(403, 'Forbidden', 'The client may not read this.');
    case 'bad-request':
      return failure(400, 'Bad Request', `${refusal.problems.map(({ message }) => message).join('; ')}.`);
    case 'unknown-path':
      return failure(404, 'Not Found', `There is nothing at ${refusal.path}.`);
    case 'other-methods':
      return {
        ...failure(405, 'Method Not Allowed', `${refusal.method} is not supported here.`),
        headers: { allow: refusal.allow.join(', ') },
      };
    case 'rate-limited':
      return failure(
        429,
        'Too Many Requests',
        `The limit of ${refusal.limit} is exceeded. Try again at ${refusal.retryAt.toISOString()}.`,
      );
    default:
      return failure(refusal.status, 'Internal Server Error', refusal.text);
  }
}

function failure(code: number, status: string, message: string): Answer {
  return { status: code, body: { code, status, message } };
}
