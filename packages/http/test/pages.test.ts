import { describe, expect, test } from 'vitest';
import {
  byCursor,
  byOffset,
  byPageNumber,
  isOptionError,
  isUnexpectedResponseError,
  type Page,
  type PageReading,
  type PageStyle,
  type Paginated,
  paginate,
} from '../src/index.ts';

/** A list whose page requests are answered by `answer`; remembers the positions that were asked for. */
function list<P>(style: PageStyle<P>, answer: (position: P, request: number) => PageReading) {
  const asked: P[] = [];
  const pages: Paginated<unknown> = paginate<unknown, P>({
    style,
    load: async (position) => {
      asked.push(position);
      if (asked.length > 50) throw new Error('It does not end.');
      const reading = answer(position, asked.length);
      return { reading, raw: reading, response: new Response() };
    },
  });
  return { pages, asked };
}

async function all(pages: Paginated<unknown>, resume?: string): Promise<Page<unknown>[]> {
  const read: Page<unknown>[] = [];
  for await (const page of pages.byPage(resume === undefined ? {} : { resume })) read.push(page);
  return read;
}

const itemsOf = (pages: readonly Page<unknown>[]): unknown[] => pages.flatMap((page) => page.items);
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

describe('page numbers', () => {
  const data = (count: number, size: number, more: Partial<PageReading> = {}) =>
    list(byPageNumber({ first: 0, size }), (page) => ({
      items: upTo(count).slice(page * size, (page + 1) * size),
      ...more,
    }));

  test.each([0, 1, 2, 3, 4, 5, 6, 7])('%i items in pages of 3, without a count', async (count) => {
    const { pages } = data(count, 3);
    expect(itemsOf(await all(pages))).toEqual(upTo(count));
  });

  test.each<[string, unknown]>([
    ['right', 7],
    ['too small', 2],
    ['too large', 100],
    ['zero', 0],
    ['NaN', Number.NaN],
    ['negative', -1],
    ['text', 'many'],
    ['null', null],
    ['a fraction', 2.5],
  ])('a count that is %s loses nothing and ends', async (_, totalCount) => {
    for (const count of [6, 7]) expect(itemsOf(await all(data(count, 3, { totalCount }).pages))).toEqual(upTo(count));
  });

  test('a full last page is followed by one request that brings nothing', async () => {
    const { pages, asked } = data(6, 3, { totalCount: 6 });
    expect(itemsOf(await all(pages))).toEqual(upTo(6));
    expect(asked).toEqual([0, 1, 2]);
  });

  test('a server that gives less than asked for is read to its end', async () => {
    for (const more of [{ totalCount: 7 }, { pageSize: 2 }, { totalCount: 7, pageSize: 2 }]) {
      const { pages } = list(byPageNumber({ first: 1, size: 500 }), (page) => ({
        items: upTo(7).slice((page - 1) * 2, page * 2),
        ...more,
      }));
      expect(itemsOf(await all(pages))).toEqual(upTo(7));
    }
  });

  test('a server that ignores the page number is found out', async () => {
    const { pages, asked } = list(byPageNumber({ first: 0, size: 3 }), () => ({ items: upTo(3), totalCount: 9 }));
    await expect(all(pages)).rejects.toSatisfy(isUnexpectedResponseError);
    expect(asked).toHaveLength(2);
  });

  test('a server that begins again after the last page is found out', async () => {
    const { pages } = list(byPageNumber({ first: 0, size: 2 }), (page) => ({ items: [page % 3, 'x'] }));
    await expect(all(pages)).rejects.toThrow('same page');
  });

  test('a server that gives the last page again for those beyond it: the end, nothing twice', async () => {
    const { pages } = list(byPageNumber({ first: 0, size: 2 }), (page) => ({
      items: upTo(4).slice(Math.min(page, 1) * 2, Math.min(page, 1) * 2 + 2),
      totalCount: 4,
    }));
    expect(itemsOf(await all(pages))).toEqual(upTo(4));
  });

  test('pages of equal records are no repeated pages', async () => {
    const { pages } = list(byPageNumber({ first: 0, size: 2 }), (page) => ({
      items: page < 3 ? ['a', 'a'] : [],
      totalCount: 6,
    }));
    expect(itemsOf(await all(pages))).toHaveLength(6);
  });

  test('every page says its number, the count and how to go on', async () => {
    const [first, , last] = await all(data(7, 3, { totalCount: 7 }).pages);
    expect(first).toMatchObject({ pageNumber: 0, totalCount: 7, items: [0, 1, 2] });
    expect(typeof first?.resume).toBe('string');
    expect(last?.resume).toBeUndefined();
  });

  test('going on after any page gives the pages after it', async () => {
    for (const [index, page] of (await all(data(7, 3, { totalCount: 7 }).pages)).entries()) {
      if (page.resume === undefined) continue;
      expect(itemsOf(await all(data(7, 3, { totalCount: 7 }).pages, page.resume))).toEqual(
        upTo(7).slice((index + 1) * 3),
      );
    }
  });
});

describe('offsets', () => {
  const data = (count: number, size: number, gives = size) =>
    list(byOffset({ size }), (offset) => ({ items: upTo(count).slice(offset, offset + gives), totalCount: count }));

  test.each([0, 1, 3, 6, 7])('%i items', async (count) => {
    expect(itemsOf(await all(data(count, 3).pages))).toEqual(upTo(count));
  });

  test('the next request begins where the items end, whatever was asked for', async () => {
    const { pages, asked } = data(7, 500, 3);
    expect(itemsOf(await all(pages))).toEqual(upTo(7));
    expect(asked).toEqual([0, 3, 6]);
  });

  test('a server that ignores the offset is found out', async () => {
    await expect(all(list(byOffset({ size: 2 }), () => ({ items: [1, 2] })).pages)).rejects.toSatisfy(
      isUnexpectedResponseError,
    );
  });

  test('going on', async () => {
    const [first] = await all(data(7, 3).pages);
    expect(itemsOf(await all(data(7, 3).pages, first?.resume))).toEqual([3, 4, 5, 6]);
  });
});

describe('cursors', () => {
  const chain = (answers: readonly PageReading[]) =>
    list(byCursor(), (cursor) => answers[cursor === undefined ? 0 : Number(cursor)] ?? { items: [] });

  test.each<[string, unknown]>([
    ['absent', undefined],
    ['null', null],
    ['empty', ''],
  ])('the end is a cursor that is %s', async (_, nextCursor) => {
    const { pages, asked } = chain([
      { items: [1], nextCursor: '1' },
      { items: [2], nextCursor },
    ]);
    expect(itemsOf(await all(pages))).toEqual([1, 2]);
    expect(asked).toEqual([undefined, '1']);
  });

  test('empty pages with a cursor go on: first, in the middle, last', async () => {
    const { pages } = chain([
      { items: [], nextCursor: '1' },
      { items: [1], nextCursor: '2' },
      { items: [], nextCursor: '3' },
      { items: [2], nextCursor: '4' },
      { items: [] },
    ]);
    const read = await all(pages);
    expect(itemsOf(read)).toEqual([1, 2]);
    expect(read).toHaveLength(5);
  });

  test('a page as full as can be without a cursor is the last', async () => {
    expect(itemsOf(await all(chain([{ items: upTo(500) }]).pages))).toHaveLength(500);
  });

  test.each([
    ['its own', ['1', '1']],
    ['an earlier one', ['1', '2', '1']],
  ])('a page that gives %s again is an error', async (_, cursors) => {
    const { pages } = chain(cursors.map((nextCursor) => ({ items: [1], nextCursor })));
    await expect(all(pages)).rejects.toThrow('repeats a cursor');
  });

  test('a cursor that is no string is an error', async () => {
    await expect(all(chain([{ items: [1], nextCursor: 7 }]).pages)).rejects.toSatisfy(isUnexpectedResponseError);
  });

  test('going on, also with a cursor full of colons', async () => {
    const answer = (cursor: string | undefined): PageReading =>
      cursor === undefined ? { items: [1], nextCursor: 'a:b::c' } : { items: [cursor] };
    const [first] = await all(list(byCursor(), answer).pages);
    expect(itemsOf(await all(list(byCursor(), answer).pages, first?.resume))).toEqual(['a:b::c']);
  });
});

describe('every list', () => {
  const numbers = () => list(byPageNumber({ first: 0, size: 2 }), (page) => ({ items: [page * 2, page * 2 + 1] }));

  test('asks for nothing before it is iterated, and for no page that is not taken', async () => {
    const { pages, asked } = numbers();
    expect(asked).toEqual([]);
    for await (const item of pages) if (item === 2) break;
    expect(asked).toEqual([0, 1]);
  });

  test('collect gives at most its limit', async () => {
    const { pages, asked } = numbers();
    expect(await pages.collect({ limit: 3 })).toEqual([0, 1, 2]);
    expect(asked).toEqual([0, 1]);
  });

  test.each([0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])('collect refuses the limit %d', async (limit) => {
    await expect(numbers().pages.collect({ limit })).rejects.toSatisfy(isOptionError);
  });

  test.each(['', 'page', 'page:x:1', 'offset:1:1', 'cursor:a', 'page:1:1:1'])(
    'refuses the resume token %j',
    async (resume) => {
      await expect(all(numbers().pages, resume)).rejects.toSatisfy(isOptionError);
    },
  );

  test('can be iterated twice, each time from the beginning', async () => {
    const { pages } = numbers();
    expect(await pages.collect({ limit: 2 })).toEqual(await pages.collect({ limit: 2 }));
  });

  test('ends with the reason of its signal', async () => {
    const controller = new AbortController();
    const { pages } = numbers();
    const read: unknown[] = [];
    const reading = (async () => {
      for await (const page of pages.byPage({ signal: controller.signal })) {
        read.push(page);
        controller.abort(new Error('enough'));
      }
    })();
    await expect(reading).rejects.toThrow('enough');
    expect(read).toHaveLength(1);
  });
});
