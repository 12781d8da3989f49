import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PageScanError, PageScanner } from '../src/scan-page.ts';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** What the scan found, parsed: documents, keys (`undefined` where there is none), values beside the list. */
function scan(text: string, at: string[], keys: string[][] = [], beside: string[][] = []) {
  const bytes = encoder.encode(text);
  const found = new PageScanner({ at, keys, beside }).scan(bytes);
  const pairs = (offsets: Uint32Array | Int32Array): unknown[] =>
    Array.from({ length: offsets.length / 2 }, (_, index) => {
      const [start = -1, end = -1] = offsets.subarray(index * 2);
      return start < 0 ? undefined : (JSON.parse(decoder.decode(bytes.subarray(start, end))) as unknown);
    });
  return { documents: pairs(found.bounds), values: pairs(found.values), beside: pairs(found.beside) };
}

function at(value: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (inside, key) =>
      typeof inside === 'object' && inside !== null && !Array.isArray(inside) && Object.hasOwn(inside, key)
        ? Reflect.get(inside, key)
        : undefined,
    value,
  );
}

test('the kernel is what its sources give', () => {
  const script = fileURLToPath(new URL('../scripts/build-wasm.ts', import.meta.url));
  expect(() => execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' })).not.toThrow();
});

describe('a scan', () => {
  test('finds the documents and the values that JSON.parse finds, however the page is written', () => {
    const keys = fc.constantFrom('id', 'a', 'timestamp', 'ti"me', 'schlüssel', 'a\\b', '');
    const tree = fc.letrec((tie) => ({
      value: fc.oneof(
        { depthSize: 'small' },
        fc.string(),
        fc.constantFrom('"', '\\', '{"}', '[[', '\\"', 'ü😀'),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom(null, true, false, 0),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(keys, tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    const documents = fc.array(fc.dictionary(keys, tree), { maxLength: 5 });
    const wanted = [['id'], ['a', 'ti"me'], ['schlüssel'], ['a'], ['a\\b', 'id']];
    fc.assert(
      fc.property(
        documents,
        fc.nat(),
        fc.constantFrom('', ' ', '\t', '\n'),
        fc.boolean(),
        (list, total, space, bare) => {
          const page = bare ? list : { before: { content: 1 }, content: list, total: { of: total }, after: [{}] };
          const beside = [['total', 'of'], ['nothing']];
          const found = scan(` ${JSON.stringify(page, null, space)}\r\n`, bare ? [] : ['content'], wanted, beside);
          const plain = JSON.parse(JSON.stringify(list)) as unknown[];
          expect(found.documents).toEqual(plain);
          expect(found.values).toEqual(plain.flatMap((document) => wanted.map((path) => at(document, path))));
          expect(found.beside).toEqual(bare ? [undefined, undefined] : [total, undefined]);
        },
      ),
      { numRuns: process.env['MILLRACE_FULL'] === undefined ? 300 : 10_000 },
    );
  });

  test('knows a key that is written with an escape, and takes the last of equal keys', () => {
    const text = String.raw`{"content":[{"\u0069d":"A","n":1},{"id":"B","id":"C"}]}`;
    expect(scan(text, ['content'], [['id']]).values).toEqual(['A', 'C']);
    expect(scan('{"content":[{"id":1}],"content":[{"id":2}]}', ['content'], [['id']]).values).toEqual([2]);
  });

  test('gives the key as canonical JSON where its bytes are that, and says so where they are not', () => {
    const page = encoder.encode(
      String.raw`[{"a":"x","b":"y z"},{"b":"","a":"~"},{"a":"\u0078","b":""},{"a":"ü","b":""},{"a":1,"b":""},{"a":""}]`,
    );
    const { keys, keyBounds } = new PageScanner({ at: [], keys: [['a'], ['b']] }).scan(page);
    expect(new TextDecoder().decode(keys)).toBe('["x","y z"]["~",""]');
    expect([...keyBounds]).toEqual([0, 11, 11, 19, 0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('forgets what an earlier of equal keys had below it', () => {
    expect(scan('[{"a":{"id":1},"a":{}}]', [], [['a', 'id']]).values).toEqual([undefined]);
    expect(scan('[{"a":{"id":1},"a":2}]', [], [['a', 'id']]).values).toEqual([undefined]);
  });

  test('finds more documents than pages of that length have as a rule', () => {
    expect(scan(`[${Array.from({ length: 1000 }, () => '{}').join(',')}]`, []).documents).toHaveLength(1000);
  });

  test('takes null for no documents, and skips a byte order mark', () => {
    expect(scan('\ufeff{"content":null}', ['content']).documents).toEqual([]);
    expect(scan('[]', []).documents).toEqual([]);
  });

  test.each([
    ['{"content":[{"id":1}', /comma was expected/],
    ['{"content":[{"id":"1]}', /breaks off/],
    ['{"content":[{"id":1},]}', /document was expected/],
    ['{"content":[1]}', /document was expected/],
    ['{"content":{}}', /no list under "content"/],
    ['{"items":[]}', /no list under "content"/],
    ['[{"id":1}]', /no list under "content"/],
    ['{"content":[]} x', /more after its end/],
    ['{"content":[{"id" 1}]}', /colon was expected/],
    ['{content:[]}', /key was expected/],
    ['', /breaks off/],
  ])('refuses %s', (text, why) => {
    expect(() => scan(text, ['content'], [['id']])).toThrow(PageScanError);
    expect(() => scan(text, ['content'], [['id']])).toThrow(why);
  });
});
