/** Date patterns as Java writes them. */

const parts: readonly (readonly [RegExp, string])[] = [
  [/^yyyy/u, '%Y'],
  [/^yy/u, '%y'],
  [/^MMM/u, '%b'],
  [/^MM/u, '%m'],
  [/^M/u, '%-m'],
  [/^dd/u, '%d'],
  [/^d/u, '%-d'],
  [/^HH/u, '%H'],
  [/^H/u, '%-H'],
  [/^hh/u, '%I'],
  [/^h/u, '%-I'],
  [/^''/u, "'"],
  [/^mm/u, '%M'],
  [/^ss/u, '%S'],
  [/^S{4,}/u, '%f'],
  [/^SSS/u, '%g'],
  [/^a/u, '%p'],
  [/^(?:X{1,3}|Z{1,3}|x{1,3})/u, '%z'],
  [/^EEE/u, '%a'],
];

/** A Java pattern (`yyyy-MM-dd'T'HH:mm:ss.SSSXXX`) as DuckDB's `strptime` and `strftime` write it. */
export function javaPattern(pattern: string): string {
  let out = '';
  let rest = pattern;
  while (rest !== '') {
    const literal = rest.startsWith("''") ? null : /^'((?:[^']|'')*)'/u.exec(rest);
    const part = parts.find(([found]) => found.test(rest));
    if (literal !== null) {
      out += (literal[1] ?? '').replaceAll("''", "'").replaceAll('%', '%%');
      rest = rest.slice(literal[0].length);
    } else if (part !== undefined) {
      const [found, written] = part;
      out += written;
      rest = rest.replace(found, '');
    } else {
      out += rest.startsWith('%') ? '%%' : rest.slice(0, 1);
      rest = rest.slice(1);
    }
  }
  return out;
}

/** An instant in UTC as a Java pattern writes it. The zone is written `Z`; which of its spellings the vendor sends is not known. */
export function formatJava(time: number, pattern: string): string {
  const iso = new Date(time).toISOString();
  const fields: readonly (readonly [RegExp, string])[] = [
    [/^yyyy/u, iso.slice(0, 4)],
    [/^yy/u, iso.slice(2, 4)],
    [/^MM/u, iso.slice(5, 7)],
    [/^dd/u, iso.slice(8, 10)],
    [/^HH/u, iso.slice(11, 13)],
    [/^mm/u, iso.slice(14, 16)],
    [/^ss/u, iso.slice(17, 19)],
    [/^S+/u, iso.slice(20, 23)],
    [/^(?:X{1,3}|Z{1,3}|x{1,3})/u, 'Z'],
  ];
  let out = '';
  let rest = pattern;
  while (rest !== '') {
    const literal = /^'([^']*)'/u.exec(rest);
    const field = fields.find(([found]) => found.test(rest));
    if (literal !== null) {
      out += literal[1] === '' ? "'" : (literal[1] ?? '');
      rest = rest.slice(literal[0].length);
    } else if (field !== undefined) {
      out += field[1];
      rest = rest.replace(field[0], '');
    } else {
      out += rest.slice(0, 1);
      rest = rest.slice(1);
    }
  }
  return out;
}
