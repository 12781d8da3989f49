/** Operations that the server took and that failed there. */

const BRAND = Symbol.for('@millrace/celonis-client/operation-error');

/** What failed: the execution of a data job, the load of a data model, a push. */
export type OperationKind = 'job' | 'load' | 'push';

/** One line of what the server says of a failure. */
export interface OperationFailure {
  /** Name of the task or step, where there is one. */
  readonly name?: string;
  readonly message: string;
}

/** What an {@link OperationError} says. */
export interface OperationErrorFacts {
  readonly operation: OperationKind;
  /** The server's word for the end, such as `FAIL`, `CANCEL`, `ERROR`. */
  readonly status: string;
  /** ID of the job, data model or push job. */
  readonly id: string;
  readonly poolId: string;
  readonly failures: readonly OperationFailure[];
}

/** The server took the operation, and it failed or was cancelled there. */
export class OperationError extends Error implements OperationErrorFacts {
  override readonly name = 'OperationError' as const;
  readonly operation: OperationKind;
  readonly status: string;
  readonly id: string;
  readonly poolId: string;
  readonly failures: readonly OperationFailure[];

  constructor(message: string, facts: OperationErrorFacts) {
    super(message);
    Object.defineProperty(this, BRAND, { value: true, enumerable: false });
    this.operation = facts.operation;
    this.status = facts.status;
    this.id = facts.id;
    this.poolId = facts.poolId;
    this.failures = facts.failures;
  }

  toJSON(): Record<string, unknown> {
    const { name, message, operation, status, id, poolId, failures } = this;
    return { name, message, operation, status, id, poolId, failures };
  }
}

/** Whether `error` is an {@link OperationError}, of whichever copy of this package. */
export const isOperationError = (error: unknown): error is OperationError =>
  typeof error === 'object' && error !== null && BRAND in error;

const NAMES: Readonly<Record<OperationKind, string>> = {
  job: 'The execution of data job',
  load: 'The load of data model',
  push: 'Push job',
};

const ADVICE: Readonly<Record<OperationKind, string>> = {
  job: 'See the log of the job in Data Integration; mend the task that failed, and execute the job again.',
  load: 'See the data loads of the data model in Data Integration; mend the table named, and load again.',
  push: 'A push job executes once: create another with corrected rows.',
};

/** The error of an operation that ended otherwise than well. */
export function operationError(facts: OperationErrorFacts): OperationError {
  const why = facts.failures.map(({ name, message }) => (name === undefined ? message : `${name}: ${message}`));
  const said = why.length === 0 ? '' : `: ${why.slice(0, 3).join('; ').replaceAll(/\s+/gu, ' ').slice(0, 600)}`;
  return new OperationError(
    `${NAMES[facts.operation]} ${facts.id} ended with ${facts.status}${said.replace(/\.?$/u, '.')} ${ADVICE[facts.operation]}`,
    facts,
  );
}
