/** Names of tables and columns. */
import { sha256 } from './sha256.ts';
import type { Path } from './spec.ts';
import { encodeUtf8 } from './utf8.ts';

/**
 * A path as a name: keys joined with `$`, letter case kept. Within a key `$` is written `~$` and `~` is written `~~`; an empty key
 * is `~0`, a key `[]` is `~[]`. So two paths never have one name.
 */
export function renderPath(path: Path): string {
  return path.map(renderKey).join('$');
}

function renderKey(key: string): string {
  if (key === '') return '~0';
  return key === '[]' ? '~[]' : key.replace(/[~$]/g, '~$&');
}

/** Ends the name of a column of arrays and objects that no table can hold; the plain name is that of scalars at the same path. */
export const JSON_SUFFIX = '~json';

/** How `[]` is written in a path when it is a key and not "each element". */
export function keyInPath(key: string): string {
  return /^~*\[\]$/.test(key) ? `~${key}` : key;
}

/** The key that an element of a path stands for; `undefined` for "each element". */
export function keyOfPath(step: string): string | undefined {
  if (step === '[]') return undefined;
  return /^~+\[\]$/.test(step) ? step.slice(1) : step;
}

/**
 * The names taken in one table (or among the tables of one family), letter case ignored. The second to claim a name gets it with
 * `~x` and a hash of what it stands for. Names are claimed in sorted order for each batch, so who is second depends on the order
 * of documents only when the two come in different batches. Three things can meet: names that differ in nothing but letter case, the key
 * `value` of objects with the scalars of the same array, and the arrays below a path that holds an object here and an array of objects there.
 */
export class Names {
  readonly #taken = new Set<string>();

  /** @param identity what the name stands for; two claims never have the same */
  claim(wanted: string, identity: readonly string[]): string {
    let name = wanted;
    for (let length = 8; this.#taken.has(fold(name)); length += 8) {
      name = `${wanted}~x${sha256(encodeUtf8(JSON.stringify(identity))).slice(0, length)}`;
    }
    this.#taken.add(fold(name));
    return name;
  }

  add(name: string): void {
    this.#taken.add(fold(name));
  }
}

/** Lone surrogates are one and the same in UTF-8, so they are here. */
function fold(name: string): string {
  return name.toWellFormed().toLowerCase();
}

/** Order by UTF-16 code unit. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
