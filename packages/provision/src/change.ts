/** What a plan is made of. */
import type { CelonisIntegration, PoolClient } from '@millrace/celonis-client/integration';
import type { Mark } from './ownership.ts';

/** Kinds of objects, in the words of Celonis. */
export type ObjectKind =
  | 'data pool'
  | 'parameter'
  | 'connection'
  | 'data job'
  | 'extraction'
  | 'extraction table'
  | 'transformation'
  | 'data model'
  | 'data model table'
  | 'foreign key'
  | 'activity table'
  | 'data model load';

/** A field that differs. */
export interface FieldChange {
  readonly field: string;
  readonly is: string | null;
  readonly wanted: string | null;
}

/**
 * One object, and what has to happen to it.
 * - `create`, `update`, `delete`: the program does it
 * - `by hand`: no API does it
 */
export interface Change {
  readonly action: 'create' | 'update' | 'delete' | 'by hand';
  readonly kind: ObjectKind;
  readonly name: string;
  /** Of an update: what differs. */
  readonly fields: readonly FieldChange[];
  /** The installation stood there as it should, and somebody else changed it since. */
  readonly isDrift: boolean;
}

/** Changes that one write brings about. */
export interface Step {
  readonly changes: readonly Omit<Change, 'isDrift'>[];
  readonly write: (session: Session) => Promise<void>;
}

/** IDs as they become known while a plan is carried out. */
export interface Session {
  readonly client: CelonisIntegration;
  readonly call: { readonly signal?: AbortSignal };
  /** Of the installation. */
  readonly name: string;
  readonly program: string;
  poolId: string | undefined;
  mark: Mark;
  markId: string | undefined;
  connectionId: string | null;
  jobId: string | undefined;
  extraction: { readonly id: string; readonly taskId: string } | undefined;
  /** By name of the table. */
  readonly extractionTables: Map<string, string>;
  dataModelId: string | undefined;
  /** By name of the table. */
  readonly modelTables: Map<string, string>;
}

/** The pool of a session. Steps come in an order in which it is known. */
export function poolOf({ client, poolId }: Session): PoolClient {
  return client.pool(known(poolId));
}

/** What an earlier step has made. */
export function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('A step of the plan came before the one that it builds on.');
  return value;
}

/** The fields that differ. Null, absent and empty are one: servers fill in either. */
export function differing(
  fields: Readonly<Record<string, readonly [is: string | null | undefined, wanted: string | null]>>,
): readonly FieldChange[] {
  return Object.entries(fields)
    .map(([field, [is, wanted]]) => ({ field, is: is ?? null, wanted }))
    .filter(({ is, wanted }) => (is ?? '') !== (wanted ?? ''));
}
