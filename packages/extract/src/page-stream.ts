/** Pages one after the other, read ahead, for sets too large to hold. */
import { countsOnlyThePage, type Question, type ReadPage } from './reading.ts';

/** What the pages of one pass said. */
export interface PassFacts {
  pages: number;
  served: number;
  /** As the last page said it. */
  counted: number | undefined;
  /** The server's clock at the first page. */
  startedAt: number;
  /** Whether the count changed from one page to another. */
  moved: boolean;
  /** Whether it became less: documents vanished, and others slipped to pages that were read before. */
  shrank: boolean;
  /** What is wrong with the pages, if anything. */
  broken: string | undefined;
}

/** Facts before the first page. */
export function newPassFacts(): PassFacts {
  return { pages: 0, served: 0, counted: undefined, startedAt: 0, moved: false, shrank: false, broken: undefined };
}

const maxEmptyPages = 100;

/** Yields every page of a question in order; at most `ahead` are read ahead. Says in `facts` what it met. */
export async function* streamPages(
  question: Question,
  ahead: number,
  facts: PassFacts,
): AsyncGenerator<ReadPage, void, undefined> {
  const note = (page: ReadPage): ReadPage => {
    if (facts.pages === 0) facts.startedAt = page.serverTime.getTime();
    facts.pages += 1;
    facts.served += page.documents.length;
    if (page.totalCount !== undefined) {
      if (facts.counted !== undefined && facts.counted !== page.totalCount) facts.moved = true;
      if (facts.counted !== undefined && facts.counted > page.totalCount) facts.shrank = true;
      facts.counted = page.totalCount;
    }
    return page;
  };
  if (question.paging.kind === 'cursor') {
    yield* byCursor(question, facts, note);
    return;
  }
  const { first: firstPage } = question.paging;
  const first = note(await question.readPage({ page: firstPage }));
  yield first;
  const size = first.documents.length;
  if (size === 0) {
    if ((first.totalCount ?? 0) > 0) facts.broken = `the source counts ${first.totalCount} documents and serves none`;
    return;
  }
  if (
    first.totalCount !== undefined &&
    first.totalCount <= size &&
    (await countsOnlyThePage(question, firstPage, first))
  ) {
    facts.broken = 'the source counts the documents of one page, not of all';
    return;
  }
  const expected = first.totalCount === undefined ? 1 : Math.ceil(first.totalCount / size);
  const underWay: Promise<ReadPage>[] = [];
  let asked = 1;
  for (let done = 1; done < expected; done += 1) {
    for (; asked < expected && underWay.length < ahead; asked += 1) {
      const page = question.readPage({ page: firstPage + asked });
      // A failure is seen when the page's turn comes; until then it is not an unhandled one.
      page.catch(() => undefined);
      underWay.push(page);
    }
    const next = await underWay.shift();
    if (next !== undefined) yield note(next);
  }
  // Without a count, or where pages are shorter than the first: on to the first empty one.
  let last = first.contentHash;
  while (facts.counted === undefined || facts.served < facts.counted) {
    const page = await question.readPage({ page: firstPage + facts.pages });
    if (page.documents.length === 0) {
      if (page.totalCount !== undefined) facts.counted = page.totalCount;
      return;
    }
    if (page.contentHash === last) {
      facts.broken = `page ${firstPage + facts.pages} repeats the one before`;
      return;
    }
    last = page.contentHash;
    yield note(page);
  }
}

async function* byCursor(
  question: Question,
  facts: PassFacts,
  note: (page: ReadPage) => ReadPage,
): AsyncGenerator<ReadPage, void, undefined> {
  const cursors = new Set<string>();
  let empty = 0;
  for (let cursor: string | undefined; ; ) {
    const page = note(await question.readPage({ page: facts.pages, ...(cursor === undefined ? {} : { cursor }) }));
    yield page;
    empty = page.documents.length === 0 ? empty + 1 : 0;
    if (page.next === undefined) return;
    if (cursors.has(page.next)) facts.broken = 'a cursor came twice';
    else if (empty > maxEmptyPages) facts.broken = `the cursor led over ${empty} empty pages`;
    if (facts.broken !== undefined) return;
    cursors.add(page.next);
    cursor = page.next;
  }
}
