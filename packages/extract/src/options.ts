/** The door: every option of a run is looked at before anything is read. */
import { InvalidOptionError } from './errors.ts';
import type { Feed } from './feed.ts';
import type { ExtractionOptions } from './run.ts';

/** Throws an `InvalidOptionError` for the first option that is wrong. */
export function checkOptions(options: ExtractionOptions): void {
  const { from, until } = options;
  checkDate('from', from);
  checkDate('until', until);
  if (from !== undefined && until !== undefined && until.getTime() <= from.getTime()) {
    throw new InvalidOptionError(
      'until',
      `until (${until.toISOString()}) must be later than from (${from.toISOString()}): the span is [from, until).`,
    );
  }
  checkInteger('concurrency', options.concurrency, 1, 64);
  checkInteger('settleMs', options.settleMs, 0);
  checkInteger('rereadMs', options.rereadMs, 0);
  if (options.runId === '')
    throw new InvalidOptionError('runId', 'runId must not be empty; leave it out for a random one.');
  const names = new Set<string>();
  const roots = new Set<string>();
  for (const feed of options.feeds) {
    checkFeed(feed);
    if (names.has(feed.name))
      throw new InvalidOptionError('feeds', `Two feeds are named "${feed.name}"; names must differ.`);
    if (roots.has(feed.root.table)) {
      throw new InvalidOptionError('feeds', `Two feeds write the table "${feed.root.table}"; root tables must differ.`);
    }
    names.add(feed.name);
    roots.add(feed.root.table);
  }
}

function checkFeed(feed: Feed): void {
  const at = (field: string): string => `feeds.${feed.name}.${field}`;
  if (feed.name === '') throw new InvalidOptionError('feeds', 'A feed has no name; it needs one, as "audit".');
  if (feed.kind === 'windowed') {
    if (feed.timestamp.length === 0) {
      throw new InvalidOptionError(
        at('timestamp'),
        `${at('timestamp')} must be a path to the record's time, as ['timestamp'].`,
      );
    }
    checkDate(at('earliest'), feed.earliest);
    checkInteger(at('boundsStepMs'), feed.boundsStepMs, 1);
    checkInteger(at('retentionMs'), feed.retentionMs, 1);
    checkInteger(at('maxPages'), feed.maxPages, 1);
  }
  if (feed.kind === 'delta') {
    if (feed.root.primaryKey === undefined || feed.root.primaryKey.length === 0) {
      throw new InvalidOptionError(
        at('root.primaryKey'),
        `${at('root.primaryKey')} is required: documents that change are known by their key, as [['id']].`,
      );
    }
    checkDate(at('updatedSince'), feed.updatedSince);
    checkInteger(at('overlapMs'), feed.overlapMs, 1);
    checkInteger(at('sweepMs'), feed.sweepMs, 0);
  }
}

function checkDate(option: string, value: Date | undefined): void {
  if (value !== undefined && Number.isNaN(value.getTime())) {
    throw new InvalidOptionError(
      option,
      `${option} is not a valid date; give a Date, as new Date('2026-01-31T00:00:00Z').`,
    );
  }
}

function checkInteger(option: string, value: number | undefined, least: number, most = Number.MAX_SAFE_INTEGER): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least && value <= most)) return;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  throw new InvalidOptionError(option, `${option} is ${value}; it must be a whole number ${range}.`);
}
