import { createHash } from 'node:crypto';

const RESERVED = /^(con|prn|aux|nul|com\d|lpt\d)$/i;
const LONGEST = 120;

function percent(text: string): string {
  return [...Buffer.from(text)].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}

/**
 * The folder of a table: its name, with all but ASCII letters, digits, `_`, `-` and `$` written as `%` and two hexadecimal digits a byte, so
 * that it is a name on every system and no pattern in a shell or in SQL. A first `_` is written so too, since readers skip such folders.
 */
export function folderName(table: string): string {
  let name = table.replaceAll(/[^A-Za-z0-9_$-]+/g, percent).replace(/^[_-]/, percent);
  if (RESERVED.test(name)) name = percent(name.slice(0, 1)) + name.slice(1);
  if (name.length <= LONGEST) return name;
  const tag = createHash('sha256').update(table).digest('hex').slice(0, 16);
  return `${name.slice(0, LONGEST - 17).replace(/%.?$/, '')}-${tag}`;
}
