/** Snappy compression, the block format that Parquet uses. */
import { type Span, withWorkspace, type Workspace } from './workspace.ts';

/** Compresses bytes; every Snappy reader takes the result. */
export function compressSnappy(input: Uint8Array): Uint8Array {
  return withWorkspace((work) => work.read(writeSnappy(work, work.put(input))).slice());
}

/** Compresses bytes of the workspace. */
export function writeSnappy(work: Workspace, { from, to }: Span): Span {
  const length = to - from;
  const target = work.room(length + length / 6 + 64);
  return { from: target, to: work.kernel.writeSnappy(target, from, length) >>> 0 };
}
