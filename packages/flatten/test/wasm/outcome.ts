/** The same pages through both engines. */
import {
  type Batch,
  createFlattener,
  type Engine,
  FlattenError,
  type Page,
  type Path,
  type RootSpec,
  type TableSchema,
} from '@millrace/flatten';
import { contracts } from '@millrace/flatten/contracts';
import { ByteEngine } from '../../src/wasm/byte-engine.ts';
import { copied } from './copied.ts';

/** All that a caller can see of a run. */
interface Outcome {
  /** Documents of each page, or why it was refused. */
  readonly pages: readonly unknown[];
  readonly batches: readonly Batch[];
  readonly schema: readonly TableSchema[];
}

interface Run {
  readonly spec: RootSpec;
  readonly pages: readonly Page[];
  readonly at?: Path;
  /** A batch is taken after so many pages. */
  readonly pagesPerBatch?: number;
}

export function outcome(engine: Engine, { spec, pages, at = [], pagesPerBatch = 2 }: Run): Outcome {
  const flattener = createFlattener(spec, { engine, contracts });
  const results: unknown[] = [];
  const batches: Batch[] = [];
  // Every second batch is taken as views.
  const take = (): void => void batches.push(copied(flattener.take({ views: batches.length % 2 === 1 })));
  for (const [index, page] of pages.entries()) {
    try {
      results.push(flattener.push(page, { at }));
    } catch (error) {
      if (!(error instanceof FlattenError)) throw error;
      results.push({ ...Object.fromEntries(Object.entries(error)), name: error.name, message: error.message });
    }
    results.push(flattener.pendingDocuments);
    if (index % pagesPerBatch === pagesPerBatch - 1) take();
  }
  take();
  return { pages: results, batches, schema: flattener.schema };
}

/** Runs something and counts the pages that the kernel took and refused meanwhile. */
export function countingPages<T>(run: () => T): {
  readonly result: T;
  readonly taken: number;
  readonly refused: number;
} {
  // oxlint-disable-next-line typescript/unbound-method -- it is called with its `this` below
  const { push } = ByteEngine.prototype;
  let taken = 0;
  let refused = 0;
  ByteEngine.prototype.push = function counted(this: ByteEngine, page: Page, at: Path): number | undefined {
    const count = push.call(this, page, at);
    if (count === undefined) refused++;
    else taken++;
    return count;
  };
  try {
    const result = run();
    return { result, taken, refused };
  } finally {
    ByteEngine.prototype.push = push;
  }
}
