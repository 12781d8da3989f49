/** What those need to know who read pages as bytes. */
import { OptionError } from './errors.ts';
import { wholeNumber } from './option-values.ts';

/** How an API cuts a list into pages. */
export type Paging =
  | {
      readonly style: 'page-number';
      /** Number of the first page. */
      readonly firstPage: 0 | 1;
      readonly maxPageSize: number;
      /** Property of the body that holds the items. Where `bare` is true, the body may also be the array itself. */
      readonly items: string;
      readonly bare: boolean;
      /** Where the count of all items is. */
      readonly totalCount: { readonly in: 'body' | 'header'; readonly name: string };
    }
  | {
      readonly style: 'cursor';
      readonly maxPageSize: number;
      readonly items: string;
      /** Property of the body that holds the next page's cursor. Absent, null or empty: there is no next page. */
      readonly nextCursor: string;
    };

/** Which page to read. */
export interface PageAddress {
  /** Where pages are numbered. Default: the first. Pages may be read side by side. */
  readonly pageNumber?: number;
  /** Where pages have cursors: what the page before gave. Default: none, for the first page. */
  readonly cursor?: string;
  /** Items a page. Default: as many as the API allows. */
  readonly pageSize?: number;
  /** Aborts the request with its reason. */
  readonly signal?: AbortSignal;
}

/** Checks an address against the way of paging, and fills in the defaults. */
export function pageAddress(
  paging: Paging,
  { pageNumber, cursor, pageSize }: PageAddress,
): { readonly pageNumber: number; readonly cursor: string | undefined; readonly pageSize: number } {
  const size = wholeNumber(pageSize ?? paging.maxPageSize, 'pageSize', 1, paging.maxPageSize);
  if (paging.style === 'cursor') {
    if (pageNumber !== undefined) {
      throw new OptionError(
        'pageNumber',
        'pageNumber has no meaning here, since this list is paged by cursor: give cursor.',
      );
    }
    return { pageNumber: 0, cursor, pageSize: size };
  }
  if (cursor !== undefined) {
    throw new OptionError(
      'cursor',
      'cursor has no meaning here, since the pages of this list are numbered: give pageNumber.',
    );
  }
  const first = paging.firstPage;
  const number = wholeNumber(pageNumber ?? first, 'pageNumber', first, Number.MAX_SAFE_INTEGER);
  return { pageNumber: number, cursor: undefined, pageSize: size };
}
