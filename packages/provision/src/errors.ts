/** What keeps a plan from being made or carried out. */

/** Something is there under a name that the installation wants, and was not made by it. Nothing was changed. */
export class OwnershipError extends Error {
  override readonly name = 'OwnershipError';
  /** What stands in the way: `data job audit-log`. */
  readonly objects: readonly string[];

  constructor(message: string, objects: readonly string[]) {
    super(message);
    this.objects = objects;
  }
}

/** The pool cannot be told: there are several of the name, or none of the ID. */
export class PoolChoiceError extends Error {
  override readonly name = 'PoolChoiceError';
}
