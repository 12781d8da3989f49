/** stdout is data only: a table for people, or JSON. */
import type { Io } from './io.ts';

/** A cell of a printed table. */
export type Cell = string | number | bigint | boolean | null;

/** Lines of a plain text table: numbers to the right, a rule under the header, NULL as nothing. */
export function renderTable(header: readonly string[], rows: readonly (readonly Cell[])[]): string {
  const text = rows.map((row) =>
    row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en-US') : String(cell ?? ''))),
  );
  const widths = header.map((title, column) => Math.max(title.length, ...text.map((row) => row[column]?.length ?? 0)));
  const numeric = header.map(
    (_, column) => rows.length > 0 && rows.every((row) => ['number', 'bigint'].includes(typeof row[column])),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        numeric[column] === true ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const rule = widths
    .map((width) => '─'.repeat(width))
    .join('  ')
    .trimEnd();
  return [line(header), rule, ...text.map(line)].map((each) => `${each}\n`).join('');
}

/** Prints one JSON document. Integers beyond 2^53 are printed exactly. */
export function printJson(io: Pick<Io, 'stdout'>, value: unknown): void {
  io.stdout.write(
    `${JSON.stringify(value, (_, each: unknown) => (typeof each === 'bigint' ? JSON.rawJSON(each.toString()) : each), 2)}\n`,
  );
}

declare global {
  interface JSON {
    /** ES2025; in Node since 21. */
    rawJSON(text: string): unknown;
  }
}
