/** The body of a request: read once, understood as the operation's description says. */
import type { IncomingMessage } from 'node:http';

/** More than this is read and dropped: the largest chunk that Data Push takes, and the form around it. */
const bodyLimit = 1024 * 1024 * 1024 + 65_536;

/** A body as it came. */
export interface RawBody {
  readonly bytes: Buffer<ArrayBuffer>;
  /** As sent, with its parameters. */
  readonly contentType: string | undefined;
  /** It was longer than the simulator keeps; `bytes` is then empty. */
  readonly tooLarge: boolean;
}

/** A body as an operation takes it. */
export type RequestBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'form'; readonly fields: Readonly<Record<string, string>> }
  | { readonly kind: 'json'; readonly value: unknown }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'files'; readonly files: Readonly<Record<string, Uint8Array<ArrayBuffer>>> }
  /** Nothing that the operation takes. */
  | { readonly kind: 'wrong'; readonly reason: string };

/** Reads a body to its end. */
export async function readRawBody(request: IncomingMessage): Promise<RawBody> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size <= bodyLimit) chunks.push(chunk);
    else chunks.length = 0;
  }
  return { bytes: Buffer.concat(chunks), contentType: request.headers['content-type'], tooLarge: size > bodyLimit };
}

/** The body in one of the media types that an operation takes; none of them for an operation without a body. */
export async function readBody(raw: RawBody, types: readonly string[]): Promise<RequestBody> {
  if (types.length === 0) return { kind: 'none' };
  if (raw.tooLarge) return { kind: 'wrong', reason: 'the body is too large' };
  // A client of the vendor's own sends SQL without any type.
  if (types.includes('text/plain')) return { kind: 'text', text: raw.bytes.toString('utf8') };
  const type = raw.contentType?.split(';')[0]?.trim().toLowerCase();
  const wanted = types.find((each) => each === type);
  if (wanted === undefined) return { kind: 'wrong', reason: `the body must be ${types.join(' or ')}` };
  if (wanted === 'application/x-www-form-urlencoded') {
    return { kind: 'form', fields: Object.fromEntries(new URLSearchParams(raw.bytes.toString('utf8'))) };
  }
  return wanted === 'application/json' ? readJson(raw.bytes) : readFiles(raw);
}

function readJson(bytes: Buffer): RequestBody {
  try {
    return { kind: 'json', value: JSON.parse(bytes.toString('utf8')) };
  } catch (error) {
    return { kind: 'wrong', reason: `the body is no JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}

async function readFiles({ bytes, contentType = '' }: RawBody): Promise<RequestBody> {
  try {
    const form = await new Response(bytes, { headers: { 'content-type': contentType } }).formData();
    const files: Record<string, Uint8Array<ArrayBuffer>> = {};
    for (const [name, value] of form) {
      if (typeof value !== 'string') files[name] = new Uint8Array(await value.arrayBuffer());
    }
    return { kind: 'files', files };
  } catch {
    return { kind: 'wrong', reason: 'the body is no multipart form' };
  }
}
