/** The bounds that the event logs are asked with. */
import { isoInstant, OptionError } from '@millrace/http';

/** Which events. Instants as `Date`, as ISO 8601 with `Z` or an offset, or as a date (its midnight UTC). */
export interface TimeRange {
  /** Events at or after this instant. Default: as far back as the team retains them. */
  readonly from?: Date | string;
  /** Events before this instant. Whether the server counts an event at exactly this instant is not documented. Default: now. */
  readonly to?: Date | string;
}

/** The bounds as query parameters. */
export function timeRange({ from, to }: TimeRange): { from?: string; to?: string } {
  const first = from === undefined ? undefined : isoInstant(from, 'from');
  const last = to === undefined ? undefined : isoInstant(to, 'to');
  if (first !== undefined && last !== undefined && last < first) {
    throw new OptionError('to', `to must not be before from, but ${last} is before ${first}.`);
  }
  return { ...(first === undefined ? {} : { from: first }), ...(last === undefined ? {} : { to: last }) };
}
