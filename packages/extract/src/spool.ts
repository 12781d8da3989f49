/** Pages on disk until their window is committed, so that a run that is killed has not read them in vain. */
import { mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { canonicalJson, type JsonObject, type Path, parseJson } from '@millrace/flatten';
import type { Page, PageRequest } from './feed.ts';
import type { Range } from './ranges.ts';

/** Older pages are read anew: the source may have changed too much for a reading that takes so long to hold. */
const maxAgeMs = 6 * 3_600_000;

interface Header {
  readonly cursor: string | null;
  readonly totalCount: number | null;
  readonly next: string | null;
  readonly serverTime: string | null;
  /** Absent: the page was parsed, and the body is the list of its documents. */
  readonly at?: Path;
  readonly countAt?: Path;
  readonly nextAt?: Path;
}

type Ask = (request: PageRequest) => Promise<Page>;

/**
 * A folder of pages, compressed, by feed and window. It holds what the source answered and nothing of what it was asked with. A page
 * that was not written whole is read anew; so is one that is asked for a second time, since that is how a reading is proven.
 */
export class Spool {
  readonly #path: string;

  constructor(path: string) {
    this.#path = path;
  }

  /** Windows of a feed of which there are pages. Those that are too old are removed. */
  async windows(feed: string): Promise<Range[]> {
    const windows: Range[] = [];
    for (const name of await readdir(this.#folder(feed)).catch(() => [])) {
      const [from, to] = name.split('_').map(Number);
      const path = join(this.#folder(feed), name);
      const made = (await stat(path)).mtimeMs;
      if (from !== undefined && to !== undefined && Math.abs(Date.now() - made) < maxAgeMs) windows.push({ from, to });
      else await rm(path, { recursive: true, force: true });
    }
    return windows;
  }

  /** A reader that takes the pages of a window from the spool, each once, and puts there what it reads. */
  around(feed: string, window: Range, ask: Ask): Ask {
    const asked = new Set<number>();
    // A window of one page is not worth a file: the first is kept when a second one is asked for.
    let first: { readonly request: PageRequest; readonly page: Page } | undefined;
    return async (request) => {
      const known = asked.has(request.page) ? undefined : await this.#read(feed, window, request);
      asked.add(request.page);
      if (known !== undefined) return known;
      const page = await ask(request);
      if (asked.size === 1) {
        first = { request, page };
        return page;
      }
      if (first !== undefined) await this.#write(feed, window, first.request, first.page);
      first = undefined;
      await this.#write(feed, window, request, page);
      return page;
    };
  }

  /** Removes the pages of a window. */
  async drop(feed: string, window: Range): Promise<void> {
    await rm(this.#window(feed, window), { recursive: true, force: true });
  }

  /** Removes everything. */
  async clear(): Promise<void> {
    await rm(this.#path, { recursive: true, force: true });
  }

  #folder(feed: string): string {
    return join(this.#path, encodeURIComponent(feed));
  }

  #window(feed: string, { from, to }: Range): string {
    return join(this.#folder(feed), `${from}_${to}`);
  }

  async #write(feed: string, window: Range, request: PageRequest, page: Page): Promise<void> {
    const header: Header = {
      cursor: request.cursor ?? null,
      totalCount: page.totalCount ?? null,
      next: page.next ?? null,
      serverTime: page.serverTime?.toISOString() ?? null,
      ...(page.body === undefined
        ? {}
        : {
            at: page.at,
            ...(page.countAt === undefined ? {} : { countAt: page.countAt }),
            ...(page.nextAt === undefined ? {} : { nextAt: page.nextAt }),
          }),
    };
    const body = page.body ?? Buffer.from(canonicalJson([...page.documents]));
    const bytes = await promisify(gzip)(Buffer.concat([Buffer.from(`${JSON.stringify(header)}\n`), body]), {
      level: 1,
    });
    await mkdir(this.#window(feed, window), { recursive: true, mode: 0o700 });
    const file = await open(join(this.#window(feed, window), String(request.page)), 'w', 0o600);
    try {
      await file.writeFile(bytes);
      await file.datasync();
    } finally {
      await file.close();
    }
  }

  async #read(feed: string, window: Range, request: PageRequest): Promise<Page | undefined> {
    let content: Buffer;
    try {
      // Its checksum tells a page that was not written whole.
      content = await promisify(gunzip)(await readFile(join(this.#window(feed, window), String(request.page))));
    } catch {
      return undefined;
    }
    const end = content.indexOf(0x0a);
    const { cursor, totalCount, next, serverTime, at, countAt, nextAt } = JSON.parse(
      content.toString('utf8', 0, end),
    ) as Header;
    if (cursor !== (request.cursor ?? null)) return undefined;
    const body = content.subarray(end + 1);
    const facts = {
      ...(totalCount === null ? {} : { totalCount }),
      ...(next === null ? {} : { next }),
      ...(serverTime === null ? {} : { serverTime: new Date(serverTime) }),
    };
    return at === undefined
      ? { ...facts, documents: parseJson(body) as unknown as JsonObject[] }
      : { ...facts, body, at, countAt, nextAt };
  }
}
