import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { createHttp, isConnectionError } from '@millrace/http';
import { afterEach, describe, expect, test } from 'vitest';
import { nodeFetch } from '../src/node-fetch.ts';

const open: Server[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  open.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const page = JSON.stringify({ content: Array.from({ length: 3000 }, (_, id) => ({ id, name: `Jürgen ${id} 😀` })) });
const manual = { redirect: 'manual' } as const;

describe('a page', () => {
  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['identity', (text: string) => Buffer.from(text)],
  ] as const)('comes as it was sent, encoded as %s', async (encoding, compress) => {
    const url = await serve((_, response) => {
      response.setHeader('content-encoding', encoding);
      response.end(compress(page));
    });
    const fetchPage = await nodeFetch({});
    const response = await fetchPage(`${url}/pages?page=1`, manual);
    expect([response.status, response.ok, response.url]).toEqual([200, true, `${url}/pages?page=1`]);
    expect(await response.text()).toBe(page);
  });

  test('is the same through createHttp, byte for byte, with its headers', async () => {
    let asked: NodeJS.Dict<string | string[]> = {};
    const url = await serve((request, response) => {
      asked = request.headers;
      response.setHeader('content-encoding', 'gzip');
      response.setHeader('x-total-count', '3000');
      response.end(gzipSync(page));
    });
    const http = createHttp({ fetch: await nodeFetch({}), headers: { 'x-own': 'yes' } });
    const response = await http.fetch(url);
    expect(response.headers.get('x-total-count')).toBe('3000');
    expect(Buffer.from(await response.arrayBuffer()).toString()).toBe(page);
    expect(asked).toMatchObject({ 'x-own': 'yes', 'accept-encoding': expect.stringContaining('gzip') as string });
  });

  test('of nothing has no body', async () => {
    const url = await serve((_, response) => void response.writeHead(204).end());
    const response = await (await nodeFetch({}))(url, manual);
    expect([response.status, (await response.arrayBuffer()).byteLength]).toEqual([204, 0]);
  });

  test('whose gzip size field lies comes whole all the same', async () => {
    const body = gzipSync(page);
    const two = Buffer.concat([body, gzipSync('!')]);
    const url = await serve((_, response) => {
      response.setHeader('content-encoding', 'gzip');
      response.end(two);
    });
    const response = await (await nodeFetch({}))(url, manual);
    expect(await response.text()).toBe(`${page}!`);
  });
});

describe('an answer that is no page', () => {
  test('a redirect is not followed', async () => {
    const url = await serve((_, response) => void response.writeHead(302, { location: '/there' }).end());
    const response = await (await nodeFetch({}))(url, manual);
    expect([response.status, response.headers.get('location')]).toEqual([302, '/there']);
  });

  test('of an error at most its beginning is read', async () => {
    const url = await serve((_, response) => {
      response.writeHead(500, { 'content-encoding': 'gzip' });
      response.end(gzipSync('x'.repeat(50_000)));
    });
    const response = await (await nodeFetch({}))(url, manual);
    expect([response.status, await response.text()]).toEqual([500, 'x'.repeat(50_000)]);
    const endless = await serve((_, answer) => {
      answer.writeHead(400);
      const more = (): void => {
        while (!answer.destroyed && answer.write('y'.repeat(100_000)));
        if (!answer.destroyed) answer.once('drain', more);
      };
      more();
    });
    const long = await (await nodeFetch({}))(endless, manual);
    expect((await long.text()).length).toBe(1024 * 1024);
  });

  test.each([
    ['damaged', 'gzip', Buffer.from('no gzip at all')],
    ['cut short', 'gzip', gzipSync(page).subarray(0, 2000)],
    ['in an encoding that was not asked for', 'deflate', deflateSync(page)],
  ])('one that is %s is a failed fetch', async (_name, encoding, body) => {
    const url = await serve((_request, response) => {
      response.setHeader('content-encoding', encoding);
      response.end(body);
    });
    const http = createHttp({ fetch: await nodeFetch({}), retry: false });
    await expect(http.fetch(url)).rejects.toSatisfy(isConnectionError);
  });

  test('a connection that nobody takes is told like any other', async () => {
    const url = await serve((_, response) => void response.end());
    const [server] = open.splice(0);
    await new Promise((done) => server?.close(done));
    const error: unknown = await createHttp({ fetch: await nodeFetch({}), retry: false })
      .fetch(url)
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ name: 'ConnectionError', code: 'ECONNREFUSED' });
  });

  test('an abort ends it with its reason, also in the body', async () => {
    const url = await serve((_, response) => void response.write('{'));
    const controller = new AbortController();
    const pending = (await nodeFetch({}))(url, { ...manual, signal: controller.signal });
    const reason = new Error('enough');
    setImmediate(() => controller.abort(reason));
    await expect(pending).rejects.toBe(reason);
  });
});

test('what is not a plain GET goes the ordinary way', async () => {
  const url = await serve((request, response) => {
    if (request.url === '/there') response.end('arrived');
    else if (request.method === 'POST') request.pipe(response);
    else response.writeHead(302, { location: '/there' }).end();
  });
  const fetchAny = await nodeFetch({});
  expect(await (await fetchAny(url, { method: 'POST', body: 'sent', redirect: 'manual' })).text()).toBe('sent');
  expect(await (await fetchAny(url)).text()).toBe('arrived');
  expect(await (await fetchAny(new Request(url))).text()).toBe('arrived');
});
