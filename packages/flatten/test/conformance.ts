/** Runs the table of JSON cases against an engine: any function that takes a page or throws. */
import { canonicalJson, EncodingError, FlattenError, JsonSyntaxError, type JsonValue } from '@millrace/flatten';
import { describe, expect, test } from 'vitest';
import { thrownBy } from './helpers.ts';
import { type JsonCase, jsonCases, type RefusedCase, wholePage } from './json-cases.ts';

export interface JsonEngine {
  readonly title: string;
  /** Gives the value of a page, or anything where `givesValues` is `false`. */
  readonly read: (page: Uint8Array) => unknown;
  readonly givesValues: boolean;
  /** Takes documents only: pages of anything else are left out. */
  readonly documentsOnly: boolean;
}

/** Defines the tests of an engine. */
export function testJson(engine: JsonEngine): void {
  const { read, title } = engine;
  const cases = jsonCases.filter(({ bare }) => !(bare && engine.documentsOnly));
  const byCategory = Map.groupBy(cases, ({ category }) => category);

  const named = <T extends JsonCase>(list: readonly T[]): (readonly [string, T])[] =>
    list.map((each) => [each.name, each]);

  describe.each([...byCategory])(`${title}: %s`, (_, list) => {
    test.each(named(list.filter((each) => each.want === 'value')))('takes %s', (__, each) => {
      const given = read(each.page);
      expect(engine.givesValues ? comparable(given, each) : undefined).toStrictEqual(
        engine.givesValues ? comparable(each.value, each) : undefined,
      );
    });

    test.each(named(list.filter((each) => each.want !== 'value')))('refuses %s', (__, each) => {
      const error = thrownBy(() => read(each.page));
      expect(told(error)).toStrictEqual(wanted(each));
      expect(messageOf(error).length).toBeLessThan(1000);
    });
  });

  describe(`${title}: any byte`, () => {
    test('a page cut at any byte is refused, naming a place no more than one token before the cut', () => {
      read(wholePage);
      for (let end = 0; end < wholePage.length - 2; end++) {
        const error = thrownBy(() => read(wholePage.subarray(0, end)));
        expect(error).toSatisfy((given) => given instanceof JsonSyntaxError || given instanceof EncodingError);
        const { byteOffset = -1 } = error as FlattenError;
        expect(byteOffset).toBeLessThanOrEqual(end);
        expect(byteOffset).toBeGreaterThanOrEqual(end - 12);
      }
    });

    test('a byte that is no UTF-8 is found wherever it stands', () => {
      for (let at = 3; at < wholePage.length; at++) {
        const page = wholePage.slice();
        page[at] = 0xff;
        const error = thrownBy(() => read(page));
        expect(error).toBeInstanceOf(EncodingError);
        // In place of a continuation byte it breaks the character that began before.
        const { byteOffset = -1 } = error as FlattenError;
        expect(byteOffset).toBeLessThanOrEqual(at);
        expect(byteOffset).toBeGreaterThan(at - 4);
        expect(wholePage.subarray(byteOffset, at).every((byte) => byte > 0x7f)).toBe(true);
      }
    });

    test('any byte in place of any other is taken or refused as JSON.parse does', () => {
      const full = process.env['MILLRACE_FULL'] !== undefined;
      for (let at = 3; at < wholePage.length; at++) {
        for (let byte = full ? 0 : at % 16; byte < 128; byte += full ? 1 : 16) {
          const page = wholePage.slice();
          page[at] = byte;
          expect(refusesJson(() => read(page))).toBe(!isJson(page));
        }
      }
    });
  });
}

const decoder = new TextDecoder('utf-8', { fatal: true });

/** What `JSON.parse` has to say. */
export function isJson(page: Uint8Array): boolean {
  try {
    JSON.parse(decoder.decode(page));
    return true;
  } catch {
    return false;
  }
}

/** A page may be JSON and still hold no documents: that is another refusal. */
function refusesJson(work: () => unknown): boolean {
  try {
    work();
    return false;
  } catch (error) {
    if (error instanceof JsonSyntaxError || error instanceof EncodingError) return true;
    if (error instanceof FlattenError) return false;
    throw error;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : '';
}

/** What an error says of the place. */
function told(error: unknown): unknown {
  if (error instanceof EncodingError) return { name: 'EncodingError', byteOffset: error.byteOffset };
  if (!(error instanceof JsonSyntaxError)) return error;
  const { byteOffset, line, column, snippet, message } = error;
  const isTold = message.includes(`line ${line}, column ${column}`) && message.includes(`byte ${byteOffset}`);
  return { name: 'JsonSyntaxError', byteOffset, line, column, around: JSON.parse(snippet), isTold };
}

function wanted({ want, byteOffset, line, column, around }: RefusedCase): unknown {
  if (want === 'encoding') return { name: 'EncodingError', byteOffset };
  return { name: 'JsonSyntaxError', byteOffset, line, column, around: around.toWellFormed(), isTold: true };
}

/** Deep values as text: comparing them would exhaust the stack. */
function comparable(value: unknown, { category }: JsonCase): unknown {
  return category === 'depth' ? canonicalJson(value as JsonValue) : plainZeros(value);
}

/** With 0 for -0: no table tells them apart, and a parser may give either. */
function plainZeros(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plainZeros);
  if (typeof value !== 'object' || value === null) return value === 0 ? 0 : value;
  const result: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    Object.defineProperty(result, key, {
      value: plainZeros(member),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return result;
}
