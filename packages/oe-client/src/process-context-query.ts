/** The filters of the list of process contexts. */
import { isoInstant, OptionError } from '@millrace/http';
import type { ProcessContextStatus } from './generated/oe.ts';

/** Which process contexts. Filters that are left out are not sent. */
export interface ProcessContextFilters {
  /** `finished` leaves out runs that failed, were stopped, or still run. Default: all. */
  readonly status?: ProcessContextStatus;
  /** Created at or after this instant: a `Date`, ISO 8601 with `Z` or an offset, or a date (its midnight UTC). */
  readonly createdSince?: Date | string;
  /** Changed at or after this instant. */
  readonly updatedSince?: Date | string;
  /** Runs of published versions, of drafts, or both. Default: what the server does when asked for nothing, most likely `live`. */
  readonly includeScopes?: 'live' | 'draft' | 'live,draft' | readonly ('live' | 'draft')[];
  /** Runs of this digital process (value stream) alone. */
  readonly executionTemplateId?: string;
  /** As `metadata.updatedAt:asc`. Default: as the server likes. */
  readonly sort?: string;
}

/** The filters as query parameters. */
export interface ProcessContextParameters {
  status?: ProcessContextStatus;
  createdSince?: string;
  updatedSince?: string;
  includeScopes?: 'live' | 'draft' | 'live,draft';
  executionTemplateID?: string;
  sort?: string;
}

/** Checks the filters and writes them as the API wants them. */
export function processContextParameters(filters: ProcessContextFilters): ProcessContextParameters {
  const { status, createdSince, updatedSince, includeScopes, executionTemplateId, sort } = filters;
  return {
    ...(status === undefined ? {} : { status: nonEmpty(status, 'status', 'finished') }),
    ...(createdSince === undefined ? {} : { createdSince: isoInstant(createdSince, 'createdSince') }),
    ...(updatedSince === undefined ? {} : { updatedSince: isoInstant(updatedSince, 'updatedSince') }),
    ...(includeScopes === undefined ? {} : { includeScopes: scopes(includeScopes) }),
    ...(executionTemplateId === undefined
      ? {}
      : {
          executionTemplateID: nonEmpty(executionTemplateId, 'executionTemplateId', '01JJX0Q3V2M4N5P6Q7R8S9T0V1'),
        }),
    ...(sort === undefined ? {} : { sort: nonEmpty(sort, 'sort', 'metadata.updatedAt:asc') }),
  };
}

function scopes(value: NonNullable<ProcessContextFilters['includeScopes']>): 'live' | 'draft' | 'live,draft' {
  const wanted = new Set(typeof value === 'string' ? value.split(',') : value);
  const live = wanted.delete('live');
  const draft = wanted.delete('draft');
  if (wanted.size > 0 || (!live && !draft)) {
    throw new OptionError('includeScopes', 'includeScopes must be "live", "draft" or "live,draft".');
  }
  return live ? (draft ? 'live,draft' : 'live') : 'draft';
}

function nonEmpty(value: string, option: string, example: string): string {
  if (typeof value !== 'string' || value === '') {
    throw new OptionError(option, `${option} must be a non-empty string, such as ${example}.`);
  }
  return value;
}
