/** Memory of batches and files, which a heap that is nearly empty would be long in giving back. */
import type { PartChunks, PartWrite } from './encoding.ts';

/** The buffers of rows, those that hold nothing else. */
export function rowBuffers(writes: readonly PartWrite[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { rows } of writes) {
    for (const { validity, values } of rows.columns) {
      if (validity !== undefined) addOwn(buffers, validity);
      const plain = values.kind === 'dictionary' ? values.dictionary : values;
      if (values.kind === 'dictionary') addOwn(buffers, values.indices);
      addOwn(buffers, plain.kind === 'bytes' ? plain.data : plain.values);
    }
  }
  return [...buffers];
}

/** The buffers of bytes, those that hold nothing else. */
export function chunkBuffers(answers: readonly PartChunks[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { chunks } of answers) for (const chunk of chunks) addOwn(buffers, chunk);
  return [...buffers];
}

function addOwn(buffers: Set<ArrayBuffer>, { buffer, byteLength }: ArrayBufferView): void {
  if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && byteLength > 0) buffers.add(buffer);
}

/** Gives memory back at once. Nothing may look at it any more. */
export function release(buffers: Iterable<ArrayBuffer>): void {
  for (const buffer of buffers) buffer.transfer(0);
}
