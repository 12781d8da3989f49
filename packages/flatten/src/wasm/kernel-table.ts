/** One table that the kernel fills. */
import type { PendingRows } from '../pending.ts';
import type { TablePlan } from '../plan.ts';
import { type Kernel, offsetOf } from './instance.ts';

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

  get rows(): number {
    return this.#kernel.rowsOf(this.address);
  }

  get parentRows(): Uint32Array {
    const at = offsetOf(this.#kernel.parentRowsOf(this.address));
    return this.out(new Uint32Array(this.#kernel.memory.buffer, at, this.rows), Uint32Array);
  }

  get positions(): BigInt64Array {
    const at = offsetOf(this.#kernel.positionsOf(this.address));
    return this.out(new BigInt64Array(this.#kernel.memory.buffer, at, this.rows), BigInt64Array);
  }

  get lastPosition(): number {
    return this.#kernel.lastPositionOf(this.address);
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
