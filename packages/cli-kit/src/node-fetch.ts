/** The `fetch` of the programs: fast on large pages, and through the proxy that the environment names. */
import { bulkFetch } from './bulk-fetch.ts';
import type { Io } from './io.ts';

/**
 * `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` are honoured in either letter case. An extra certificate authority comes through
 * Node's own `NODE_EXTRA_CA_CERTS`; nothing turns certificate checks off.
 */
export async function nodeFetch(env: Io['env']): Promise<typeof fetch> {
  const undici = await import('undici');
  const proxied = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'].some((name) => (env[name] ?? '') !== '');
  if (!proxied) return bulkFetch(undici.request, new undici.Agent(), fetch);
  const pick = (name: string): string | undefined => env[name.toLowerCase()] ?? env[name];
  const httpProxy = pick('HTTP_PROXY');
  const httpsProxy = pick('HTTPS_PROXY');
  const noProxy = pick('NO_PROXY');
  const dispatcher = new undici.EnvHttpProxyAgent({
    ...(httpProxy === undefined ? {} : { httpProxy }),
    ...(httpsProxy === undefined ? {} : { httpsProxy }),
    // Loopback never goes through a proxy: the simulators, and a token in clear text.
    noProxy: [noProxy, '127.0.0.1', 'localhost', '::1'].filter((host) => host !== undefined && host !== '').join(','),
  });
  // undici's own fetch, since Node's built-in one speaks an older dispatcher protocol. It does not know Node's Request class,
  // so the parts of one are handed over; the Response behaves alike, only its class is another.
  const proxyFetch = async (input: RequestInfo | URL, init?: RequestInit): Promise<Response> => {
    const request = new Request(input, init);
    const body = request.body === null ? null : await request.arrayBuffer();
    const { method, redirect, signal } = request;
    const headers = [...request.headers] satisfies [string, string][];
    const response = await undici.fetch(request.url, { method, headers, body, redirect, signal, dispatcher });
    return response as unknown as Response;
  };
  return bulkFetch(undici.request, dispatcher, proxyFetch);
}
