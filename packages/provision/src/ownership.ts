/**
 * How an installation knows its own. Celonis has labels on few of its objects, so
 * - a parameter of the pool, `millrace_<NAME>`, says that the installation stands there: connection, data job and data model of its name are its own
 * - descriptions of pool, tasks and data model end with a tag, by which they are known whatever they are called
 * - what stands inside its data job and data model is told by what it is: a table by its name, a foreign key by its ends
 */
import { createHash } from 'node:crypto';
import type { Installation } from './installation.ts';

/** What the parameter of an installation holds, as JSON. No secret is in it. */
export interface Mark {
  /**
   * `made`: by the API; `found`: by hand, and so it stays when the installation goes. Set to `made` before it is made, so that one whose
   * making was cut off is known again.
   */
  readonly connection?: 'made' | 'found';
  /** IDs of what has no tag, so that it is known when it was renamed. */
  readonly job?: string;
  readonly dataModel?: string;
  /** Of what was last brought about in whole: what differs although this is unchanged was changed by somebody else. */
  readonly applied?: string;
}

/** Placeholder of the parameter. */
export const markPlaceholder = (name: string): string => `millrace_${name.replaceAll(/[^A-Za-z0-9_]/gu, '_')}`;

/** Reads the parameter's value; nothing for one that somebody spoilt. */
export function readMark(text: string): Mark {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null) return {};
    const fields: Readonly<Record<string, unknown>> = { ...value };
    const textOf = (field: string): string | undefined => {
      const found = fields[field];
      return typeof found === 'string' ? found : undefined;
    };
    const [job, dataModel, applied] = [textOf('job'), textOf('dataModel'), textOf('applied')];
    const connection = (['made', 'found'] as const).find((word) => word === fields['connection']);
    return {
      ...(connection === undefined ? {} : { connection }),
      ...(job === undefined ? {} : { job }),
      ...(dataModel === undefined ? {} : { dataModel }),
      ...(applied === undefined ? {} : { applied }),
    };
  } catch {
    return {};
  }
}

/** A mark as the parameter's value; its fields always in the same order. */
export function writtenMark({ connection, job, dataModel, applied }: Mark): string {
  return JSON.stringify({ connection, job, dataModel, applied });
}

const poolTag = '[millrace]';

/** A pool's description with the tag. */
export const poolDescription = (program: string): string => `Made by ${program}. ${poolTag}`;

/** Whether a pool was made by an installation. */
export const isOwnPool = (description: string | null | undefined): boolean => description?.includes(poolTag) === true;

/** A description with the tag of an object of the installation. */
export function tagged(description: string, name: string, object: string): string {
  return `${description} ${tagOf(name, object)}`;
}

/** Whether a description carries the tag of this object, or with no object, of any of the installation. */
export function hasTag(description: string | null | undefined, name: string, object?: string): boolean {
  const tag = object === undefined ? `[millrace:${name}:` : tagOf(name, object);
  return description?.includes(tag) === true;
}

function tagOf(name: string, object: string): string {
  return `[millrace:${name}:${object}]`;
}

/** Changes when anything of the installation does that its objects show. */
export function fingerprint(installation: Installation): string {
  const { connection, pool: _, ...shown } = installation;
  const parts = { ...shown, connection: connection === undefined ? null : { name: connection.name } };
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 16);
}
