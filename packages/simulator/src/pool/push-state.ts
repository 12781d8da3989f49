/** Push jobs of a team, and the limits on their execution. */
import type { VirtualClock } from '../clock.ts';
import type { JsonObject } from './json.ts';
import type { DataPoolOptions } from './team.ts';

/** A chunk as it was uploaded. */
export interface Chunk {
  readonly id: string;
  readonly type: 'UPSERT' | 'DELETE';
  readonly checksum: string;
  readonly creationDate: number;
  readonly bytes: Uint8Array;
}

/** A push job with its chunks. */
export interface PushJobState {
  job: JsonObject;
  readonly chunks: Chunk[];
  /** Status once the work is done; shown after so many more looks. */
  outcome?: 'DONE' | 'ERROR';
  looks: number;
}

const HOUR = 3_600_000;

/** 10 executions in a second, 250 in a full UTC hour, for the whole team: https://docs.celonis.com/en/data-push-api.html */
export class ExecutionLimits {
  readonly #clock: VirtualClock;
  readonly #perSecond: number;
  readonly #perHour: number;
  #lately: number[] = [];
  #hour = -1;
  #inHour = 0;

  constructor(clock: VirtualClock, limits: DataPoolOptions['push'] = {}) {
    this.#clock = clock;
    this.#perSecond = limits.perSecond ?? 10;
    this.#perHour = limits.perHour ?? 250;
  }

  /** Takes one execution; gives the limit that is exceeded, in words, when there is none left. */
  take(): string | undefined {
    const now = performance.now();
    const hour = Math.floor(this.#clock.milliseconds() / HOUR);
    if (hour !== this.#hour) {
      this.#hour = hour;
      this.#inHour = 0;
    }
    this.#lately = this.#lately.filter((at) => now - at < 1000);
    if (this.#inHour >= this.#perHour) return `${this.#perHour} executions an hour`;
    if (this.#lately.length >= this.#perSecond) return `${this.#perSecond} executions a second`;
    this.#lately.push(now);
    this.#inHour += 1;
    return undefined;
  }
}
