/** Windows whose content is remembered, so that a later reading can tell what came late. */
import { ContentHash } from './content-hash.ts';
import type { Range } from './ranges.ts';
import type { RememberedWindow } from './state.ts';

/** Neighbours are remembered as one up to this length, so that frequent runs do not make the state long. */
const mergedLengthMs = 3_600_000;

/** Without the windows that the range touches: it has been read anew. */
export function forget(windows: readonly RememberedWindow[], range: Range): RememberedWindow[] {
  return windows.filter((window) => window.to <= range.from || window.from >= range.to);
}

/** With one more window, and without those that no later run reads again. */
export function remember(
  windows: readonly RememberedWindow[],
  added: RememberedWindow,
  horizon: number,
): RememberedWindow[] {
  const merged: RememberedWindow[] = [];
  for (const window of [...windows, added].filter((one) => one.to > horizon).sort((a, b) => a.from - b.from)) {
    const last = merged.at(-1);
    if (last !== undefined && last.to === window.from && window.to - last.from <= mergedLengthMs) {
      merged[merged.length - 1] = join(last, window);
    } else {
      merged.push(window);
    }
  }
  return merged;
}

function join(first: RememberedWindow, second: RememberedWindow): RememberedWindow {
  const content = new ContentHash();
  content.addSum(first.contentHash);
  content.addSum(second.contentHash);
  return {
    from: first.from,
    to: second.to,
    documents: first.documents + second.documents,
    contentHash: content.toString(),
  };
}
