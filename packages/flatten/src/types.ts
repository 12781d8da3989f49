/** The types of columns: what a value is, how two types join, how a stored value follows. */
import { canonicalNumber } from './canonical-json.ts';
import {
  CANONICAL_SPELLING,
  DATE_SPELLINGS,
  formatDate,
  formatDateTime,
  parseAnyIso,
  parseDate,
  spell,
  spellingsOf,
} from './dates.ts';
import type { ColumnSchema, ColumnType } from './schema.ts';

/** A type with what it takes to join it. Every `ColumnSchema` is one. */
export type TypeState = Pick<ColumnSchema, 'type' | 'wide' | 'spellings'>;

/** A value that a column can hold. */
export type Scalar = boolean | number | bigint | string;

const MIN_INT64 = -(2n ** 63n);
const MAX_INT64 = 2n ** 63n - 1n;

const BOOLEAN: TypeState = { type: 'BOOLEAN' };
const INTEGER: TypeState = { type: 'INTEGER' };
const WIDE_INTEGER: TypeState = { type: 'INTEGER', wide: true };
const FLOAT: TypeState = { type: 'FLOAT' };
const DATE: TypeState = { type: 'DATE' };
const STRING: TypeState = { type: 'STRING' };
const JSON_TYPE: TypeState = { type: 'JSON' };

/** DATETIME by its spellings, so that a join allocates nothing. */
const dateTimes: (TypeState | undefined)[] = [];

function dateTime(spellings: number): TypeState {
  const known = dateTimes[spellings];
  if (known !== undefined) return known;
  const made: TypeState = spellings === CANONICAL_SPELLING ? { type: 'DATETIME' } : { type: 'DATETIME', spellings };
  dateTimes[spellings] = made;
  return made;
}

const DECLARED: Readonly<Record<ColumnType, TypeState>> = {
  BOOLEAN,
  INTEGER,
  FLOAT,
  DATE,
  DATETIME: dateTime(CANONICAL_SPELLING),
  STRING,
  JSON: JSON_TYPE,
};

/** All types there are. */
export const COLUMN_TYPES: readonly string[] = /* @__PURE__ */ Object.keys(DECLARED);

/** The state in which a column of a declared type starts. */
export function declaredState(type: ColumnType): TypeState {
  return DECLARED[type];
}

/** The least type that holds a value exactly. Whole numbers are INTEGER however they are written (`1.0`, `1e2`). */
export function typeOfValue(value: Scalar): TypeState {
  if (typeof value === 'string') {
    const spellings = spellingsOf(value);
    if (spellings === 0) return STRING;
    return spellings === DATE_SPELLINGS ? DATE : dateTime(spellings);
  }
  if (typeof value === 'number') return Number.isSafeInteger(value) ? INTEGER : FLOAT;
  if (typeof value === 'boolean') return BOOLEAN;
  if (value < MIN_INT64 || value > MAX_INT64) return STRING;
  return Number.isSafeInteger(Number(value)) ? INTEGER : WIDE_INTEGER;
}

/**
 * The least type that holds both: commutative, associative, idempotent, so that the order in which values come cannot matter.
 *
 * - INTEGER with FLOAT is FLOAT, unless a value beyond 2^53 was seen: then STRING
 * - DATE with DATETIME is DATETIME while their spellings agree (see `dates.ts`), else STRING
 * - anything else with another type is STRING
 */
export function joinTypes(a: TypeState, b: TypeState): TypeState {
  if (a === b) return a;
  if (a.type === b.type) {
    if (a.type === 'INTEGER') return a.wide === true || b.wide === true ? WIDE_INTEGER : INTEGER;
    if (a.type !== 'DATETIME') return declaredState(a.type);
  }
  const spellings = allowedSpellings(a) & allowedSpellings(b);
  if (spellings !== 0) return dateTime(spellings);
  if (isNumeric(a) && isNumeric(b)) return a.wide === true || b.wide === true ? STRING : FLOAT;
  return STRING;
}

function isNumeric(state: TypeState): boolean {
  return state.type === 'INTEGER' || state.type === 'FLOAT';
}

function allowedSpellings(state: TypeState): number {
  if (state.type === 'DATE') return DATE_SPELLINGS;
  return state.type === 'DATETIME' ? (state.spellings ?? CANONICAL_SPELLING) : 0;
}

/**
 * What a declaration makes of a value before its type is asked for: a declared FLOAT rounds whole numbers beyond 2^53 to the
 * nearest double, a declared DATETIME writes every ISO 8601 form canonically. Everything else stays.
 */
export function coerce(declared: ColumnType | undefined, value: Scalar): Scalar {
  if (declared === 'FLOAT' && typeof value === 'bigint') {
    const rounded = Number(value);
    return Number.isFinite(rounded) ? rounded : value;
  }
  if (declared === 'DATETIME' && typeof value === 'string') {
    const millis = parseAnyIso(value);
    return millis === undefined ? value : formatDateTime(millis);
  }
  return value;
}

/** The text of a value in a STRING column: numbers canonical (`-0` is `0`), booleans `true` and `false`, strings as they are. */
export function canonicalText(value: Scalar): string {
  if (typeof value === 'string') return value;
  return typeof value === 'boolean' ? String(value) : canonicalNumber(value);
}

/**
 * Brings a value as `columnValues` gives it from a column's old type to its new one: what a destination does to values that it
 * holds when a column widens. The result is what the column would hold had it been as wide from the start.
 * @param to the join of `from` with another type; anything else is not a widening and gives the value back unchanged
 */
export function widenValue(from: TypeState, to: TypeState, value: Scalar | null): Scalar | null {
  if (value === null || from.type === to.type) return value;
  if (to.type === 'FLOAT') return Number(value);
  if (to.type === 'DATETIME') return formatDateTime((parseDate(String(value)) ?? 0) * 86_400_000);
  return to.type === 'STRING' ? storedText(from, value) : value;
}

/** The text that a value, as `columnValues` gives it, has in a STRING column. */
export function storedText(from: TypeState, value: Scalar): string {
  if (from.type === 'DATETIME') return spell(Date.parse(String(value)), from.spellings ?? CANONICAL_SPELLING);
  return canonicalText(value);
}

/** `2025-02-25` or `2025-02-25T14:52:10.903Z` of the number that a batch holds. */
export function formatTime(type: 'DATE' | 'DATETIME', value: number): string {
  return type === 'DATE' ? formatDate(value) : formatDateTime(value);
}
