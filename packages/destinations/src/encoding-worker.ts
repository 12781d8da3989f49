/** The thread of `ThreadEncoding`. */
import { parentPort } from 'node:worker_threads';
import { chunkBuffers } from './buffers.ts';
import { LocalEncoding, type PartChunks } from './encoding.ts';
import type { EncodingAnswer, EncodingCall } from './encoding-thread.ts';
import { hashKernel } from './hash-kernel.ts';
import { unpackWrites } from './packed-writes.ts';

const encoding = new LocalEncoding();
const port = parentPort;

async function encode(call: EncodingCall): Promise<readonly PartChunks[]> {
  if ('finish' in call) return encoding.finish(call.finish);
  const kernel = hashKernel();
  kernel.load(call.write.buffer, call.write.length);
  try {
    return await encoding.write(unpackWrites(call.write));
  } finally {
    kernel.unload();
  }
}

async function take(call: EncodingCall): Promise<void> {
  try {
    const chunks = await encode(call);
    const buffers = 'write' in call ? [call.write.buffer] : [];
    const message: EncodingAnswer = { id: call.id, chunks, ...('write' in call ? { buffer: call.write.buffer } : {}) };
    port?.postMessage(message, [...chunkBuffers(chunks), ...buffers]);
  } catch (error) {
    const message: EncodingAnswer = { id: call.id, error };
    port?.postMessage(message);
  }
}

port?.on('message', (call: EncodingCall) => void take(call));
