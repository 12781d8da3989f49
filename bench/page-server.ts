/**
 * A server of pages that costs next to nothing itself, for measuring what reads them. Started as a process of its own; prints
 * its base URL and serves until it is killed.
 *
 *     node page-server.ts '{"kind":"contexts","pages":100,"size":1000,"events":10}'
 *     node page-server.ts '{"kind":"audit","records":10000000}'
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { generateCelonisTeam, generateOeTenant, toJsonText } from '@millrace/simulator';

/** What is served. */
export type PageServerOptions =
  /** OE: accounts, definitions and event types of a generated tenant, and process contexts in pages that are ready and compressed. */
  | { readonly kind: 'contexts'; readonly pages: number; readonly size: number; readonly events: number }
  /** The audit log of a Celonis team, evenly spread over two years, made as it is asked for. */
  | { readonly kind: 'audit'; readonly records: number };

type Answer = { readonly headers?: Record<string, string>; readonly body: Buffer };
type Handler = (url: URL) => Answer | undefined;

const second = 1000;
const auditStart = Date.UTC(2024, 5, 1);
const auditEnd = Date.UTC(2026, 4, 31);

function contextsHandler(pages: number, size: number, events: number): Handler {
  const tenant = generateOeTenant({ processContexts: 2000 });
  const json = (value: unknown): Buffer => Buffer.from(toJsonText(value));
  const lists = new Map<string, readonly object[]>([
    ['/oe/accounts', tenant.accounts],
    ['/oe/digital-processes', tenant.digitalProcesses],
    ['/oe/event-types', tenant.eventTypes],
  ]);
  const bodies = Array.from({ length: pages }, (_, page) =>
    gzipSync(contextsPage(tenant.processContexts, page, size, events), { level: 1 }),
  );
  return (url) => {
    const page = Number(url.searchParams.get('pageNumber') ?? 1) - 1;
    const list = lists.get(url.pathname);
    if (list !== undefined)
      return { headers: { 'x-total-count': String(list.length) }, body: json(page === 0 ? list : []) };
    if (url.pathname !== '/oe/process-contexts') return undefined;
    // Nothing has changed since the first load began.
    if (url.searchParams.has('updatedSince')) return { headers: { 'x-total-count': '0' }, body: Buffer.from('[]') };
    const body = bodies[page];
    const headers = { 'x-total-count': String(pages * size) };
    return body === undefined
      ? { headers, body: Buffer.from('[]') }
      : { headers: { ...headers, 'content-encoding': 'gzip' }, body };
  };
}

/** Contexts of the tenant over and over, with IDs of their own and so many events each. */
function contextsPage(
  contexts: ReturnType<typeof generateOeTenant>['processContexts'],
  page: number,
  size: number,
  events: number,
): string {
  const documents = Array.from({ length: size }, (_, index) => {
    const number = page * size + index;
    const context = contexts[number % contexts.length];
    if (context === undefined) throw new Error('The tenant has no contexts.');
    const serial = number.toString(36).padStart(6, '0').toUpperCase();
    const unique = (text: string): string => `${text.slice(0, -6)}${serial}`;
    const list = Array.from({ length: events }, (_each, at) => {
      const event = context.events[at % Math.max(context.events.length, 1)];
      return {
        ...event,
        id: `${unique(event?.id ?? '').slice(0, -2)}${at.toString(36).padStart(2, '0').toUpperCase()}`,
      };
    });
    return toJsonText({
      ...context,
      context: { ...context.context, processid: unique(context.context.processid) },
      events: list,
    });
  });
  return `[${documents.join(',')}]`;
}

function auditHandler(records: number): Handler {
  const step = Math.floor((auditEnd - auditStart) / records);
  const placeholder = '2000-01-01T00:00:00.000Z';
  const templates = generateCelonisTeam({ auditEvents: 500, loginEvents: 0, adoptionEvents: 0 }).auditEvents.map(
    (event) => {
      const text = Buffer.from(`${JSON.stringify({ ...event, timestamp: placeholder })},`);
      return { text, at: text.indexOf(placeholder) };
    },
  );
  const indexOf = (time: number): number => Math.min(records, Math.max(0, Math.ceil((time - auditStart) / step)));
  return (url) => {
    if (url.pathname !== '/log/api/external/audit') return undefined;
    const bound = (name: string, otherwise: number): number => {
      const text = url.searchParams.get(name);
      return text === null ? otherwise : Date.parse(text);
    };
    const low = indexOf(bound('from', auditStart));
    const high = Math.max(low, indexOf(bound('to', auditEnd + second)));
    const size = Number(url.searchParams.get('pageSize') ?? 200);
    const from = Math.min(high, low + Number(url.searchParams.get('pageNumber') ?? 0) * size);
    const to = Math.min(high, from + size);
    const parts: Buffer[] = [Buffer.from('{"content":[')];
    for (let index = from; index < to; index += 1) {
      const template = templates[index % templates.length];
      if (template === undefined) continue;
      const record = Buffer.from(template.text);
      record.write(new Date(auditStart + index * step).toISOString(), template.at, 'latin1');
      parts.push(index === to - 1 ? record.subarray(0, -1) : record);
    }
    parts.push(Buffer.from(`],"pageNumber":0,"pageSize":${size},"totalCount":${high - low}}`));
    return { body: Buffer.concat(parts) };
  };
}

function answer(handle: Handler, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://localhost');
  if (url.pathname === '/oauth/token') {
    response.setHeader('content-type', 'application/json');
    response.end('{"access_token":"bench","token_type":"Bearer","expires_in":14399,"scope":""}');
    return;
  }
  const found = handle(url);
  if (found === undefined) {
    response.writeHead(404).end();
    return;
  }
  response.sendDate = false;
  const headers = {
    date: new Date(auditEnd + 86_400_000).toUTCString(),
    'content-type': 'application/json',
    'content-length': found.body.length,
  };
  response.writeHead(200, { ...headers, ...found.headers });
  response.end(found.body);
}

const options = JSON.parse(process.argv[2] ?? '{}') as PageServerOptions;
const handler =
  options.kind === 'contexts'
    ? contextsHandler(options.pages, options.size, options.events)
    : auditHandler(options.records);
const server = createServer((request, response) => {
  request.resume();
  answer(handler, request, response);
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` })}\n`);
});
