import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { nodeFetch } from '../src/node-fetch.ts';

const open: Server[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    await new Promise((done) => server.close(done));
  }
});

async function listen(server: Server): Promise<string> {
  open.push(server);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A proxy that sends every tunnel and every request to one origin, and says which hosts were asked for. */
async function startProxy(origin: string): Promise<{ url: string; asked: string[] }> {
  const asked: string[] = [];
  const target = new URL(origin);
  const server = createServer((request, response) => {
    asked.push(new URL(request.url ?? '').host);
    response.end('through the proxy');
  });
  server.on('connect', (request, socket) => {
    asked.push(request.url ?? '');
    const upstream = connect(Number(target.port), target.hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    upstream.on('error', () => socket.destroy());
  });
  return { url: await listen(server), asked };
}

test('requests go through the proxy that the environment names', async () => {
  const origin = await listen(createServer((_, response) => void response.end('direct')));
  const proxy = await startProxy(origin);
  const fetchThrough = await nodeFetch({ HTTP_PROXY: proxy.url });
  const response = await fetchThrough('http://celonis.test/log');
  expect(await response.text()).toMatch(/direct|through the proxy/);
  expect(proxy.asked.join()).toContain('celonis.test');
});

test('loopback never goes through the proxy', async () => {
  const origin = await listen(createServer((_, response) => void response.end('direct')));
  const proxy = await startProxy(origin);
  const fetchThrough = await nodeFetch({ HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url });
  expect(await (await fetchThrough(origin)).text()).toBe('direct');
  expect(proxy.asked).toEqual([]);
});

test('a Request object goes through the proxy as well', async () => {
  const origin = await listen(createServer((_, response) => void response.end('direct')));
  const proxy = await startProxy(origin);
  const fetchThrough = await nodeFetch({ http_proxy: proxy.url });
  await (
    await fetchThrough(new Request('http://celonis.test/log', { headers: { accept: 'application/json' } }))
  ).text();
  expect(proxy.asked.join()).toContain('celonis.test');
});

test('a page goes through the proxy as well', async () => {
  const origin = await listen(createServer((_, response) => void response.end('direct')));
  const proxy = await startProxy(origin);
  const fetchThrough = await nodeFetch({ HTTP_PROXY: proxy.url });
  await (await fetchThrough('http://celonis.test/log', { redirect: 'manual' })).text();
  expect(proxy.asked.join()).toContain('celonis.test');
  const local = await fetchThrough(origin, { redirect: 'manual' });
  expect([await local.text(), proxy.asked.length]).toEqual(['direct', 1]);
});
