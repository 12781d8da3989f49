import { createFlattener, type Page, type RootSpec, SpecError } from '@millrace/flatten';
import { memberIdentity } from '@millrace/flatten/identity';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countingPages, outcome } from './outcome.ts';

const encoder = new TextEncoder();
const keyed: RootSpec = { table: 't', primaryKey: [['id']] };
const full = process.env['MILLRACE_FULL'] !== undefined;

/** Both engines on the same pages: equal, and how many pages the kernel took. */
function takenOf(pages: readonly Page[], spec: RootSpec = keyed, pagesPerBatch = 2): number {
  const run = { spec, pages, pagesPerBatch };
  const { result, taken } = countingPages(() => outcome('wasm', run));
  expect(result).toEqual(outcome('typescript', run));
  return taken;
}

function bytes(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

/** Documents `from` to `to` with texts of several cardinalities. */
function documents(from: number, to: number, more: (id: number) => object = () => ({})): object[] {
  return Array.from({ length: to - from }, (_, i) => {
    const id = from + i;
    return {
      id: `document ${id}`,
      few: `of ten ${id % 10}`,
      many: `of seven hundred, and longer than a vector ${(id * 7919) % 700}`,
      most: `of four thousand ${(id * 7919) % 4100}`,
      late: id < 1100 ? 'always the same' : `then never ${id}`,
      sometimes: id % 3 === 0 ? undefined : `ä${id % 50}`,
      ...more(id),
    };
  });
}

describe('dictionaries', () => {
  test('are kept and given up as in the TypeScript path', () => {
    const pages = [documents(0, 900), documents(900, 2500), documents(2500, 9000), documents(9000, 9100)].map(bytes);
    expect(takenOf(pages)).toBe(4);
    expect(takenOf(pages, keyed, 1)).toBe(4);
    expect(takenOf(pages, keyed, 4)).toBe(4);
  });

  test('are as before when a page fails that filled or gave them up', () => {
    const torn = encoder.encode(JSON.stringify(documents(800, 6000)).slice(0, -5));
    const pages = [bytes(documents(0, 800)), torn, bytes(documents(800, 900)), torn, bytes(documents(900, 4000)), torn];
    expect(takenOf(pages, keyed, 5)).toBe(3);
  });

  test('hold what came before a column was widened', () => {
    const pages = [
      documents(0, 700, (id) => ({ n: id % 20, d: '2025-02-25', w: 1.5 })),
      documents(700, 1400, (id) => ({
        n: id === 1399 ? 'x' : id,
        d: '2025-02-26T10:00:00Z',
        w: id === 1000 ? '?' : id,
      })),
      documents(1400, 3000, (id) => ({ n: id / 8, d: id === 2000 ? 'never' : '2025-02-27', w: 9007199254740991 })),
    ].map(bytes);
    expect(takenOf(pages, keyed, 3)).toBe(3);
    expect(takenOf(pages, keyed, 1)).toBe(3);
  });
});

describe('a page that is refused', () => {
  test('leaves types and lengths as they were', () => {
    const first = bytes([{ id: 1, a: 5, b: true, c: '2025-02-25', d: 1.5, e: '2025-02-25T10:00:00.1Z', f: 'short' }]);
    const widening =
      '{"id":2,"a":"x","b":1,"c":"2025-02-25T10:00:00Z","d":"much longer","e":"no date","f":"much longer"}';
    const after = bytes([
      { id: 3, a: 6, b: false, c: '2025-02-26', d: 2.5, e: '2025-02-26T10:00:00.1Z', f: 'x', g: 1 },
    ]);
    expect(takenOf([first, encoder.encode(`[${widening},]`), after], keyed, 3)).toBe(2);
  });

  test('takes the rest of the batch with it, not the next one', () => {
    const pages = [[{ id: 1, a: 1 }], [{ id: 1, a: 2 }], [{ id: 2, a: 3 }], [{ id: 3, a: 4 }], [{ id: 4 }]].map(bytes);
    expect(takenOf(pages, keyed, 3)).toBe(3);
  });

  test.each([
    ['a repeated key in an object', '[{"id":1,"a":1,"a":2}]'],
    ['the same key written with an escape', '[{"id":1,"a":1,"\\u0061":2}]'],
    ['a lone surrogate', '[{"id":1,"a":"\\ud800"}]'],
    ['a number beyond all doubles', '[{"id":1,"a":1e400}]'],
    ['a key with an escape', '[{"id":"\\n"}]'],
    ['a fraction as key', '[{"id":1.5}]'],
    ['a document twice', '[{"id":1,"a":1},{"id":1,"a":2}]'],
    ['a key that is missing', '[{"a":1}]'],
    ['documents that are none', '[1]'],
    ['nothing at all', ''],
    ['more after the end', '[] []'],
  ])('for %s gives what the TypeScript path gives', (_, text) => {
    expect(takenOf([encoder.encode(text)])).toBe(0);
  });
});

test.each([
  ['a byte order mark', '\ufeff[{"id":1}]'],
  [
    'spaces everywhere',
    ' \n[ { "id" : 1 , "a" : [ 1 , { } ] , "b" : { } , "c" : [ ] } , { "id" : 2 , "a" : [ [ ] , [ null ] ] } ]\t\r',
  ],
  [
    'an array of several kinds',
    '[{"id":1,"a":[1,2]},{"id":2,"a":[1,{"b":[true]}]},{"id":3,"a":[[1],["x"]]},{"id":4,"a":[[1],"x"]}]',
  ],
  ['an array that is nested too deeply', `[{"id":1,"a":${'['.repeat(40)}1${']'.repeat(40)}}]`],
  ['an object that is nested too deeply', `[{"id":1,"a":${'{"b":'.repeat(40)}1${'}'.repeat(40)}}]`],
  ['keys that need escapes', '[{"id":1,"a\\"b":1,"\\\\":2,"\\n":3,"a\\u0062":4},{"id":2,"a\\"b":5,"ab":6}]'],
  ['one document', '{"id":1}'],
  ['no documents', 'null'],
  ['a string', '[{"id":"ä"}]'],
])('the kernel takes a page with %s', (_, text) => {
  expect(takenOf([encoder.encode(text)])).toBe(1);
  expect(takenOf([text])).toBe(1);
});

test('numbers are read to the last bit', () => {
  const digits = fc.stringMatching(/^[0-9]{1,20}$/);
  const literal = fc.oneof(
    fc
      .tuple(fc.constantFrom('', '-'), digits, digits)
      .map(([sign, whole, rest]) => `${sign}${whole.replace(/^0+(?=.)/, '')}.${rest}`),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.tuple(fc.bigInt({ min: 0n, max: 10n ** 19n }), fc.integer({ min: 1, max: 18 })).map(([value, places]) => {
      const text = String(value).padStart(places + 1, '0');
      return `${text.slice(0, -places)}.${text.slice(-places)}`;
    }),
  );
  fc.assert(
    fc.property(fc.array(literal, { minLength: 1, maxLength: 50 }), (literals) => {
      const texts = literals.filter((text) => !text.endsWith('.'));
      const floats = encoder.encode(`[{"id":1,"a":[0.5,${texts.join(',')}],"b":["x",${texts.join(',')}]}]`);
      expect(takenOf([floats])).toBe(1);
    }),
    { numRuns: full ? 20_000 : 300 },
  );
});

test('bytes are UTF-8 or not as TextDecoder says', () => {
  const leads = [
    0x7f, 0x80, 0xbf, 0xc0, 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xec, 0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff,
  ];
  const others = [0x22, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0];
  const sequence = fc.oneof(
    fc
      .tuple(fc.constantFrom(...leads), fc.array(fc.constantFrom(...others), { maxLength: 4 }))
      .map(([lead, rest]) => [lead, ...rest]),
    fc.constantFrom('ä', '東', '😀', '\u07ff', '\uffff').map((text) => [...encoder.encode(text)]),
  );
  const places = [
    ['[{"id":"', '"}]'],
    ['[{"id":1,"', '":1}]'],
    [String.raw`[{"id":1,"text":"\n`, String.raw`\u00e4"}]`],
    ['[{"id":1,"json":[1,{"key":"', '"}]}]'],
    ['[{"id":1,"json":[1,{"', '":1}]}]'],
  ] as const;
  fc.assert(
    fc.property(
      fc.constantFrom(...places),
      fc.nat(130),
      fc.array(sequence, { minLength: 1, maxLength: 3 }),
      fc.nat(70),
      ([opening, closing], before, sequences, after) => {
        const text = [
          ...encoder.encode(`${opening}${'x'.repeat(before)}`),
          ...sequences.flat(),
          ...encoder.encode(`${'y'.repeat(after)}${closing}`),
        ];
        expect(takenOf([Uint8Array.from(text)])).toBeLessThanOrEqual(1);
      },
    ),
    { numRuns: full ? 20_000 : 1000 },
  );
});

test('a table of 10,000 columns is taken', () => {
  const wide = Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`column ${i}`, i]));
  expect(
    takenOf([
      bytes([
        { id: 1, ...wide },
        { id: 2, ...wide },
      ]),
    ]),
  ).toBe(1);
});

test('a page of 40 MB is taken', { skip: !full }, () => {
  const long = 'ä'.repeat(20_000_000);
  expect(takenOf([bytes([{ id: 1, long }]), bytes([{ id: 2, long: 'x' }])], keyed, 1)).toBe(2);
});

test('an engine that there is none of is refused', () => {
  // @ts-expect-error no such engine
  expect(() => createFlattener(keyed, { engine: 'native' })).toThrow(SpecError);
});

describe('a page larger than the window of the kernel', () => {
  /** 300 kB in four documents: the first pushes the window's end over the bytes of the others. */
  const large = (before: number, text: string): Uint8Array =>
    bytes([
      { id: 'a', v: 'x'.repeat(before) },
      ...Array.from({ length: 300 }, (_, id) => ({ id, v: text.repeat(250), lines: [{ id, v: text }] })),
    ]);

  test('is read to its end, wherever the window ends', () => {
    for (let before = 0; before < 20; before++) expect(takenOf([large(before, 'ä€😀')], keyed, 1)).toBe(1);
  });

  test('is refused for a byte that is not UTF-8, wherever the window ends', () => {
    for (let before = 0; before < 20; before++) {
      const page = large(before, 'ä€');
      page[262_144 + before] = 0xff;
      expect(takenOf([page], keyed, 1)).toBe(0);
    }
  });

  test('may be one document', () => {
    const document = { id: 1, v: 'ä'.repeat(700_000), list: Array.from({ length: 50_000 }, (_, i) => ({ i })) };
    const small = bytes([{ id: 2, v: 'x' }]);
    expect(takenOf([bytes(document), small, bytes([{ id: 3 }, { ...document, id: 4 }])], keyed, 3)).toBe(3);
  });
});

describe('numbers of few digits', () => {
  const literals = [
    '0 1 9 10 9999999 10000000 99999999 123456789012345',
    '0.1 0.5 1.5 12.25 9999999.5 10000000.5 0.000001 1.000001 0.0000001 1.0000001',
    '1.0 1.50 0.10 100.0 0.0 9999999.999999 9999999.9999999 4503599627370497.5',
    '1e2 1.5e3 15E-1 0e1 1.25E+2 -1 -0 -0.5 -12.25 -1.50 0.30000000000000004',
  ].flatMap((row) => row.split(' '));

  test.each(['INTEGER', 'FLOAT', 'STRING'] as const)('are the same in a column that is %s', (type) => {
    const first = { INTEGER: 7, FLOAT: 7.25, STRING: 'seven' }[type];
    for (const literal of literals) {
      const pages = [
        bytes([{ id: 1, v: first, a: [first] }]),
        encoder.encode(`[{"id":2,"v":${literal},"a":[${literal},${literal}\t]},{"id":3,"v":${literal} }]`),
      ];
      expect([literal, takenOf(pages)]).toEqual([literal, 2]);
    }
  });

  test.each(['00', '01', '00.5', '01.5', '1.', '1.e2', '.5', '1e', '1.5e', '0x1', '1.5.5', '1-'])(
    'are refused where JSON has no such number: %s',
    (literal) => {
      for (const first of ['7', '7.25']) {
        const pages = [
          `[{"id":1,"v":${first},"a":[${first}]}]`,
          `[{"id":2,"v":${literal}}]`,
          `[{"id":2,"a":[${literal}]}]`,
        ];
        expect(
          takenOf(
            pages.map((page) => encoder.encode(page)),
            keyed,
            1,
          ),
        ).toBe(1);
      }
    },
  );
});

test.each([1, 2, 15, 16, 17, 4000, 4090, 5000, 100_000])(
  'texts of %i pieces with escapes between them are the same',
  (count) => {
    const text = ['plain', 'ä"\n', 'a longer one, of more than a vector', '😀\\'].map((piece) =>
      `${piece}\t`.repeat(count),
    );
    const escaped = JSON.stringify(text.join(''))
      .replaceAll('ä', String.raw`\u00e4`)
      .replaceAll('😀', String.raw`\ud83d\ude00`);
    const page = `[{"id":1,"v":${escaped},"${'k'.repeat(count)}\\n":1},{"id":2,"v":"x","w":[${escaped}]}]`;
    expect(takenOf([encoder.encode(page)], keyed, 1)).toBe(1);
  },
);

describe('dates', () => {
  const pad = (value: number): string => String(value).padStart(2, '0');

  test('of every month of a century, again and again, are the same', () => {
    const months = Array.from({ length: 1200 }, (_, i) => `${1950 + Math.floor(i / 12)}-${pad((i % 12) + 1)}`);
    const documents = [...months, ...months.toReversed()].map((month, id) => ({
      id,
      day: `${month}-${pad((id % 28) + 1)}`,
      at: `${month}-01T${pad(id % 24)}:${pad(id % 60)}:${pad((id * 7) % 60)}.${String(id % 1000).padStart(3, '0')}Z`,
    }));
    expect(takenOf([bytes(documents), bytes(documents.toReversed())], keyed, 1)).toBe(2);
  });

  const days = [
    '2025-02-28 2025-02-29 2024-02-29 2024-02-30 2025-04-31 2025-13-01 2025-00-10 2025-01-00',
    '0000-01-01 0001-01-01 9999-12-31 1969-12-31 202/-01-01 2025-0:-01 2025-01-3:',
  ].flatMap((row) => row.split(' '));

  test.each([...days, '2025-1 -01'])('are dates where the calendar has them: %s', (day) => {
    for (const time of ['', 'T00:00:00.000Z', 'T23:59:59.999Z', 'T24:00:00.000Z', 'T29:59:59.999Z', 'T12:60:00.000Z']) {
      const pages = [
        bytes([{ id: 1, v: `2025-02-25${time && 'T10:00:00.123Z'}` }]),
        bytes([{ id: 2, v: `${day}${time}` }]),
      ];
      expect([time, takenOf(pages)]).toEqual([time, 2]);
    }
  });
});

describe('documents without a declared key', () => {
  const deep = JSON.stringify({ z: 1, a: 2 });
  const nested = `{"z":${'{"y":0,"b":'.repeat(70)}${deep}${'}'.repeat(70)},"a":1}`;

  test.each([
    ['keys out of order, at every depth', '{"b":{"z":[{"y":1,"x":{"b":[],"a":{}}}],"a":2},"a":null}'],
    ['a key that starts another', '{"ab":1,"a":2,"abc":3,"":4,"a ":5,"a!":6}'],
    ['keys longer than a vector', `{"${'k'.repeat(40)}b":1,"${'k'.repeat(40)}a":2,"${'k'.repeat(40)}":3}`],
    ['keys whose order in UTF-8 is another than in UTF-16', '{"\uffee":1,"😀":2,"é":3,"e":4,"\ue000":5}'],
    ['keys with escapes', String.raw`{"b\n":1,"b\"":2,"a\/":3,"\u0061b":4}`],
    ['texts with escapes', String.raw`{"v":"\u00e9\/\u0001\u001F\b\f\n\r\t\"\\\ud83d\ude00","a":"\u0022"}`],
    [
      'numbers in other forms',
      '{"v":[-0,0.0,1.50,1e3,1E+2,12e-1,1e21,1e-7,123456789012345678901234,0.1e1,-1.0],"a":-0.0}',
    ],
    ['numbers of many digits', '{"v":[0.12345678901234567,9007199254740993,1.7976931348623157e308,5e-324,4.35],"a":1}'],
    ['numbers that grow', `{"v":[${'1e20,'.repeat(400)}1],"a":1}`],
    ['white space', ' { "b" : [ 1 , { "z" : true , "a" : false } , [ ] ] , "a" : { } } '],
    [
      'more members than are sorted by insertion',
      JSON.stringify(Object.fromEntries(Array.from({ length: 200 }, (_, i) => [`k${(i * 7919) % 200}`, i]))),
    ],
    ['more depth than the kernel puts in order', nested],
    ['nothing', '{}'],
    ['nulls alone', '{"b":null,"a":null}'],
  ])('are known by their canonical text: %s', (_, text) => {
    const pages = [`[${text},${text}]`, `[${text}]`].map((page) => encoder.encode(page));
    expect(takenOf(pages, { table: 't' })).toBe(2);
    const identity = memberIdentity({ nullIsAbsent: true, members: { a: (a) => [a], '': () => 'none' } });
    expect(takenOf(pages, { table: 't', identity })).toBe(2);
    expect(takenOf(pages, { table: 't', identity: (document) => Object.keys(document).length })).toBe(2);
    expect(takenOf(pages, { table: 't', paths: [{ path: ['v'], omit: true }], maxDepth: 0 })).toBe(2);
    expect(takenOf(pages, { table: 't', paths: [{ path: ['b'], type: 'JSON' }] })).toBe(2);
  });

  test('are refused with a key that is there twice, wherever', () => {
    const pages = ['{"a":1,"a":2}', '{"b":{"a":1,"a":2}}'].map((page) => encoder.encode(page));
    expect(takenOf(pages, { table: 't' }, 1)).toBe(0);
    // What is left out may have it, and counts in the key as its last value.
    expect(takenOf(pages.slice(1), { table: 't', paths: [{ path: ['b'], omit: true }] }, 1)).toBe(1);
  });

  test('whose identity or hash fails are refused with its error', () => {
    const page = bytes([{ a: 1 }, { a: 2 }]);
    const fails = (): never => {
      throw new RangeError('not this one');
    };
    for (const spec of [{ identity: fails }, { identity: memberIdentity({ members: { a: fails } }) }]) {
      for (const engine of ['wasm', 'typescript'] as const) {
        const flattener = createFlattener({ table: 't', ...spec }, { engine });
        expect(() => flattener.push(page)).toThrow('not this one');
        expect(flattener.pendingDocuments).toBe(0);
      }
    }
  });

  test('are numbered on through pages of either engine', () => {
    const pages: Page[] = [bytes([{ a: 1 }, { a: 1 }]), [{ a: 1 }], bytes([{ a: 1 }]), bytes([{ a: 1 }, { a: 2 }])];
    expect(takenOf(pages, { table: 't' }, 3)).toBe(2);
    expect(takenOf(pages, { table: 't' }, 1)).toBe(3);
  });
});
