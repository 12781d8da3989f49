import { describe, expect, test } from 'vitest';
import { appKey, createHttp, isConnectionError, isUnexpectedResponseError } from '../src/index.ts';
import { serve } from './support/server.ts';

const quick = { baseDelay: 0 };

describe('connections', () => {
  test('a body that is cut half-way is fetched again', async () => {
    await using server = await serve((_, response, count) => {
      response.setHeader('content-length', '10');
      response.write('01234');
      if (count < 3) setImmediate(() => response.destroy());
      else response.end('56789');
    });
    const { fetch } = createHttp({ retry: quick });
    expect(await (await fetch(server.url)).text()).toBe('0123456789');
    expect(server.requests).toHaveLength(3);
  });

  test('and is a ConnectionError when it is cut every time', async () => {
    await using server = await serve((_, response) => {
      response.write('01234');
      setImmediate(() => response.destroy());
    });
    const { fetch } = createHttp({ retry: { ...quick, maxRetries: 1 } });
    const error: unknown = await fetch(server.url).catch((reason: unknown) => reason);
    expect(error).toSatisfy(isConnectionError);
    expect(String(error)).toContain('after 2 attempts');
    expect(server.requests).toHaveLength(2);
  });

  test('a port where nothing listens is said to be that', async () => {
    const server = await serve(() => undefined);
    await server[Symbol.asyncDispose]();
    const { fetch } = createHttp({ retry: false });
    await expect(fetch(server.url)).rejects.toMatchObject({
      name: 'ConnectionError',
      code: 'ECONNREFUSED',
      message: expect.stringContaining('Nothing listens'),
    });
  });

  test('abort ends a request whose body is still coming, and closes its connection', async () => {
    let closed: Promise<unknown> = Promise.resolve();
    const controller = new AbortController();
    await using server = await serve((request, response) => {
      closed = new Promise((resolve) => {
        request.socket.once('close', resolve);
      });
      response.write('first part');
      setImmediate(() => controller.abort(new Error('enough')));
    });
    await expect(createHttp().fetch(server.url, { signal: controller.signal })).rejects.toThrow('enough');
    await closed;
    expect(server.requests).toHaveLength(1);
  });

  test('stream: true gives the response at its head', async () => {
    await using server = await serve((_, response) => {
      response.write('first');
      setImmediate(() => response.end(' second'));
    });
    const response = await createHttp().fetch(server.url, { stream: true });
    expect(response.body).not.toBeNull();
    expect(await response.text()).toBe('first second');
  });
});

describe('redirects', () => {
  test('within the origin are followed, with credentials', async () => {
    await using server = await serve((request, response) => {
      if (request.url === '/old') response.writeHead(307, { location: '/new?a=1' }).end();
      else response.end(request.url);
    });
    const { fetch } = createHttp({ credentials: appKey('k') });
    expect(await (await fetch(`${server.url}/old`)).text()).toBe('/new?a=1');
    expect(server.requests.map(({ authorization }) => authorization)).toEqual(['AppKey k', 'AppKey k']);
  });

  test('to another origin are refused, and nothing is sent there', async () => {
    await using other = await serve((_, response) => response.end('gotcha'));
    await using server = await serve((_, response) =>
      response.writeHead(302, { location: `${other.url}/login` }).end(),
    );
    const { fetch } = createHttp({ credentials: appKey('k') });
    const error: unknown = await fetch(server.url).catch((reason: unknown) => reason);
    expect(error).toSatisfy(isUnexpectedResponseError);
    expect(String(error)).toContain('another origin');
    expect(other.requests).toHaveLength(0);
  });

  test('that keep the method send the body again; a 303 becomes a GET', async () => {
    await using server = await serve((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        if (request.url === '/308') response.writeHead(308, { location: '/end' }).end();
        else if (request.url === '/303') response.writeHead(303, { location: '/end' }).end();
        else response.end(`${request.method} ${Buffer.concat(chunks).toString()}`);
      });
    });
    const { fetch } = createHttp();
    expect(await (await fetch(`${server.url}/308`, { method: 'POST', body: 'b' })).text()).toBe('POST b');
    expect(await (await fetch(`${server.url}/303`, { method: 'POST', body: 'b' })).text()).toBe('GET ');
  });

  test('in a circle end in an error', async () => {
    await using server = await serve((_, response) => response.writeHead(302, { location: '/again' }).end());
    await expect(createHttp().fetch(server.url)).rejects.toThrow('more than 5 times');
  });
});

describe('the response', () => {
  test('is what fetch would give', async () => {
    await using server = await serve((_, response) => {
      response.writeHead(201, 'Made', { 'content-type': 'application/json', 'x-thing': '1' }).end('{"a":"ä"}');
    });
    const { fetch } = createHttp();
    const response = await fetch(`${server.url}/x?y=1`);
    const copy = response.clone();
    expect([response.status, response.statusText, response.ok, response.url]).toEqual([
      201,
      'Made',
      true,
      `${server.url}/x?y=1`,
    ]);
    expect(response.headers.get('x-thing')).toBe('1');
    expect(response).toBeInstanceOf(Response);
    expect(await response.json()).toEqual({ a: 'ä' });
    expect(response.bodyUsed).toBe(true);
    await expect(response.text()).rejects.toThrow(TypeError);
    expect(await new Response(copy.body).text()).toBe('{"a":"ä"}');
    expect((await (await fetch(server.url)).blob()).type).toContain('application/json');
    expect((await (await fetch(server.url)).bytes()).length).toBe(10);
    expect((await (await fetch(server.url)).arrayBuffer()).byteLength).toBe(10);
  });

  test('of 204 and of HEAD has no body', async () => {
    await using server = await serve((_, response) => response.writeHead(204).end());
    const { fetch } = createHttp();
    const response = await fetch(server.url);
    expect([response.status, response.body, await response.text()]).toEqual([204, null, '']);
    expect(await (await fetch(server.url, { method: 'HEAD' })).text()).toBe('');
  });

  test('compressed bodies come decompressed', async () => {
    const { gzipSync } = await import('node:zlib');
    await using server = await serve((_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('plain text'));
    });
    expect(await (await createHttp().fetch(server.url)).text()).toBe('plain text');
  });
});
