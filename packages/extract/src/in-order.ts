/** What came of a piece of work: a result, or smaller pieces that take its place. */
export type Outcome<Item, Result> =
  | { readonly kind: 'done'; readonly result: Result }
  | { readonly kind: 'split'; readonly into: readonly Item[] };

interface Slot<Item, Result> {
  readonly item: Item;
  work?: Promise<Outcome<Item, Result>>;
}

/**
 * Does pieces of work side by side and hands over their results one after the other, in the order of the pieces.
 * At most `concurrency` pieces are under way or wait, beside the one that is being handed over, so that memory stays bounded.
 */
export async function inOrder<Item, Result>(
  items: readonly Item[],
  options: {
    readonly concurrency: number;
    readonly work: (item: Item) => Promise<Outcome<Item, Result>>;
    readonly handOver: (result: Result) => Promise<void>;
    /** Called once when anything fails; pieces under way are awaited after it. */
    readonly stop: (error: unknown) => void;
  },
): Promise<void> {
  const slots: Slot<Item, Result>[] = items.map((item) => ({ item }));
  const start = (slot: Slot<Item, Result>): Promise<Outcome<Item, Result>> => {
    if (slot.work === undefined) {
      slot.work = options.work(slot.item);
      // A failure is seen when the piece's turn comes; until then it is not an unhandled one.
      slot.work.catch(() => undefined);
    }
    return slot.work;
  };
  const startMore = (): void => {
    let busy = slots.filter((slot) => slot.work !== undefined).length;
    for (const slot of slots) {
      if (busy >= options.concurrency) break;
      if (slot.work !== undefined) continue;
      void start(slot);
      busy += 1;
    }
  };
  try {
    startMore();
    for (let head = slots[0]; head !== undefined; head = slots[0]) {
      const outcome = await start(head);
      slots.shift();
      if (outcome.kind === 'split') slots.unshift(...outcome.into.map((item) => ({ item })));
      // Before the result is handed over: that takes its time, in which further work is under way.
      startMore();
      if (outcome.kind === 'done') await options.handOver(outcome.result);
    }
  } catch (error) {
    options.stop(error);
    await Promise.allSettled(slots.flatMap((slot) => slot.work ?? []));
    throw error;
  }
}
