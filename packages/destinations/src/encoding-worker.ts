/** The thread of `ThreadEncoding`. */
import { parentPort } from 'node:worker_threads';
import { chunkBuffers, release, rowBuffers } from './buffers.ts';
import { LocalEncoding, type PartChunks } from './encoding.ts';
import type { EncodingAnswer, EncodingCall } from './encoding-thread.ts';

const encoding = new LocalEncoding();
const port = parentPort;

async function answer(call: EncodingCall): Promise<readonly PartChunks[]> {
  if ('finish' in call) return encoding.finish(call.finish);
  const chunks = await encoding.write(call.write);
  release(rowBuffers(call.write));
  return chunks;
}

async function take(call: EncodingCall): Promise<void> {
  try {
    const chunks = await answer(call);
    const message: EncodingAnswer = { id: call.id, chunks };
    port?.postMessage(message, chunkBuffers(chunks));
  } catch (error) {
    const message: EncodingAnswer = { id: call.id, error };
    port?.postMessage(message);
  }
}

port?.on('message', (call: EncodingCall) => void take(call));
