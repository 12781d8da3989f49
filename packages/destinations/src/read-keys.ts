import type { Span } from '@millrace/extract';
import type { DuckDBEngine } from './duckdb-engine.ts';
import { quoteName, quoteText } from './duckdb-sql.ts';

/** The `_key` of each row of a relation whose time lies in a span. */
export async function* readKeys(
  engine: DuckDBEngine,
  relation: string,
  time: string,
  { from, to }: Span,
): AsyncGenerator<string> {
  const column = quoteName(time);
  const instant = (iso: string): string => `epoch_ms(${quoteText(iso)}::TIMESTAMP)`;
  const result = await engine.connection.stream(
    `SELECT _key FROM ${relation} WHERE epoch_ms(${column}) >= ${instant(from)} AND epoch_ms(${column}) < ${instant(to)}`,
  );
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return;
    for (const [key] of chunk.getRows()) yield String(key);
  }
}
