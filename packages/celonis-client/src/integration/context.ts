/** What the parts of the Data Integration client share. */
import type { Clock } from '@millrace/http';
import type { Client } from 'openapi-fetch';
import type { paths } from '../generated/integration.ts';
import type { PollTiming } from '../poller.ts';

/** One pool of one team, as the operations need it. */
export interface PoolContext {
  readonly raw: Client<paths>;
  readonly poolId: string;
  readonly clock: Clock;
  readonly timing: PollTiming;
}
