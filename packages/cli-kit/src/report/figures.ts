/** What a destination's receipts say of its feeds, as figures for pictures. */
import type { FeedStatus, Receipt, Span } from '@millrace/extract';

/** What one run brought. */
export interface RunFigures {
  readonly run: string;
  /** The server's clock at its first reading, ISO 8601 UTC. */
  readonly at: string;
  /** Documents by feed. */
  readonly documents: Readonly<Record<string, number>>;
  readonly late: number;
}

/** One feed. */
export interface FeedFigures extends FeedStatus {
  /** Begin of the first window that has documents. Absent where there is none. */
  readonly from: string | undefined;
  /** Windows in which records turned up after they had been read. */
  readonly lateWindows: readonly Span[];
  /** How old the newest data was when each run came: seconds, by the server's clock. Windows only. */
  readonly ages: readonly { readonly at: string; readonly seconds: number }[];
}

/** Collects figures from receipts in the order of the ledger. */
export class FigureCollector {
  readonly #runs = new Map<string, { at: string; documents: Record<string, number>; late: number }>();
  readonly #from = new Map<string, string>();
  readonly #reached = new Map<string, string>();
  readonly #late = new Map<string, Span[]>();
  /** By feed and run; nothing for a run before which there was none. */
  readonly #ages = new Map<string, Map<string, { at: string; seconds: number } | undefined>>();

  add(receipt: Receipt): void {
    if (receipt.proof === 'acknowledgement') return;
    const { feed, run, serverTime: at, documents, late = 0, from, to } = receipt;
    const figures = this.#runs.get(run) ?? { at, documents: {}, late: 0 };
    figures.documents[feed] = (figures.documents[feed] ?? 0) + documents;
    figures.late += late;
    this.#runs.set(run, figures);
    if (from === undefined || to === undefined) return;
    const first = this.#from.get(feed);
    if (documents > 0 && (first === undefined || from < first)) this.#from.set(feed, from);
    if (late > 0) this.#late.set(feed, [...(this.#late.get(feed) ?? []), { from, to }]);
    this.#age(feed, run, at);
    const reached = this.#reached.get(feed);
    if (reached === undefined || to > reached) this.#reached.set(feed, to);
  }

  /** Once for each run: how far the runs before it had come. */
  #age(feed: string, run: string, at: string): void {
    const ages = this.#ages.get(feed) ?? new Map<string, { at: string; seconds: number } | undefined>();
    this.#ages.set(feed, ages);
    if (ages.has(run)) return;
    const reached = this.#reached.get(feed);
    const seconds = (Date.parse(at) - Date.parse(reached ?? at)) / 1000;
    ages.set(run, reached === undefined ? undefined : { at, seconds: Math.max(0, seconds) });
  }

  get runs(): readonly RunFigures[] {
    return [...this.#runs].map(([run, figures]) => ({ run, ...figures }));
  }

  feed(status: FeedStatus): FeedFigures {
    return {
      ...status,
      from: this.#from.get(status.feed),
      lateWindows: this.#late.get(status.feed) ?? [],
      ages: [...(this.#ages.get(status.feed)?.values() ?? [])].filter((age) => age !== undefined),
    };
  }
}
