/** What the parts of the Data Push client share. */
import type { Clock } from '@millrace/http';
import type { Client } from 'openapi-fetch';
import type { paths } from '../generated/data-push.ts';
import type { PollTiming } from '../poller.ts';

/** One pool of one team, as the operations need it. */
export interface PushContext {
  readonly raw: Client<paths>;
  /** For the one call that may have to wait for the next hour. */
  readonly patient: Client<paths>;
  readonly poolId: string;
  readonly clock: Clock;
  readonly timing: PollTiming;
}
