/**
 * A `fetch` for large pages: the request goes out below Node's `fetch`, and the body is decompressed in one piece on a thread
 * of its own. Compressed pages come in several times as fast.
 */
import { promisify } from 'node:util';
import * as zlib from 'node:zlib';
import { BufferedResponse } from '@millrace/http';
import type { Dispatcher, request as undiciRequest } from 'undici';

/** What a body may become when it is decompressed. A page beyond that is damaged, or meant to do harm. */
const mostBytes = 1024 * 1024 * 1024;
/** Of an answer that is no success, so much is read. */
const mostErrorBytes = 1024 * 1024;
/** The size field of gzip is believed up to here; what is larger grows piece by piece. */
const mostExpected = 64 * 1024 * 1024;

type Decoder = (body: Buffer, options: zlib.ZlibOptions) => Promise<Buffer>;

const gunzip: Decoder = promisify<zlib.InputType, zlib.ZlibOptions, Buffer>(zlib.gunzip);
const brotli: Decoder = (body, { chunkSize, maxOutputLength }) =>
  promisify<zlib.InputType, zlib.BrotliOptions, Buffer>(zlib.brotliDecompress)(body, { chunkSize, maxOutputLength });

/** Absent before Node 22.15. */
function zstdDecoder(): Decoder | undefined {
  if (!('zstdDecompress' in zlib)) return undefined;
  const decompress = promisify<zlib.InputType, zlib.ZstdOptions, Buffer>(zlib.zstdDecompress);
  return (body, { chunkSize, maxOutputLength }) => decompress(body, { chunkSize, maxOutputLength });
}

/**
 * Makes a `fetch` of undici's request. It takes what `createHttp` sends for a page: a GET with its headers and signal, redirects
 * not followed. Everything else, and an encoding that it did not ask for, is `otherwise`'s.
 * Rejects as `fetch` does: with a `TypeError` whose `cause` says what happened, or with the signal's reason.
 */
export function bulkFetch(
  request: typeof undiciRequest,
  dispatcher: Dispatcher,
  otherwise: typeof fetch,
): typeof fetch {
  const decoders = decodersByName();
  const accepted = [...decoders.keys()].filter((name) => name !== 'x-gzip').join(', ');
  return async (input, init) => {
    if (input instanceof Request || !isPageRequest(init)) return otherwise(input, init);
    const url = input instanceof URL ? input : new URL(input);
    const headers = new Headers(init?.headers);
    if (!headers.has('accept-encoding')) headers.set('accept-encoding', accepted);
    if (!headers.has('accept')) headers.set('accept', '*/*');
    if (!headers.has('user-agent')) headers.set('user-agent', 'node');
    const signal = init?.signal ?? undefined;
    try {
      const answer = await request(url, {
        dispatcher,
        headers: [...headers].flat(),
        ...(signal === undefined ? {} : { signal }),
      });
      const status = answer.statusCode;
      const answered = new Headers();
      for (const [name, value] of Object.entries(answer.headers)) {
        for (const each of [value ?? []].flat()) answered.append(name, each);
      }
      const ok = status >= 200 && status < 300;
      const raw = ok ? Buffer.from(await answer.body.arrayBuffer()) : await beginning(answer.body);
      const decode = raw.length === 0 ? undefined : decoderOf(answered, decoders);
      const bytes = decode === undefined ? raw : await decode(raw, decoderOptions(answered, raw, ok));
      if (decode !== undefined && ok && raw.buffer instanceof ArrayBuffer) raw.buffer.transfer(0);
      return new BufferedResponse(plain(bytes), {
        url: url.href,
        status,
        statusText: answer.statusText,
        headers: answered,
      });
    } catch (error) {
      if (signal?.aborted === true) throw signal.reason;
      throw new TypeError('fetch failed', { cause: error });
    }
  };
}

function isPageRequest(init: RequestInit | undefined): boolean {
  const { method = 'GET', body, redirect } = init ?? {};
  return method === 'GET' && (body === undefined || body === null) && redirect === 'manual';
}

function decodersByName(): Map<string, Decoder> {
  const zstd = zstdDecoder();
  return new Map<string, Decoder>([
    ['gzip', gunzip],
    ['x-gzip', gunzip],
    ['br', brotli],
    ...(zstd === undefined ? [] : [['zstd', zstd] as const]),
  ]);
}

/** @throws TypeError for an encoding that was not asked for */
function decoderOf(headers: Headers, decoders: ReadonlyMap<string, Decoder>): Decoder | undefined {
  const encoding = headers.get('content-encoding')?.trim().toLowerCase() ?? '';
  if (encoding === '' || encoding === 'identity') return undefined;
  const decoder = decoders.get(encoding);
  if (decoder === undefined) throw new TypeError(`the answer is encoded as ${encoding}, which was not asked for`);
  return decoder;
}

function decoderOptions(headers: Headers, body: Buffer, whole: boolean): zlib.ZlibOptions {
  const limit = { maxOutputLength: whole ? mostBytes : mostErrorBytes * 16 };
  if (!whole) return { ...limit, finishFlush: zlib.constants.Z_SYNC_FLUSH };
  if (headers.get('content-encoding')?.includes('gzip') !== true || body.length < 18)
    return { ...limit, chunkSize: 1 << 18 };
  // The last four bytes say how large the content is: with one buffer of that size nothing has to be put together. Where it is filled
  // to the last byte, Node makes a second one to see whether there is more.
  const size = body.readUInt32LE(body.length - 4) + 1;
  return { ...limit, chunkSize: Math.min(Math.max(size, 1024), mostExpected) };
}

async function beginning(body: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= mostErrorBytes) break;
  }
  return Buffer.concat(chunks).subarray(0, mostErrorBytes);
}

/** The same bytes, not as a `Buffer`; without a copy unless they lie in the pool that small buffers share. */
function plain(bytes: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer, byteOffset, byteLength } = bytes;
  return buffer instanceof ArrayBuffer && byteLength * 2 > buffer.byteLength
    ? new Uint8Array(buffer, byteOffset, byteLength)
    : new Uint8Array(bytes);
}
