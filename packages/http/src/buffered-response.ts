/** A response whose body is already here: read inside the attempt, so that a connection cut half-way is tried again. */

/** What this package remembers of the exchange behind a response. */
export interface ExchangeFacts {
  readonly method: string;
  /** As sent, secrets and all: only ever shown through `showUrl`. */
  readonly url: string;
  /** Requests sent for it, retries included. */
  readonly attempts: number;
  /** Values that must not appear in any message: what was sent as a credential. */
  readonly secrets: readonly string[];
  /** When the server says that trying again makes sense, in milliseconds of the clock. */
  readonly retryAt?: number;
}

const facts = new WeakMap<Response, ExchangeFacts>();

/** The facts kept for a response that `createHttp` returned. */
export const exchangeFacts = (response: Response): ExchangeFacts | undefined => facts.get(response);

/** Keeps facts for a response. */
export function keepFacts(response: Response, about: ExchangeFacts): void {
  facts.set(response, about);
}

/**
 * Behaves as the response it was made from. `arrayBuffer()` and `bytes()` give the buffer itself, without a copy:
 * that is what makes large pages cheap.
 */
export class BufferedResponse extends Response {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #url: string;
  #stream: ReadableStream<Uint8Array<ArrayBuffer>> | null | undefined;
  #used = false;

  constructor(
    bytes: Uint8Array<ArrayBuffer>,
    source: { url: string; status: number; statusText: string; headers: Headers },
  ) {
    super(null, { status: source.status, statusText: source.statusText, headers: source.headers });
    this.#bytes = bytes;
    this.#url = source.url;
  }

  override get url(): string {
    return this.#url;
  }

  override get bodyUsed(): boolean {
    return this.#used || (this.#stream?.locked ?? false);
  }

  override get body(): ReadableStream<Uint8Array<ArrayBuffer>> | null {
    if (this.#stream === undefined) this.#stream = this.#bytes.length === 0 ? null : streamOf(this.#bytes);
    return this.#stream;
  }

  override async arrayBuffer(): Promise<ArrayBuffer> {
    const { buffer, byteOffset, byteLength } = this.#take();
    return byteLength === buffer.byteLength ? buffer : buffer.slice(byteOffset, byteOffset + byteLength);
  }

  override async bytes(): Promise<Uint8Array<ArrayBuffer>> {
    return this.#take();
  }

  override async text(): Promise<string> {
    return new TextDecoder().decode(this.#take());
  }

  override async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  override async blob(): Promise<Blob> {
    return new Blob([this.#take()], { type: this.headers.get('content-type') ?? '' });
  }

  override formData(): Promise<FormData> {
    return new Response(this.#take(), { headers: this.headers }).formData();
  }

  override clone(): BufferedResponse {
    if (this.bodyUsed) throw new TypeError('The body of this response has already been read, so it cannot be cloned.');
    const copy = new BufferedResponse(this.#bytes, this);
    const about = facts.get(this);
    if (about !== undefined) facts.set(copy, about);
    return copy;
  }

  #take(): Uint8Array<ArrayBuffer> {
    if (this.bodyUsed)
      throw new TypeError('The body of this response has already been read; clone() it to read it twice.');
    this.#used = true;
    return this.#bytes;
  }
}

/** The bytes as a stream, which copies them when it is read: it detaches what it is given. */
function streamOf(bytes: Uint8Array<ArrayBuffer>): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new ReadableStream({
    type: 'bytes',
    pull: (controller) => {
      controller.enqueue(bytes.slice());
      controller.close();
    },
  });
}

/** Error bodies are read up to here, and the rest is thrown away. */
const MOST_ERROR_BYTES = 1_048_576;

/** Reads the body: whole when the status says success, at most 1 MiB otherwise. */
export async function readBytes(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  // Its own buffer may be larger than the body.
  if (response instanceof BufferedResponse && response.ok) return response.bytes();
  if (response.ok || response.body === null) return new Uint8Array(await response.arrayBuffer());
  const reader = response.body.getReader();
  const chunks: Uint8Array[] = [];
  let length = 0;
  while (length < MOST_ERROR_BYTES) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    length += value.byteLength;
  }
  await reader.cancel();
  const bytes = new Uint8Array(Math.min(length, MOST_ERROR_BYTES));
  let at = 0;
  for (const chunk of chunks) {
    const part = chunk.subarray(0, bytes.length - at);
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
