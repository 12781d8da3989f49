import { EncodingError, JsonSyntaxError, type JsonValue, parseJson } from '@millrace/flatten';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { thrownBy } from './helpers.ts';

const accepted: readonly (readonly [name: string, text: string, want: JsonValue])[] = [
  ['null', 'null', null],
  ['a bare scalar with spaces around', ' \t\r\n"x" \n', 'x'],
  ['an empty object', '{}', {}],
  ['an empty array', '[ ]', []],
  ['nested containers', '{"a":[{"b":[]},[{}]],"c":{}}', { a: [{ b: [] }, [{}]], c: {} }],
  ['every escape', String.raw`"\"\\\/\b\f\n\r\té😀"`, '"\\/\b\f\n\r\té😀'],
  ['an escaped NUL', String.raw`"\u0000"`, '\0'],
  ['DEL and U+2028 bare', '"\u007f\u2028"', '\u007f\u2028'],
  ['a lone surrogate escaped', String.raw`"\udc00"`, '\udc00'],
  ['numbers of every form', '[0,-1,1.5,1e2,1E+2,1e-2,-0.0]', [0, -1, 1.5, 100, 100, 0.01, -0]],
  ['the greatest safe integer', '9007199254740991', 9_007_199_254_740_991],
  ['an integer beyond it', '[9007199254740993,-9007199254740993]', [9_007_199_254_740_993n, -9_007_199_254_740_993n]],
  ['an integer of 40 digits', '1'.repeat(40), BigInt('1'.repeat(40))],
  ['a double that overflows', '[1e400,-0.001E500]', ['1e+400', '-1e+497']],
  ['a zero with a huge exponent', '0e99999', 0],
  ['the last of equal keys', '{"a":1,"b":2,"a":{"c":3}}', { b: 2, a: { c: 3 } }],
  ['an empty key', '{"":1}', { '': 1 }],
];

const rejected: readonly (readonly [name: string, text: string, line: number, column: number])[] = [
  ['nothing', '', 1, 1],
  ['only spaces', ' \n ', 2, 2],
  ['two values', '1 2', 1, 3],
  ['a comma at the end of an array', '[1,]', 1, 4],
  ['a comma at the end of an object', '{"a":1,}', 1, 8],
  ['a comma at the start', '[,1]', 1, 2],
  ['two commas', '[1,,2]', 1, 4],
  ['no comma', '[1 2]', 1, 4],
  ['no colon', '{"a" 1}', 1, 6],
  ['no value', '{"a":}', 1, 6],
  ['a key without quotes', '{a:1}', 1, 2],
  ['a key in single quotes', "{'a':1}", 1, 2],
  ['a number as key', '{1:1}', 1, 2],
  ['an open array', '[1', 1, 3],
  ['an open object', '{"a":1', 1, 7],
  ['an open string', '["a', 1, 4],
  ['the wrong bracket', '[1}', 1, 3],
  ['a bracket too many', '[]]', 1, 3],
  ['a leading zero', '[01]', 1, 3],
  ['a leading plus', '[+1]', 1, 2],
  ['a bare minus', '[-]', 1, 2],
  ['no digit after the point', '[1.]', 1, 3],
  ['no digit before the point', '[.5]', 1, 2],
  ['no digit in the exponent', '[1e]', 1, 3],
  ['two points', '[1.2.3]', 1, 5],
  ['hexadecimal', '[0x1]', 1, 3],
  ['NaN', '[NaN]', 1, 2],
  ['Infinity', '[-Infinity]', 1, 2],
  ['a word in capitals', '[True]', 1, 2],
  ['half a word', '[nul]', 1, 2],
  ['a word with a tail', '[nullx]', 1, 6],
  ['a control character in a string', '["\n"]', 1, 3],
  ['a tab in a string', '["\t"]', 1, 3],
  ['an unknown escape', String.raw`["\x"]`, 1, 3],
  ['a short unicode escape', String.raw`["\u12"]`, 1, 3],
  ['a no-break space', '[\u00a01]', 1, 2],
  ['a comment', '[1/*x*/]', 1, 3],
  ['a byte order mark in the middle', '[\ufeff1]', 1, 2],
  ['an error on a later line', '{\n  "a": 1,\n  "b": tru\n}', 3, 8],
];

/** As `JSON.parse` has it: whole numbers as the nearest double. */
function rounded(value: JsonValue): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value === 'number') return value;
  if (Array.isArray(value)) return value.map((element) => rounded(element as JsonValue));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, rounded(member)]));
}

describe('parseJson', () => {
  test.each(accepted)('takes %s', (_, text, want) => {
    expect(parseJson(text)).toStrictEqual(want);
    expect(parseJson(new TextEncoder().encode(text))).toStrictEqual(want);
  });

  test.each(rejected)('refuses %s', (_, text, line, column) => {
    const error = thrownBy(() => parseJson(text));
    expect(error).toBeInstanceOf(JsonSyntaxError);
    expect(error).toMatchObject({ line, column });
    expect(() => JSON.parse(text)).toThrow(SyntaxError);
  });

  test('names path, byte offset and snippet of an error', () => {
    const error = thrownBy(() => parseJson('\ufeff{"é":[1,{"k":[true,tru]}]}'));
    expect(error).toMatchObject({ path: ['é', 1, 'k', 1], byteOffset: 23, line: 1 });
    expect(error).toHaveProperty('snippet', expect.stringContaining('tru'));
  });

  test('refuses a page cut at any byte', () => {
    const bytes = new TextEncoder().encode('{"content":[{"a":"é😀\\n","b":[1.5e3,null,true]}]}');
    for (let end = 0; end < bytes.length; end++) {
      const error = thrownBy(() => parseJson(bytes.subarray(0, end)));
      expect(error instanceof JsonSyntaxError || error instanceof EncodingError).toBe(true);
    }
  });

  test.each([
    ['a lone continuation byte', [0x22, 0x80, 0x22], 1],
    ['an overlong form', [0x22, 0xc0, 0xaf, 0x22], 1],
    ['a surrogate', [0x22, 0xed, 0xa0, 0x80, 0x22], 1],
    ['beyond U+10FFFF', [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22], 1],
    ['a cut sequence', [0x22, 0x61, 0xe2, 0x82], 2],
    ['Latin-1', [0x22, 0xe9, 0x22], 1],
  ])('refuses %s and names the byte', (_, bytes, byteOffset) => {
    const error = thrownBy(() => parseJson(Uint8Array.from(bytes)));
    expect(error).toBeInstanceOf(EncodingError);
    expect(error).toMatchObject({ byteOffset });
  });

  test('agrees with JSON.parse on every text that it must parse exactly', () => {
    const forceExact = fc.json().map((text) => `[9007199254740993,${text}]`);
    fc.assert(
      fc.property(forceExact, (page) => {
        expect(rounded(parseJson(page))).toStrictEqual(JSON.parse(page));
      }),
      { numRuns: process.env['MILLRACE_FULL'] === undefined ? 300 : 10_000 },
    );
  });

  test('agrees with JSON.parse on what is no JSON', () => {
    const mutated = fc.tuple(fc.json(), fc.nat(), fc.string({ maxLength: 2 })).map(([text, at, put]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + put + text.slice(place + 1);
    });
    fc.assert(
      fc.property(mutated, (text) => {
        const accepts = (parse: (source: string) => unknown): boolean => {
          try {
            parse(text);
            return true;
          } catch {
            return false;
          }
        };
        expect(accepts((source) => parseJson(`[9007199254740993,${source}]`))).toBe(
          accepts((source) => JSON.parse(`[9007199254740993,${source}]`)),
        );
      }),
      { numRuns: process.env['MILLRACE_FULL'] === undefined ? 500 : 10_000 },
    );
  });

  test('takes a million levels', () => {
    const text = `[9007199254740993,${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}]`;
    expect(parseJson(text)).toHaveLength(2);
  });
});
