/** Names and values as SQL text. */

/** A quoted name. */
export function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A string literal. */
export function text(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}
