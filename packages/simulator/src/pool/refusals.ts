/** What Data Integration and Data Push answer when they refuse: `{ reference, message }`, `{ errors }` for a body that is wrong. */
import { opaque } from '../chance.ts';
import type { Answer, Refusal } from '../api.ts';
import type { FaultPlan } from '../faults.ts';
import { refuseCelonis } from '../celonis/refusals.ts';

/** Thrown by an operation that does not do what it is asked. */
export class PoolRefusal extends Error {
  override readonly name = 'PoolRefusal';
  readonly answer: Answer;

  constructor(status: number, message: string, code?: string) {
    super(message);
    this.answer = exception(status, message, code);
  }
}

/** The body is wrong in one of its fields. */
export class BodyRefusal extends PoolRefusal {
  override readonly answer: Answer;

  constructor(attribute: string, error: string, errorCode = 'INVALID') {
    super(400, error);
    this.answer = { status: 400, body: { errors: [{ attribute, error, errorCode, additionalInfo: null }] } };
  }
}

/** There is no such thing. */
export function notFound(kind: string, id: string): PoolRefusal {
  return new PoolRefusal(404, `There is no ${kind} ${id}.`);
}

/** Refusals that are not particular to an operation. */
export function refusePool(refusal: Refusal, auth: FaultPlan['auth']): Answer {
  if (refusal.kind === 'bad-request') {
    const errors = refusal.problems.map(({ name, message, kind }) => ({
      attribute: name,
      error: message,
      errorCode: kind.toUpperCase(),
      additionalInfo: null,
    }));
    return { status: 400, body: { errors } };
  }
  if (refusal.kind === 'server-fault') return exception(refusal.status, refusal.text);
  return refuseCelonis(refusal, auth);
}

function exception(status: number, message: string, shortMessage = message): Answer {
  return { status, body: { reference: opaque(status, message, 8), message, shortMessage } };
}
