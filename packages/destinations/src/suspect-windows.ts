/** Where in a log rows are missing or too many, by the receipts of its windows. */
import type { Receipt } from '@millrace/extract';
import type { JsonObject } from '@millrace/flatten';
import { quoteName } from './duckdb-sql.ts';
import type { OpenInspection } from './inspect.ts';

interface Window {
  readonly from: number;
  readonly to: number;
  readonly receipt: Receipt;
}

const MAX_NAMED = 5;

/**
 * Names the windows whose rows are not as many as the receipt says: `, in 2026-05-01T… to 2026-05-02T… (receipt 7)`. Empty where
 * the table is no log, or the windows do not tell.
 */
export async function suspectWindows(inspection: OpenInspection, table: string): Promise<string> {
  if (inspection.kind !== 'duckdb') return '';
  const log = Object.entries(inspection.state.feeds).find(([, state]) => state['table'] === table);
  if (log === undefined) return '';
  const [feed, state] = log;
  const time = timeColumn(inspection, table, state);
  if (time === undefined) return '';
  const windows = await windowsOf(inspection, feed);
  const counts = windows.map(() => 0);
  const result = await inspection.engine.connection.stream(
    `SELECT epoch_ms(${quoteName(time)}) FROM ${quoteName(table)} WHERE ${quoteName(time)} IS NOT NULL`,
  );
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    for (const [instant] of chunk.getRows()) {
      const at = indexOf(windows, Number(instant));
      if (at !== undefined) counts[at] = (counts[at] ?? 0) + 1;
    }
  }
  const off = windows.filter(({ receipt }, at) => counts[at] !== receipt.documents && receipt.missing === undefined);
  if (off.length === 0) return '';
  const named = off
    .slice(0, MAX_NAMED)
    .map(({ receipt }) => `${receipt.from} to ${receipt.to} (receipt ${receipt.sequence})`);
  return `, in ${named.join(', ')}${off.length > MAX_NAMED ? ` and ${off.length - MAX_NAMED} windows more` : ''}`;
}

function timeColumn(inspection: OpenInspection, table: string, state: JsonObject): string | undefined {
  const path = JSON.stringify(state['timestamp']);
  const schema = inspection.state.tables.find(({ name }) => name === table);
  return schema?.columns.find((column) => column.type === 'DATETIME' && JSON.stringify(column.path) === path)?.name;
}

/** Windows of which the last receipt speaks whole; ascending, apart. */
async function windowsOf(inspection: OpenInspection, feed: string): Promise<Window[]> {
  let windows: Window[] = [];
  for await (const receipt of inspection.receipts()) {
    if (receipt.feed !== feed || receipt.from === undefined || receipt.to === undefined) continue;
    const window = { from: Date.parse(receipt.from), to: Date.parse(receipt.to), receipt };
    windows = windows.filter(({ from, to }) => to <= window.from || from >= window.to);
    windows.push(window);
  }
  return windows.sort((a, b) => a.from - b.from);
}

function indexOf(windows: readonly Window[], instant: number): number | undefined {
  let low = 0;
  for (let high = windows.length; low < high; ) {
    const middle = (low + high) >> 1;
    if ((windows[middle]?.to ?? 0) <= instant) low = middle + 1;
    else high = middle;
  }
  return instant >= (windows[low]?.from ?? Infinity) ? low : undefined;
}
