/** JSON as bytes, in all the ways in which a value can be written: for fast-check. */
import * as fc from 'fast-check';

/** Keys that meet each other often. */
const key = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.constantFrom(
      'a',
      'b',
      'c',
      'd',
      'list',
      'a long key of more than sixteen bytes',
      'a long key of more than sixteen bytez',
    ),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(
      'value',
      '_position',
      '_key',
      '$',
      'a$b',
      '',
      '[]',
      't_id',
      '__proto__',
      '0',
      '17',
      'ä',
      '"',
      '\\',
    ),
  },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
);

const dates = fc.constantFrom(
  '2025-02-25',
  '2025-02-28',
  '2024-02-29',
  '2023-02-29',
  '0000-01-01',
  '0001-01-01',
  '9999-12-31',
  '2025-13-01',
  '2025-2-25',
  '20250225',
  '2025-02-25T00:00:00Z',
  '2025-02-25T14:52:10.9Z',
  '2025-02-25T14:52:10.903Z',
  '2025-02-25T14:52:10.900Z',
  '2025-02-25T00:00:00.000Z',
  '2025-02-25T14:52:10+00:00',
  '2025-02-25T14:52:10.12+00:00',
  '2025-02-25T14:52:10.123+01:00',
  '2025-02-25 14:52:10',
  '2025-02-25T24:00:00Z',
  '2025-02-25T14:52:60Z',
  '2025-02-25T14:52:10.1234Z',
  '2025-02-25T14:52:10.Z',
  '2025-02-25T14:52:10,5Z',
  '2025-02-25T14:52Z',
  '2025-02-25T14:52:10.90x',
  '2025-02-25T14:52:10.903+00:00',
  '2025/02/25',
  '2025-02-25T',
  'T025-02-25',
  '2025-02-25t14:52:10z',
  '20250225T145210Z',
);

const text = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom(
      '',
      'x',
      '1',
      'true',
      'null',
      'sixteen bytes ok',
      'seventeen bytes ok',
      'ä',
      '😀',
      'tab\t',
      'q"',
      '\u2028',
      '\u007f',
    ),
  },
  { weight: 3, arbitrary: dates },
  { weight: 2, arbitrary: fc.string({ unit: 'grapheme', maxLength: 40 }) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 6 }) },
);

/** A string as JSON, some characters escaped without need. */
const quoted = (source: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc.tuple(source, fc.constantFrom(0, 0, 0, 1, 2)).map(([value, style]) => {
    if (style === 0) return JSON.stringify(value);
    const units = Array.from({ length: value.length }, (_, i) => value.charCodeAt(i).toString(16).padStart(4, '0'));
    if (style === 1) return `"${units.map((unit) => `\\u${unit}`).join('')}"`;
    return JSON.stringify(value).replaceAll('/', '\\/').replaceAll('a', '\\u0061');
  });

const digits = (most: number): fc.Arbitrary<string> =>
  fc
    .array(fc.constantFrom('0', '0', '0', '0', '1', '2', '3', '4', '5', '6', '7', '8', '9'), {
      minLength: 1,
      maxLength: most,
    })
    .map((list) => list.join(''));

const number = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }).map(String),
  fc.constantFrom(
    '0',
    '-0',
    '1.0',
    '-0.0',
    '1e2',
    '1E+2',
    '100e-2',
    '0.1',
    '1.50',
    '0.000001',
    '0.0000001',
    '1e-7',
    '1e400',
    '-1e999',
    '1e-400',
  ),
  fc.constantFrom(
    '9007199254740991',
    '9007199254740992',
    '-9007199254740993',
    '9007199254740991.0',
    '9007199254740993.5',
    '1e21',
    '1e22',
    '123456789012345678901',
  ),
  fc.constantFrom(
    '9223372036854775807',
    '9223372036854775808',
    '-9223372036854775808',
    '-9223372036854775809',
    '18446744073709551616',
  ),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => String(value)),
  fc.double({ noNaN: true, min: -2, max: 2 }).map((value) => String(value)),
  fc
    .tuple(fc.constantFrom('', '-'), digits(22), digits(22))
    .map(([sign, whole, rest]) => `${sign}${whole.replace(/^0+(?=.)/, '')}.${rest}`),
  fc.tuple(fc.constantFrom('', '-'), digits(25)).map(([sign, whole]) => `${sign}${whole.replace(/^0+(?=.)/, '')}`),
);

const space = fc.oneof({ weight: 12, arbitrary: fc.constant('') }, fc.constantFrom(' ', '\n', '\t\r', '  '));

const scalar = fc.oneof(
  { weight: 4, arbitrary: quoted(text) },
  { weight: 4, arbitrary: number },
  { weight: 2, arbitrary: fc.constantFrom('true', 'false', 'null') },
);

function array(elements: fc.Arbitrary<string>, maxLength: number): fc.Arbitrary<string> {
  return fc
    .tuple(fc.array(fc.oneof({ weight: 9, arbitrary: elements }, fc.constant('null')), { maxLength }), space, space)
    .map(([list, before, after]) => `[${before}${list.join(`${after},${before}`)}${after}]`);
}

/** Members by key; equal keys now and then. */
function object(members: fc.Arbitrary<string>, extra: fc.Arbitrary<string> = fc.constant('')): fc.Arbitrary<string> {
  const member = fc.tuple(quoted(key), members);
  const list = fc.oneof(
    {
      weight: 9,
      arbitrary: fc.uniqueArray(member, { maxLength: 6, selector: ([name]) => JSON.parse(name) as string }),
    },
    { weight: 1, arbitrary: fc.array(member, { maxLength: 4 }) },
  );
  return fc.tuple(list, space, space, space, extra).map(([found, before, between, after, first]) => {
    const texts = found.map(([name, value]) => `${before}${name}${after}:${between}${value}${after}`);
    return `{${[...(first === '' ? [] : [first]), ...texts].join(',')}${before}}`;
  });
}

const { value } = fc.letrec<{ value: string; object: string; array: string }>((tie) => ({
  value: fc.oneof({ depthSize: 'small', withCrossShrink: true }, scalar, tie('object'), tie('array')),
  object: object(tie('value')),
  array: fc.oneof(
    array(tie('value'), 3),
    array(tie('object'), 4),
    array(scalar, 4),
    array(quoted(text), 4),
    array(tie('array'), 3),
  ),
}));

/** The text of a document; its `id` is one of many, or of few, or missing. */
const document = fc.oneof(
  { weight: 20, arbitrary: fc.nat(1_000_000).chain((id) => object(value, fc.constant(`"id":${id}`))) },
  { weight: 10, arbitrary: fc.uuid().chain((id) => object(value, fc.constant(`"id":"${id}"`))) },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom('1', '"1"', '1.0', '"a\\n"', 'true')
      .chain((id) => object(value, fc.constant(`"id":${id}`))),
  },
  { weight: 1, arbitrary: object(value) },
);

/** The text of a page, its documents at `content`. */
export const pageText: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .tuple(fc.array(document, { maxLength: 5 }), space, value)
      .map(([documents, between, other]) => `{"content":${between}[${documents.join(`,${between}`)}],"page":${other}}`),
  },
  { weight: 2, arbitrary: document.map((text) => `{"page":1,"content":${text}}`) },
  { weight: 1, arbitrary: fc.tuple(value, value).map(([one, other]) => `{"content":${one},"content":${other}}`) },
  { weight: 1, arbitrary: value.map((text) => `{"content":[${text}]}`) },
  { weight: 1, arbitrary: value },
);

/** Bytes of which a few are not as they should be. */
export const brokenPage: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    pageText,
    fc.array(
      fc.tuple(
        fc.double({ noNaN: true, min: 0, max: 1 }),
        fc.constantFrom('set', 'insert', 'delete', 'cut'),
        fc.oneof(fc.nat(255), fc.constantFrom(...new TextEncoder().encode('{}[],:"\\ -.0e\u0000\u001f'))),
      ),
      { minLength: 1, maxLength: 3 },
    ),
  )
  .map(([text, changes]) => {
    let bytes = [...new TextEncoder().encode(text)];
    for (const [share, kind, byte] of changes) {
      const at = Math.floor(share * bytes.length);
      if (kind === 'set') bytes[at] = byte;
      else if (kind === 'insert') bytes.splice(at, 0, byte);
      else if (kind === 'delete') bytes.splice(at, 1);
      else bytes = bytes.slice(0, at);
    }
    return Uint8Array.from(bytes);
  });
