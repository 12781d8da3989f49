/** Refuses what JSON cannot say in values that were not parsed here. */
import { DocumentError, type ErrorPlace } from './errors.ts';

/** Deeper than any JSON text that is meant to be read; a value that contains itself gets here. */
const DEEPEST = 100_000;

interface Task {
  readonly value: unknown;
  readonly key: string | number;
  readonly parent: Task | undefined;
  readonly depth: number;
}

/** @throws DocumentError naming the path of what is no JSON value */
export function checkValue(root: unknown, place: ErrorPlace): void {
  const todo: Task[] = [{ value: root, key: '', parent: undefined, depth: 0 }];
  for (let task = todo.pop(); task !== undefined; task = todo.pop()) {
    const { value, depth } = task;
    if (isScalar(value)) continue;
    if (depth > DEEPEST) throw refuse(place, task, 'nested too deeply, or containing itself');
    if (Array.isArray(value)) {
      for (const [key, element] of value.entries()) {
        if (!isScalar(element)) todo.push({ value: element, key, parent: task, depth: depth + 1 });
      }
    } else if (isPlain(value)) {
      for (const [key, member] of Object.entries(value)) {
        if (!isScalar(member)) todo.push({ value: member, key, parent: task, depth: depth + 1 });
      }
    } else throw refuse(place, task, describe(value));
  }
}

function isScalar(value: unknown): boolean {
  if (value === null) return true;
  const type = typeof value;
  return type === 'string' || type === 'boolean' || type === 'bigint' || (type === 'number' && Number.isFinite(value));
}

/** An object literal of whatever realm, or one without prototype; not a Date, Map or instance of a class. */
function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function describe(value: unknown): string {
  if (typeof value === 'number' || value === undefined) return String(value);
  return typeof value === 'object' ? (value?.constructor.name ?? 'an object') : typeof value;
}

function refuse(place: ErrorPlace, task: Task, what: string): DocumentError {
  const path: (string | number)[] = [];
  for (let at: Task | undefined = task; at?.parent !== undefined; at = at.parent) path.unshift(at.key);
  return new DocumentError(`Not a JSON value: ${what}; push values as JSON.parse gives them`, {
    ...place,
    path: path.length > 20 ? path.slice(0, 20) : path,
  });
}
