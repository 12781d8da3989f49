import { onTestFinished } from 'vitest';
import {
  type CelonisSimulator,
  type CelonisSimulatorOptions,
  type OeSimulator,
  type OeSimulatorOptions,
  startCelonisSimulator,
  startOeSimulator,
  toJsonText,
} from '../src/index.ts';

export const paths = {
  audit: '/log/api/external/audit',
  auditV2: '/log/api/external/v2/audit',
  logins: '/api/external/authentication-events',
  members: '/api/external/members',
  adoption: '/platform-adoption/api/external/adoption-tracking-events/STUDIO_ASSET',
  adoptionV2: '/platform-adoption/api/external/v2/adoption-tracking-events/STUDIO_ASSET',
} as const;

const smallTeam = { auditEvents: 450, loginEvents: 120, members: 20, adoptionEvents: 90 } as const;
const smallTenant = { accounts: 2, digitalProcesses: 4, eventTypes: 10, processContexts: 120 } as const;

/** A small team that is stopped when the test ends. */
export async function celonis(options: CelonisSimulatorOptions = {}): Promise<CelonisSimulator> {
  const simulator = await startCelonisSimulator({ sizes: smallTeam, ...options });
  onTestFinished(() => simulator.close());
  return simulator;
}

/** A small OE tenant that is stopped when the test ends. */
export async function oe(options: OeSimulatorOptions = {}): Promise<OeSimulator> {
  const simulator = await startOeSimulator({ sizes: smallTenant, ...options });
  onTestFinished(() => simulator.close());
  return simulator;
}

export interface Page {
  readonly content: readonly Record<string, unknown>[];
  readonly pageNumber?: number;
  readonly pageSize?: number;
  readonly totalCount?: number;
  readonly nextPageToken?: string | null;
}

export function appKey({ credentials }: CelonisSimulator): Record<string, string> {
  return { authorization: `AppKey ${credentials.appKey}` };
}

export async function get(
  simulator: CelonisSimulator,
  path: string,
  headers: Record<string, string> = appKey(simulator),
): Promise<Response> {
  return fetch(`${simulator.url}${path}`, { headers });
}

export async function page(simulator: CelonisSimulator, path: string): Promise<Page> {
  const response = await get(simulator, path);
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as Page;
}

/** All rows of a page-number feed, page by page until a short one. */
export async function numbered(
  simulator: CelonisSimulator,
  path: string,
  pageSize: number,
  query = '',
): Promise<Page['content']> {
  const rows: Record<string, unknown>[] = [];
  for (let at = 0; ; at += 1) {
    const { content } = await page(simulator, `${path}?pageNumber=${at}&pageSize=${pageSize}${query}`);
    rows.push(...content);
    if (content.length < pageSize) return rows;
  }
}

/** All rows of a cursor feed, with the number of pages. */
export async function cursored(
  simulator: CelonisSimulator,
  path: string,
  limit: number,
  query = '',
): Promise<{ rows: Page['content']; pages: number }> {
  const rows: Record<string, unknown>[] = [];
  let token = '';
  for (let pages = 1; ; pages += 1) {
    const { content, nextPageToken } = await page(simulator, `${path}?limit=${limit}${token}${query}`);
    rows.push(...content);
    if (!nextPageToken) return { rows, pages };
    token = `&pageToken=${nextPageToken}`;
  }
}

export async function requestToken(
  url: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(url, { method: 'POST', headers, body: new URLSearchParams(fields) });
}

/** A token of the good client, or of another. */
export async function celonisToken(simulator: CelonisSimulator, scope?: string): Promise<string> {
  const { clientId, clientSecret } = simulator.credentials;
  const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  const response = await requestToken(
    `${simulator.url}/oauth2/token`,
    scope === undefined ? fields : { ...fields, scope },
  );
  return ((await response.json()) as { access_token: string }).access_token;
}

export async function oeHeaders(simulator: OeSimulator): Promise<Record<string, string>> {
  const { clientId, clientSecret } = simulator.credentials;
  const fields = { grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret };
  const response = await requestToken(`${simulator.url}/oauth/token`, fields);
  const { access_token: token } = (await response.json()) as { access_token: string };
  return { authorization: `Bearer ${token}` };
}

/** A body as the data has it: an integer beyond 2^53 is a `bigint`. */
export function parseExactly(text: string): unknown {
  const reviver = (_key: string, value: unknown, { source }: { readonly source?: string } = {}): unknown =>
    typeof value === 'number' && source !== undefined && Number.isInteger(value) && !Number.isSafeInteger(value)
      ? BigInt(source)
      : value;
  return JSON.parse(text, reviver);
}

/** Rows as sorted JSON texts, to compare what was read as a multiset. */
export function multiset(rows: readonly unknown[]): string[] {
  return rows.map((row) => toJsonText(row)).sort();
}

export function timesOf(rows: readonly Record<string, unknown>[]): string[] {
  return rows.map((row) => String(row['timestamp']));
}
