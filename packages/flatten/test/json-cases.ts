/**
 * What JSON is and what it is not, case by case from RFC 8259: for every engine that reads pages. Each page is a list of documents unless
 * it is `bare`, so that an engine which only flattens can run it, too.
 */

/** Stands in a page right before the place that an error must name. */
export const HERE = '‸';

interface CaseBase {
  readonly category: string;
  readonly name: string;
  readonly page: Uint8Array;
  /** The page is JSON, or broken, but in no case a list of documents. */
  readonly bare: boolean;
}

export interface AcceptedCase extends CaseBase {
  readonly want: 'value';
  readonly value: unknown;
}

export interface RefusedCase extends CaseBase {
  /** `syntax`: no JSON; `encoding`: no UTF-8. */
  readonly want: 'syntax' | 'encoding';
  /** Of the first byte of what is wrong. */
  readonly byteOffset: number;
  /** 1 for the first line and the first UTF-16 unit in it, a byte order mark not counted. */
  readonly line: number;
  readonly column: number;
  /** The text around the place: 30 units before and after. */
  readonly around: string;
}

export type JsonCase = AcceptedCase | RefusedCase;

const encoder = new TextEncoder();

type Part = string | readonly number[];

function bytesOf(parts: readonly Part[]): Uint8Array {
  return Uint8Array.from(parts.flatMap((part) => [...(typeof part === 'string' ? encoder.encode(part) : part)]));
}

function accept(category: string, name: string, text: string, value: unknown, bare = false): AcceptedCase {
  return { category, name, page: encoder.encode(text), bare, want: 'value', value };
}

function refuse(category: string, name: string, marked: string, bare = false): RefusedCase {
  const at = marked.indexOf(HERE);
  if (at < 0) throw new Error(`${name} does not say where`);
  const before = marked.slice(0, at);
  const text = before + marked.slice(at + HERE.length);
  const counted = before.startsWith('\ufeff') ? before.slice(1) : before;
  const lines = counted.split('\n');
  const whole = text.startsWith('\ufeff') ? text.slice(1) : text;
  return {
    category,
    name,
    page: encoder.encode(text),
    bare,
    want: 'syntax',
    byteOffset: encoder.encode(before).length,
    line: lines.length,
    column: (lines.at(-1)?.length ?? 0) + 1,
    around: whole.slice(Math.max(0, counted.length - 30), counted.length + 30),
  };
}

function refuseBytes(name: string, before: readonly Part[], rest: readonly Part[]): RefusedCase {
  const head = bytesOf(before);
  return {
    category: 'UTF-8',
    name,
    page: bytesOf([...before, ...rest]),
    bare: false,
    want: 'encoding',
    byteOffset: head.length,
    line: 1,
    column: 1,
    around: '',
  };
}

/** A page with one document whose `v` is the text. */
const inDocument = (text: string): string => `[{"v":${text}}]`;

function values(category: string, list: readonly (readonly [text: string, value: unknown])[]): AcceptedCase[] {
  return list.map(([text, value]) => accept(category, text, inDocument(text), [{ v: value }]));
}

function wrong(category: string, list: readonly string[]): RefusedCase[] {
  return list.map((text) => refuse(category, text.replace(HERE, ''), inDocument(text)));
}

const structure: readonly JsonCase[] = [
  ...values('structure', [
    ['{}', {}],
    ['[]', []],
    ['[[]]', [[]]],
    ['{"a":{}}', { a: {} }],
    ['[{},[],{}]', [{}, [], {}]],
    ['{"a":1,"b":[2,{"c":3}]}', { a: 1, b: [2, { c: 3 }] }],
    ['{"":0}', { '': 0 }],
    ['{"a":1,"a":2}', { a: 2 }],
    ['{"a":1,"b":2,"a":{"c":3}}', { a: { c: 3 }, b: 2 }],
    ['{"\\u0061":1,"a":2}', { a: 2 }],
    ['{"toString":1,"constructor":2}', { toString: 1, constructor: 2 }],
    ['{"0":1,"-1":2,"1.5":3}', { 0: 1, '-1': 2, '1.5': 3 }],
    ['[null,null]', [null, null]],
    ['[true,false,null,0,"",[],{}]', [true, false, null, 0, '', [], {}]],
    ['true', true],
    ['false', false],
    ['null', null],
  ]),
  accept('structure', 'an own key __proto__', '[{"v":1,"__proto__":5}]', [JSON.parse('{"v":1,"__proto__":5}')]),
  accept('structure', 'no document', '[]', []),
  accept('structure', 'an empty document', '[{}]', [{}]),
  accept('structure', 'a thousand elements', inDocument(`[${'0,'.repeat(999)}0]`), [{ v: Array(1000).fill(0) }]),
  ...wrong('structure', [
    `[${HERE},1]`,
    `[1,${HERE}]`,
    `[1,${HERE},2]`,
    `[1 ${HERE}2]`,
    `[1${HERE};2]`,
    `[1${HERE}:2]`,
    `["a"${HERE}"b"]`,
    `["a" ${HERE}"b"]`,
    `[[]${HERE}[]]`,
    `[{}${HERE}{}]`,
    `[1${HERE}}`,
    `{"a":1${HERE}]`,
    `{${HERE},"a":1}`,
    `{"a":1,${HERE}}`,
    `{"a":1,${HERE},"b":2}`,
    `{"a":1 ${HERE}"b":2}`,
    `{"a":1${HERE};"b":2}`,
    `{"a"${HERE}}`,
    `{"a"${HERE},"b"}`,
    `{"a":${HERE}}`,
    `{"a":${HERE},"b":1}`,
    `{"a" ${HERE}1}`,
    `{"a"${HERE}=1}`,
    `{"a":${HERE}:1}`,
    `{"a":1${HERE}:2}`,
    `{${HERE}a:1}`,
    `{${HERE}'a':1}`,
    `{${HERE}1:1}`,
    `{${HERE}null:1}`,
    `{${HERE}true:1}`,
    `{${HERE}[]:1}`,
    `{${HERE}{}:1}`,
    `{"a":1,${HERE}b:2}`,
    HERE,
    `${HERE},`,
    `${HERE}]`,
    `${HERE}'x'`,
    `${HERE}x`,
    `${HERE}undefined`,
    `${HERE}NULL`,
    `${HERE}Null`,
    `${HERE}TRUE`,
    `${HERE}False`,
    `${HERE}nul`,
    `${HERE}tru`,
    `${HERE}fals`,
    `null${HERE}x`,
    `true${HERE}1`,
    `false${HERE}"x"`,
    `null ${HERE}null`,
    `${HERE}@`,
    `${HERE}#`,
    `${HERE}\\"a"`,
    `${HERE}(1)`,
    `${HERE}<a>`,
    `${HERE}\``,
  ]),
  refuse('structure', 'a comma instead of the documents', `${HERE},`, true),
  refuse('structure', 'a colon in the list of documents', `[{"v":1}${HERE}:{"v":2}]`),
  refuse('structure', 'a list that a brace closes', `[{"v":1}${HERE}}`),
  refuse('structure', 'a document without comma before the next', `[{"v":1}${HERE}{"v":2}]`),
  refuse('structure', 'a document without comma on the next line', `[{"v":1}\n${HERE}{"v":2}]`),
  refuse('structure', 'a comma after the last document', `[{"v":1},${HERE}]`),
  refuse('structure', 'a comment', `[${HERE}/* x */{"v":1}]`),
  refuse('structure', 'a comment at the end of a line', `[{"v":1${HERE}// x\n}]`),
  refuse('structure', 'a comment with a hash', `[{"v":1} ${HERE}# x\n]`),
];

const roots: readonly JsonCase[] = [
  accept('root', 'null', 'null', null, true),
  accept('root', 'true', 'true', true, true),
  accept('root', 'a number', '-0.5e1', -5, true),
  accept('root', 'one digit', '7', 7, true),
  accept('root', 'a string', '"x"', 'x', true),
  accept('root', 'an empty string', '""', '', true),
  accept('root', 'an array of scalars', '[1,"a"]', [1, 'a'], true),
  refuse('root', 'nothing', HERE, true),
  refuse('root', 'one space', ` ${HERE}`, true),
  refuse('root', 'line ends only', `\n\r\n${HERE}`, true),
  refuse('root', 'a byte order mark only', `\ufeff${HERE}`, true),
  refuse('root', 'two scalars', `1 ${HERE}2`, true),
  refuse('root', 'two strings', `"a"${HERE}"b"`, true),
  refuse('root', 'two lists', `[{"v":1}]${HERE}[{"v":2}]`),
  refuse('root', 'two lines of documents', `{"v":1}\n${HERE}{"v":2}`),
  refuse('root', 'a bracket too many', `[{"v":1}]${HERE}]`),
  refuse('root', 'a brace too many', `{"v":1}${HERE}}`),
  refuse('root', 'a comma behind', `[{"v":1}]${HERE},`),
  refuse('root', 'a semicolon behind', `[{"v":1}]${HERE};`),
  refuse('root', 'a word behind', `[{"v":1}] ${HERE}end`),
  refuse('root', 'a NUL behind', `[{"v":1}]${HERE}\0`),
  refuse('root', 'a control-Z behind', `[{"v":1}]\n${HERE}\u001a`),
  refuse('root', 'a comment behind', `[{"v":1}] ${HERE}// x`),
  refuse('root', 'a prefix against inclusion', `${HERE})]}'\n[{"v":1}]`, true),
  refuse('root', 'a call', `${HERE}f([{"v":1}])`, true),
  refuse('root', 'HTML', `${HERE}<!doctype html><html></html>`, true),
  refuse('root', 'a record separator before', `${HERE}\u001e[{"v":1}]`, true),
];

const numbers: readonly JsonCase[] = [
  ...values('numbers', [
    ['0', 0],
    ['-0', 0],
    ['-0.0', 0],
    ['0.0', 0],
    ['0e0', 0],
    ['0E+9', 0],
    ['0e99999', 0],
    ['-0e-99999', 0],
    ['1', 1],
    ['-1', -1],
    ['10', 10],
    ['1234567890', 1_234_567_890],
    ['0.1', 0.1],
    ['-0.1', -0.1],
    ['1.0', 1],
    ['100.000', 100],
    ['1.5', 1.5],
    ['1e1', 10],
    ['1E1', 10],
    ['1e+1', 10],
    ['1E-1', 0.1],
    ['1e01', 10],
    ['1e-007', 1e-7],
    ['1.25e2', 125],
    ['12.5E-1', 1.25],
    ['0.000001', 0.000001],
    ['1e21', 1e21],
    ['123456789012345', 123_456_789_012_345],
    ['9007199254740991', 9_007_199_254_740_991],
    ['-9007199254740991', -9_007_199_254_740_991],
    ['9007199254740992', 9_007_199_254_740_992n],
    ['9007199254740993', 9_007_199_254_740_993n],
    ['-9007199254740993', -9_007_199_254_740_993n],
    ['9223372036854775807', 9_223_372_036_854_775_807n],
    ['9223372036854775808', 9_223_372_036_854_775_808n],
    ['-9223372036854775808', -9_223_372_036_854_775_808n],
    ['18446744073709551616', 18_446_744_073_709_551_616n],
    ['1'.repeat(100), BigInt('1'.repeat(100))],
    ['9007199254740993.0', 9_007_199_254_740_992],
    ['3.141592653589793238462643383279', Math.PI],
    ['2.2250738585072014e-308', 2.2250738585072014e-308],
    ['5e-324', 5e-324],
    ['2e-324', 0],
    ['1e-400', 0],
    ['1.7976931348623157e308', Number.MAX_VALUE],
    ['1e309', '1e+309'],
    ['-1e400', '-1e+400'],
    ['123.4500e500', '1.2345e+502'],
    ['0.00012e999', '1.2e+995'],
    [`1${'0'.repeat(400)}.5`, `1.${'0'.repeat(400)}5e+400`],
    ['[0,-0,0]', [0, 0, 0]],
    ['[1,2 ,3\n,4]', [1, 2, 3, 4]],
  ]),
  ...wrong('numbers', [
    `${HERE}+1`,
    `${HERE}-`,
    `[${HERE}-]`,
    `[${HERE}-,1]`,
    `${HERE}--1`,
    `${HERE}-+1`,
    `${HERE}- 1`,
    `${HERE}-a`,
    `${HERE}-.5`,
    `${HERE}.5`,
    `${HERE}.`,
    `0${HERE}0`,
    `0${HERE}1`,
    `-0${HERE}1`,
    `0${HERE}0.5`,
    `0${HERE}x1`,
    `0${HERE}b1`,
    `0${HERE}o7`,
    `1${HERE}.`,
    `1${HERE}.e1`,
    `1${HERE}.a`,
    `1${HERE}. 5`,
    `1${HERE}..5`,
    `1.5${HERE}.5`,
    `1${HERE}e`,
    `1${HERE}E`,
    `1${HERE}e+`,
    `1${HERE}e-`,
    `1${HERE}e 1`,
    `1${HERE}ee1`,
    `1${HERE}e+-1`,
    `1e1${HERE}.5`,
    `1e1${HERE}e1`,
    `1.5${HERE}e`,
    `1${HERE}_000`,
    `1,${HERE}000`,
    `1${HERE}n`,
    `1${HERE}f`,
    `1${HERE}L`,
    `1 ${HERE}000`,
    `1${HERE}%`,
    `1${HERE}-1`,
    `1${HERE}+1`,
    `${HERE}NaN`,
    `${HERE}nan`,
    `${HERE}Infinity`,
    `${HERE}-Infinity`,
    `${HERE}-NaN`,
    `${HERE}Inf`,
    `${HERE}$1`,
    `${HERE}１`,
    `1${HERE}１`,
    `${HERE}٣`,
    `${HERE}½`,
    `${HERE}−1`,
    `${HERE}∞`,
  ]),
];

const strings: readonly JsonCase[] = [
  ...values('strings', [
    ['""', ''],
    ['" "', ' '],
    ['"a"', 'a'],
    ['"null"', 'null'],
    ['"1e5"', '1e5'],
    [`"'"`, "'"],
    ['"/"', '/'],
    ['"//"', '//'],
    ['"/* x */"', '/* x */'],
    ['"[{,:}]"', '[{,:}]'],
    ['"\u007f"', '\u007f'],
    ['"\u0080"', '\u0080'],
    ['"\u00a0"', '\u00a0'],
    ['"\u2028\u2029"', '\u2028\u2029'],
    ['"\ufeff"', '\ufeff'],
    ['"\ufffd"', '\ufffd'],
    ['"\u202e\u200b"', '\u202e\u200b'],
    ['"e\u0301"', 'e\u0301'],
    ['"👩‍👩‍👧"', '👩‍👩‍👧'],
    [`"${'x'.repeat(31)}"`, 'x'.repeat(31)],
    [`"${'x'.repeat(32)}"`, 'x'.repeat(32)],
    [`"${'x'.repeat(33)}"`, 'x'.repeat(33)],
    [`"${'x'.repeat(15)}é"`, `${'x'.repeat(15)}é`],
    [`"${'x'.repeat(14)}€"`, `${'x'.repeat(14)}€`],
    [`"${'x'.repeat(13)}😀"`, `${'x'.repeat(13)}😀`],
    [`"${'ab\\n'.repeat(500)}"`, 'ab\n'.repeat(500)],
  ]),
  ...wrong('strings', [`${HERE}'a'`, `"a"${HERE}b`, `${HERE}a"`, `["a"${HERE}b",1]`, `${HERE}“a”`]),
  ...Array.from({ length: 32 }, (_, code) => {
    const name = `U+${code.toString(16).padStart(4, '0')} bare`;
    return refuse('strings', name, inDocument(`"a${HERE}${String.fromCharCode(code)}b"`));
  }),
  refuse('strings', 'a control character in a key', `[{"a${HERE}\tb":1}]`),
  refuse('strings', 'a line end in a key', `[{"a${HERE}\nb":1}]`),
  refuse('strings', 'no end', `[{"v":"abc}]${HERE}`),
  refuse('strings', 'no end of a key', `[{"v:1}]${HERE}`),
  refuse('strings', 'an escaped end', `[{"v":"abc\\"}]${HERE}`),
];

const simpleEscapes: readonly (readonly [letter: string, value: string])[] = [
  ['"', '"'],
  ['\\', '\\'],
  ['/', '/'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
];

const escapes: readonly JsonCase[] = [
  ...values('escapes', [
    ...simpleEscapes.map(([letter, value]): [string, string] => [`"\\${letter}"`, value]),
    ['"a\\nb\\tc"', 'a\nb\tc'],
    ['"\\\\\\\\"', '\\\\'],
    ['"\\\\\\""', '\\"'],
    ['"\\\\n"', '\\n'],
    ['"\\u0000"', '\0'],
    ['"\\u001F"', '\u001f'],
    ['"\\u0022"', '"'],
    ['"\\u005C"', '\\'],
    ['"\\u005cn"', '\\n'],
    ['"\\u0061"', 'a'],
    ['"\\u00e9\\u00E9"', 'éé'],
    ['"\\u20ac"', '€'],
    ['"\\uFFFF"', '\uffff'],
    ['"\\uFEFF"', '\ufeff'],
    ['"\\ud83d\\ude00"', '😀'],
    ['"\\uD83D\\uDE00x"', '😀x'],
    ['"\\udbff\\udfff"', '\u{10ffff}'],
    ['"\\ud800"', '\ud800'],
    ['"\\udc00"', '\udc00'],
    ['"\\ud800\\ud800"', '\ud800\ud800'],
    ['"\\udc00\\ud800"', '\udc00\ud800'],
    ['"\\ud800x\\udc00"', '\ud800x\udc00'],
    ['"\\ud800\\n"', '\ud800\n'],
    ['"\\ud83d\\\\ude00"', '\ud83d\\ude00'],
    ['"\\u12345"', '\u12345'],
    ['{"\\n":1,"\\u00e9":2}', { '\n': 1, é: 2 }],
    ['{"a\\"b":1}', { 'a"b': 1 }],
    ['{"\\\\":1}', { '\\': 1 }],
  ]),
  ..."acdeghijklmopqsvwxyzABFNRTUX0178'`$?-{}[]:, é"
    .split('')
    .map((letter) => refuse('escapes', `\\${letter}`, inDocument(`"${HERE}\\${letter}"`))),
  refuse('escapes', 'a line end', inDocument(`"${HERE}\\\n"`)),
  refuse('escapes', 'a tab', inDocument(`"${HERE}\\\t"`)),
  refuse('escapes', 'a NUL', inDocument(`"${HERE}\\\0"`)),
  ...wrong('escapes', [
    `"${HERE}\\u"`,
    `"${HERE}\\u1"`,
    `"${HERE}\\u12"`,
    `"${HERE}\\u123"`,
    `"${HERE}\\u123g"`,
    `"${HERE}\\ug123"`,
    `"${HERE}\\u 123"`,
    `"${HERE}\\u-123"`,
    `"${HERE}\\u+123"`,
    `"${HERE}\\u0x12"`,
    `"${HERE}\\u{61}"`,
    `"${HERE}\\u１２３４"`,
    `"\\ud83d${HERE}\\u"`,
    `"\\ud83d${HERE}\\uzzzz"`,
    `"ok\\n${HERE}\\q"`,
    `{"${HERE}\\q":1}`,
    `${HERE}\\u0061`,
    `${HERE}\\n1`,
  ]),
];

const spaces: readonly JsonCase[] = [
  ...values('white space', [
    [' 1', 1],
    ['1 ', 1],
    ['\t1\t', 1],
    ['\n1\n', 1],
    ['\r\n1\r\n', 1],
    [' \t\r\n1 \t\r\n', 1],
    ['[ ]', []],
    ['[\n]', []],
    ['{ }', {}],
    ['{\t}', {}],
    ['[ 1 , 2 ]', [1, 2]],
    ['{ "a" : 1 , "b" : 2 }', { a: 1, b: 2 }],
    ['{\n"a"\n:\n1\n}', { a: 1 }],
    [`${' '.repeat(1000)}1`, 1],
  ]),
  accept('white space', 'around the list', ' \n\t\r[{"v":1}]\r\n\t ', [{ v: 1 }]),
  accept('white space', 'behind one document', '{"v":1}\n', { v: 1 }),
  ...(
    [
      ['\u000b', 'a vertical tab'],
      ['\u000c', 'a form feed'],
      ['\u0000', 'a NUL'],
      ['\u0008', 'a backspace'],
      ['\u001f', 'a unit separator'],
      ['\u007f', 'a delete'],
      ['\u0085', 'a next line'],
      ['\u00a0', 'a no-break space'],
      ['\u1680', 'an ogham space'],
      ['\u2003', 'an em space'],
      ['\u200b', 'a zero-width space'],
      ['\u2028', 'a line separator'],
      ['\u2029', 'a paragraph separator'],
      ['\u202f', 'a narrow no-break space'],
      ['\u2060', 'a word joiner'],
      ['\u3000', 'an ideographic space'],
      ['\ufeff', 'a byte order mark'],
    ] as const
  ).flatMap(([space, name]) => [
    refuse('white space', `${name} before a value`, inDocument(`${HERE}${space}1`)),
    refuse('white space', `${name} after a value`, inDocument(`1${HERE}${space}`)),
    refuse('white space', `${name} before a key`, `[{${HERE}${space}"v":1}]`),
  ]),
  refuse('white space', 'inside a word', inDocument(`${HERE}nu ll`)),
  refuse('white space', 'inside a number', inDocument(`1 ${HERE}.5`)),
  refuse('white space', 'on a later line', `[\n  {"a": 1},\n  {"é": ${HERE}tru}\n]`),
  refuse('white space', 'on a line of CR LF', `[\r\n{"a":1,${HERE}}\r\n]`),
  refuse('white space', 'after characters of two, three and four bytes', `[{"a":"é€😀","b":${HERE}x}]`),
];

const marks: readonly JsonCase[] = [
  accept('byte order mark', 'at the start', '\ufeff[{"v":1}]', [{ v: 1 }]),
  accept('byte order mark', 'before a space', '\ufeff [{"v":1}]', [{ v: 1 }]),
  refuse('byte order mark', 'twice', `\ufeff${HERE}\ufeff[{"v":1}]`, true),
  refuse('byte order mark', 'after a space', ` ${HERE}\ufeff[{"v":1}]`, true),
  refuse('byte order mark', 'at the end', `[{"v":1}]${HERE}\ufeff`),
  refuse('byte order mark', 'between documents', `[{"v":1},${HERE}\ufeff{"v":2}]`),
  refuse('byte order mark', 'and an error on the first line', `\ufeff[{"v":${HERE}}]`),
  refuse('byte order mark', 'and an error on the second line', `\ufeff[\n{"v":${HERE}}]`),
];

const bytes: readonly JsonCase[] = [
  ...values(
    'UTF-8',
    [
      0x7f, 0x80, 0x7ff, 0x800, 0xfff, 0x1000, 0xd7ff, 0xe000, 0xfdd0, 0xfffe, 0xffff, 0x1_0000, 0xf_ffff, 0x10_ffff,
    ].map((code): [string, string] => [`"${String.fromCodePoint(code)}"`, String.fromCodePoint(code)]),
  ),
  accept('UTF-8', 'a key beyond ASCII', '[{"ключ":1,"鍵":2,"🔑":3}]', [{ ключ: 1, 鍵: 2, '🔑': 3 }]),
  ...(
    [
      ['a lone continuation byte', [0x80]],
      ['the last continuation byte alone', [0xbf]],
      ['two continuation bytes', [0x80, 0x80]],
      ['a lead of two bytes alone', [0xc2]],
      ['a lead of three bytes alone', [0xe2]],
      ['a lead of three bytes with one more', [0xe2, 0x82]],
      ['a lead of four bytes alone', [0xf0]],
      ['a lead of four bytes with one more', [0xf0, 0x9f]],
      ['a lead of four bytes with two more', [0xf0, 0x9f, 0x98]],
      ['a lead before another lead', [0xc3, 0xc3, 0xa9]],
      ['an overlong NUL', [0xc0, 0x80]],
      ['an overlong slash', [0xc0, 0xaf]],
      ['an overlong quote', [0xc0, 0xa2]],
      ['the last overlong form of two', [0xc1, 0xbf]],
      ['an overlong form of three', [0xe0, 0x80, 0xaf]],
      ['the last overlong form of three', [0xe0, 0x9f, 0xbf]],
      ['an overlong form of four', [0xf0, 0x80, 0x80, 0xaf]],
      ['the last overlong form of four', [0xf0, 0x8f, 0xbf, 0xbf]],
      ['the first surrogate', [0xed, 0xa0, 0x80]],
      ['the last surrogate', [0xed, 0xbf, 0xbf]],
      ['a pair of surrogates', [0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]],
      ['beyond U+10FFFF', [0xf4, 0x90, 0x80, 0x80]],
      ['the lead F5', [0xf5, 0x80, 0x80, 0x80]],
      ['a form of five bytes', [0xf8, 0x88, 0x80, 0x80, 0x80]],
      ['a form of six bytes', [0xfc, 0x84, 0x80, 0x80, 0x80, 0x80]],
      ['FE', [0xfe]],
      ['FF', [0xff]],
      ['Latin-1', [0xe9]],
      ['Windows-1252', [0x93]],
    ] as const
  ).flatMap(([name, broken]) => [
    refuseBytes(`${name} in a string`, ['[{"v":"aé'], [broken, 'b"}]']),
    refuseBytes(`${name} in a key`, ['[{"k'], [broken, '":1}]']),
    refuseBytes(`${name} between values`, ['[{"v":1},'], [broken, '{}]']),
    refuseBytes(`${name} far behind`, [inDocument(`"${'x'.repeat(97)}"`), ' '], [broken]),
  ]),
  refuseBytes('UTF-16, little-endian', [], [[0xff, 0xfe, 0x5b, 0, 0x5d, 0]]),
  refuseBytes('UTF-16, big-endian', [], [[0xfe, 0xff, 0, 0x5b, 0, 0x5d]]),
  refuseBytes('a broken byte after a broken value', ['[{"v":tru,"w":"'], [[0xff], '"}]']),
  refuse('UTF-8', 'UTF-16 without a mark', `[${HERE}\0{\0}\0]\0`, true),
  refuse('UTF-8', 'UTF-32 without a mark', `[${HERE}\0\0\0]\0\0\0`, true),
];

function nested(open: string, close: string, levels: number): string {
  return open.repeat(levels) + close.repeat(levels);
}

const depth: readonly JsonCase[] = [64, 500, 1000, 5000].flatMap((levels): JsonCase[] => [
  accept('depth', `${levels} arrays`, inDocument(nested('[', ']', levels)), deepValue(levels, 'array')),
  accept(
    'depth',
    `${levels} objects`,
    inDocument(`${'{"k":'.repeat(levels)}0${'}'.repeat(levels)}`),
    deepValue(levels, 'object'),
  ),
  refuse('depth', `${levels} arrays, one not closed`, `[{"v":${nested('[', ']', levels).slice(0, -1)}${HERE}}]`),
  refuse('depth', `${levels} arrays, one closed twice`, `[{"v":${nested('[', ']', levels)}${HERE}]}]`),
  refuse('depth', `${levels} objects, an error inside`, `[{"v":${'{"k":'.repeat(levels)}${HERE}}`),
]);

function deepValue(levels: number, kind: 'array' | 'object'): unknown {
  let value: unknown = kind === 'array' ? [] : 0;
  for (let i = kind === 'array' ? 1 : 0; i < levels; i++) value = kind === 'array' ? [value] : { k: value };
  return [{ v: value }];
}

const cut: readonly JsonCase[] = [
  refuse('cut off', 'after the first bracket', `[${HERE}`, true),
  refuse('cut off', 'after the first brace', `{${HERE}`),
  refuse('cut off', 'in a key', `[{"v${HERE}`),
  refuse('cut off', 'after a key', `[{"v"${HERE}`),
  refuse('cut off', 'after a colon', `[{"v":${HERE}`),
  refuse('cut off', 'after a value', `[{"v":1${HERE}`),
  refuse('cut off', 'after a comma in an object', `[{"v":1,${HERE}`),
  refuse('cut off', 'after a document', `[{"v":1}${HERE}`),
  refuse('cut off', 'after a comma', `[{"v":1},${HERE}`),
  refuse('cut off', 'in a string', `[{"v":"abc${HERE}`),
  refuse('cut off', 'after a backslash', `[{"v":"abc${HERE}\\`),
  refuse('cut off', 'in an escape', `[{"v":"abc${HERE}\\u00`),
  refuse('cut off', 'in a word', `[{"v":${HERE}tr`),
  refuse('cut off', 'after a minus', `[{"v":${HERE}-`),
  refuse('cut off', 'after a point', `[{"v":1${HERE}.`),
  refuse('cut off', 'after an e', `[{"v":1${HERE}e`),
  refuse('cut off', 'in an array', `[{"v":[1,2${HERE}`),
  refuse('cut off', 'in a scalar list', `[1,2${HERE}`, true),
];

/** Every case, each named once within its category. */
export const jsonCases: readonly JsonCase[] = [
  ...structure,
  ...roots,
  ...numbers,
  ...strings,
  ...escapes,
  ...spaces,
  ...marks,
  ...bytes,
  ...depth,
  ...cut,
];

/** A page with everything in it, to be cut at any byte or to have any byte broken. */
export const wholePage: Uint8Array = encoder.encode(
  '\ufeff{"content" : [\n {"a":"é€😀\\n\\u00e9\\ud83d\\ude00","b":[1.5e3,-0,null,true,false,9007199254740993,1e400]},\r\n\t' +
    '{"k$":{"":{"x":[[1],[],[{"y":"2025-02-25T14:52:10.903Z"}]]},"鍵":[1,{"z":[]}]},"a":""}, {}],"n":null}\n',
);
