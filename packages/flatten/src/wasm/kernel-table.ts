/** One table that the kernel fills. */
import type { PendingRows } from '../pending.ts';
import type { TablePlan } from '../plan.ts';
import type { Kernel } from './instance.ts';

/** Words of a `Table` in `assembly/records.ts`. */
export const ELEMENT = 0;
const ROWS = 1;
const PARENT_ROWS = 4;
const POSITIONS = 5;
const LAST_POSITION = 6;

export class KernelTable implements PendingRows {
  readonly #kernel: Kernel;
  readonly address: number;
  readonly plan: TablePlan;
  /** Whether what is taken are views of the kernel's memory. */
  areViews: boolean | undefined;

  constructor(kernel: Kernel, plan: TablePlan) {
    this.#kernel = kernel;
    this.plan = plan;
    const declared = plan.keys.filter((column) => column.kind === 'value' && column.slot !== 'key');
    this.address = kernel.newTable(declared.length);
  }

  #word(index: number): number {
    return this.#kernel.word(this.address, index);
  }

  get rows(): number {
    return this.#word(ROWS);
  }

  get parentRows(): Uint32Array {
    const at = this.#word(PARENT_ROWS);
    return this.out(new Uint32Array(this.#kernel.memory.buffer, at, this.rows), Uint32Array);
  }

  get positions(): BigInt64Array {
    const at = this.#word(POSITIONS);
    return this.out(new BigInt64Array(this.#kernel.memory.buffer, at, this.rows), BigInt64Array);
  }

  get lastPosition(): number {
    return this.#word(LAST_POSITION);
  }

  /** A view as it is taken. To copy from one is cheaper than to slice the memory, which fills what it gives with zeros first. */
  out<View>(view: View, Copy: new (from: View) => View): View {
    return this.areViews === true ? view : new Copy(view);
  }

  /** Brings the plan's table up to date. A table is part of the plan from its first row on. */
  describe(): void {
    const { plan } = this;
    const { origin } = plan;
    if (origin !== undefined && origin.array === undefined) origin.adoptArray(plan);
    plan.rows = this.rows;
    plan.pending = this;
  }
}
