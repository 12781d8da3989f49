/** JSON text to values, with every integer exact. */
import { type ErrorPlace, JsonSyntaxError } from './errors.ts';
import type { JsonValue } from './spec.ts';
import { decodeUtf8, utf8Length } from './utf8.ts';

/**
 * Finds text in which `JSON.parse` might round or overflow a number: an integer of 16 digits or more, or an exponent of three.
 * A number stands at the start or after `:`, `,` or `[`; a match inside a string only costs time.
 */
const NEEDS_EXACT = /(?:^|[:,[])\s*-?\d(?:\d{15}|[\d.]*[eE]\+?\d{3})/;

/**
 * Finds a key with an escape. V8 13 takes it for the key of an earlier object when that one holds a backslash and their text begins
 * alike: after `{"id":1,"\\":0}` the second key of `{"id":1,"\u0061":0}` is a backslash.
 */
const ESCAPED_KEY = /\\[^][^"\\]*"\s*:/;

const NUMBER = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?/y;

/**
 * Parses one JSON text.
 * - Integers beyond ±(2^53 − 1) are `bigint`; numbers with fraction or exponent are the nearest double.
 * - A number beyond a double's range (`1e400`) is the string of its canonical text, `1e+400`; so is an integer of more than 10,000 digits.
 * - Of equal keys in one object the last wins. A byte order mark is skipped.
 * @throws JsonSyntaxError, EncodingError, PageSizeError
 */
export function parseJson(source: Uint8Array | string): JsonValue {
  return parsePage(source, {});
}

/** `parseJson`, with what is known of the place for errors. */
export function parsePage(source: Uint8Array | string, place: ErrorPlace): JsonValue {
  const raw = typeof source === 'string' ? source : decodeUtf8(source, place, pathAtEnd);
  const marked = raw.charCodeAt(0) === 0xfeff;
  const text = marked ? raw.slice(1) : raw;
  if (!NEEDS_EXACT.test(text) && !ESCAPED_KEY.test(text)) {
    try {
      return JSON.parse(text) as JsonValue;
    } catch {
      // The parser below says where and why.
    }
  }
  return new Parser(text, marked ? 3 : 0, place).parse();
}

/** A token that a page ends in is no longer than this, strings apart. */
const LONGEST_TOKEN = 8;

/** The path at which a page breaks off; `undefined` when it is no JSON up to there. */
function pathAtEnd(bytes: Uint8Array): ErrorPlace['path'] {
  try {
    parseJson(bytes);
  } catch (error) {
    const isAtEnd = error instanceof JsonSyntaxError && (error.byteOffset ?? 0) >= bytes.length - LONGEST_TOKEN;
    return isAtEnd ? error.path : undefined;
  }
  return undefined;
}

const MOST_DIGITS = 10_000;

/** The value of a JSON number: see `parseJson`. */
export function numberOfLiteral(literal: string): number | bigint | string {
  const value = Number(literal);
  if (Number.isSafeInteger(value)) return value === 0 ? 0 : value;
  // Of more digits no bigint is made: that takes longer and longer, and no column but a STRING holds them.
  if (!/[.eE]/.test(literal)) return literal.length > MOST_DIGITS ? literal : BigInt(literal);
  return Number.isFinite(value) ? value : canonicalHuge(literal);
}

function canonicalHuge(literal: string): string {
  const parts = /^(-?)([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]+))?$/.exec(literal);
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const leading = whole.length + fraction.length - digits.length;
  const power = BigInt(exponent) + BigInt(whole.length - leading - 1);
  const significant = digits.replace(/0+$/, '');
  const rest = significant.slice(1);
  return `${sign}${significant.charAt(0)}${rest === '' ? '' : `.${rest}`}e+${power}`;
}

type Container = { [key: string]: JsonValue } | JsonValue[];

/** Without recursion, so that depth is bounded by memory alone. */
class Parser {
  readonly #text: string;
  readonly #byteBase: number;
  readonly #place: ErrorPlace;
  #at = 0;
  readonly #containers: Container[] = [];
  readonly #keys: string[] = [];

  constructor(text: string, byteBase: number, place: ErrorPlace) {
    this.#text = text;
    this.#byteBase = byteBase;
    this.#place = place;
  }

  parse(): JsonValue {
    for (;;) {
      this.#skipSpace();
      const opened = this.#tryOpen();
      if (opened === 'opened') continue;
      let value = opened === 'closed' ? this.#pop() : this.#scalar();
      for (;;) {
        const container = this.#containers.at(-1);
        if (container === undefined) {
          this.#skipSpace();
          if (this.#at < this.#text.length) this.#fail('there is more after the end of the value');
          return value;
        }
        this.#store(container, value);
        if (!this.#endsHere(container)) break;
        value = this.#pop();
      }
    }
  }

  /** `opened`: the next thing is a value inside. `closed`: an empty container. `no`: a scalar. */
  #tryOpen(): 'opened' | 'closed' | 'no' {
    const char = this.#text.charCodeAt(this.#at);
    const isObject = char === 0x7b;
    if (!isObject && char !== 0x5b) return 'no';
    this.#at++;
    this.#containers.push(isObject ? {} : []);
    this.#keys.push('');
    this.#skipSpace();
    // } and ] come two after { and [.
    if (this.#text.charCodeAt(this.#at) === char + 2) {
      this.#at++;
      return 'closed';
    }
    if (isObject) this.#key();
    return 'opened';
  }

  #pop(): JsonValue {
    this.#keys.pop();
    return this.#containers.pop() ?? null;
  }

  #store(container: Container, value: JsonValue): void {
    if (Array.isArray(container)) {
      container.push(value);
      return;
    }
    const key = this.#keys.at(-1) ?? '';
    if (key === '__proto__') {
      Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true });
    } else container[key] = value;
  }

  /** Reads what follows a value in a container: true at its end, false when another value comes (its key already read). */
  #endsHere(container: Container): boolean {
    this.#skipSpace();
    const char = this.#text.charCodeAt(this.#at);
    const isArray = Array.isArray(container);
    if (char === 0x2c) {
      this.#at++;
      if (!isArray) {
        this.#skipSpace();
        this.#key();
      }
      return false;
    }
    if (char !== (isArray ? 0x5d : 0x7d))
      this.#fail(isArray ? 'expected , or ] in an array' : 'expected , or } in an object');
    this.#at++;
    return true;
  }

  #key(): void {
    if (this.#text.charCodeAt(this.#at) !== 0x22) this.#fail('expected a key in double quotes');
    this.#keys[this.#keys.length - 1] = this.#string();
    this.#skipSpace();
    if (this.#text.charCodeAt(this.#at) !== 0x3a) this.#fail('expected : after a key');
    this.#at++;
  }

  #scalar(): JsonValue {
    const char = this.#text.charCodeAt(this.#at);
    if (char === 0x22) return this.#string();
    if (char === 0x2d || (char >= 0x30 && char <= 0x39)) return this.#number();
    if (this.#text.startsWith('true', this.#at)) return this.#word(4, true);
    if (this.#text.startsWith('false', this.#at)) return this.#word(5, false);
    if (this.#text.startsWith('null', this.#at)) return this.#word(4, null);
    return this.#fail('expected a value');
  }

  #word<T>(length: number, value: T): T {
    this.#at += length;
    return value;
  }

  #number(): number | bigint | string {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null) return this.#fail('expected a digit after -');
    this.#at += match[0].length;
    if (/[\d.eE]/.test(this.#text.charAt(this.#at))) return this.#fail('a number that JSON does not allow');
    return numberOfLiteral(match[0]);
  }

  #string(): string {
    let result = '';
    let start = this.#at + 1;
    for (let i = start; ; i++) {
      const unit = this.#text.charCodeAt(i);
      if (unit === 0x22) {
        this.#at = i + 1;
        return result + this.#text.slice(start, i);
      }
      if (unit === 0x5c) {
        result += this.#text.slice(start, i);
        this.#at = i;
        result += this.#escape();
        start = this.#at;
        i = start - 1;
      } else if (unit < 0x20) {
        this.#at = i;
        this.#fail('a control character in a string must be escaped');
      } else if (Number.isNaN(unit)) {
        this.#at = i;
        this.#fail('expected " at the end of a string');
      }
    }
  }

  #escape(): string {
    const char = this.#text.charAt(this.#at + 1);
    if (char === 'u') {
      const hex = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(hex)) this.#fail('expected four hex digits after \\u');
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(hex, 16));
    }
    const index = ESCAPES.indexOf(char);
    if (char === '' || index < 0) return this.#fail('an escape that JSON does not know');
    this.#at += 2;
    return ESCAPED.charAt(index);
  }

  #skipSpace(): void {
    for (;;) {
      const char = this.#text.charCodeAt(this.#at);
      if (char !== 0x20 && char !== 0x0a && char !== 0x0d && char !== 0x09) return;
      this.#at++;
    }
  }

  #fail(problem: string): never {
    const before = this.#text.slice(0, this.#at);
    const lineStart = before.lastIndexOf('\n') + 1;
    throw new JsonSyntaxError(this.#at >= this.#text.length ? `${problem}, but the page ends here` : problem, {
      ...this.#place,
      line: before.split('\n').length,
      column: this.#at - lineStart + 1,
      snippet: JSON.stringify(this.#text.slice(Math.max(0, this.#at - 30), this.#at + 30)),
      byteOffset: this.#byteBase + utf8Length(before),
      path: this.#containers.map((container, i) =>
        Array.isArray(container) ? container.length : (this.#keys[i] ?? ''),
      ),
    });
  }
}

/** What follows a backslash, and what it stands for. */
const ESCAPES = '"\\/bfnrt';
const ESCAPED = '"\\/\b\f\n\r\t';
