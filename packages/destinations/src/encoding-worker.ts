/** The thread of `ThreadEncoding`. */
import { parentPort } from 'node:worker_threads';
import { LocalEncoding, type PartChunks } from './encoding.ts';
import type { EncodingAnswer, EncodingCall } from './encoding-thread.ts';

const encoding = new LocalEncoding();
const port = parentPort;

function answer(call: EncodingCall): Promise<readonly PartChunks[]> {
  return 'write' in call ? encoding.write(call.write) : encoding.finish(call.finish);
}

async function take(call: EncodingCall): Promise<void> {
  try {
    const chunks = await answer(call);
    const message: EncodingAnswer = { id: call.id, chunks };
    port?.postMessage(message, buffersOf(chunks));
  } catch (error) {
    const message: EncodingAnswer = { id: call.id, error };
    port?.postMessage(message);
  }
}

port?.on('message', (call: EncodingCall) => void take(call));

function buffersOf(answers: readonly PartChunks[]): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const { chunks } of answers) {
    for (const { buffer, byteLength } of chunks) {
      if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffers.add(buffer);
    }
  }
  return [...buffers];
}
