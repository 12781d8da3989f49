/**
 * Cursor paging. The vendor says that pages stay stable while new events arrive, and that one stops when `nextPageToken`
 * is absent or empty (https://developer.celonis.com/changelog, 2026-05-13); the token's form is not published.
 * Here a token points into the listing as it was at the first call.
 */
import type { FaultPlan } from '../faults.ts';
import type { Listing } from './event-feed.ts';

/** Listings kept; the oldest goes first. */
const kept = 1000;

interface Session {
  readonly listing: Listing<object>;
  /** The query that the listing answers. A token is good for that alone. */
  readonly query: string;
}

/** Where a token points. */
interface Position {
  readonly session: number;
  readonly offset: number;
  /** Pages served so far. */
  readonly pages: number;
  /** Whether the page is an empty one in between. */
  readonly gap: boolean;
}

export type CursorPage =
  | { readonly ok: true; readonly rows: readonly object[]; readonly next: string | null | undefined }
  | { readonly ok: false; readonly reason: string };

export class Cursors {
  readonly #sessions = new Map<number, Session>();
  #opened = 0;

  /** The page that a token (or its absence) asks for. `query` names the operation and its filters. */
  page(
    token: string | undefined,
    limit: number,
    query: string,
    plan: FaultPlan,
    list: () => Listing<object>,
  ): CursorPage {
    const position = token === undefined ? this.#open(query, list()) : decode(token);
    const session = position === undefined ? undefined : this.#sessions.get(position.session);
    if (position === undefined || session === undefined) return { ok: false, reason: 'pageToken is not known' };
    if (session.query !== query) return { ok: false, reason: 'pageToken belongs to other filters' };
    if (position.gap) return { ok: true, rows: [], next: encode({ ...position, gap: false }) };
    const rows = session.listing.page(position.offset, position.offset + limit);
    return { ok: true, rows, next: next(position, rows.length, limit, session.listing.total, plan) };
  }

  #open(query: string, listing: Listing<object>): Position {
    this.#opened += 1;
    this.#sessions.set(this.#opened, { listing, query });
    for (const id of this.#sessions.keys()) {
      if (this.#sessions.size <= kept) break;
      this.#sessions.delete(id);
    }
    return { session: this.#opened, offset: 0, pages: 0, gap: false };
  }
}

function next(at: Position, rows: number, limit: number, total: number, plan: FaultPlan): string | null | undefined {
  const { end = 'absent', emptyPages = 0 } = plan.cursor ?? {};
  const offset = at.offset + limit;
  const pages = at.pages + 1;
  const after = { session: at.session, offset, pages, gap: emptyPages > 0 && pages % emptyPages === 0 };
  if (offset < total || (end === 'empty-page' && rows > 0)) return encode(after);
  if (end === 'empty-string') return '';
  return end === 'null' ? null : undefined;
}

function encode({ session, offset, pages, gap }: Position): string {
  return Buffer.from(JSON.stringify([session, offset, pages, gap ? 1 : 0])).toString('base64url');
}

function decode(token: string): Position | undefined {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  const parts = /^\[(\d+),(\d+),(\d+),([01])\]$/.exec(text);
  if (parts === null) return undefined;
  const [, session, offset, pages, gap] = parts;
  return { session: Number(session), offset: Number(offset), pages: Number(pages), gap: gap === '1' };
}
