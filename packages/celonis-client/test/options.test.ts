import { describe, expect, expectTypeOf, test } from 'vitest';
import { OptionError } from '@millrace/http';
import {
  type AuditEvent,
  appKey,
  type CelonisLogs,
  createCelonisLogs,
  type LoginEvent,
  type Member,
} from '../src/logs.ts';

const credentials = appKey('k');

/** A client, and what it asks for. */
function client(options: { team?: string } = {}) {
  const asked: string[] = [];
  const fetch = async (input: RequestInfo | URL): Promise<Response> => {
    asked.push(new Request(input).url);
    return Response.json({ content: [] });
  };
  return { logs: createCelonisLogs({ team: 'team.eu-1.celonis.cloud', credentials, fetch, ...options }), asked };
}

describe('the team', () => {
  test.each([
    ['team.eu-1.celonis.cloud', 'https://team.eu-1.celonis.cloud'],
    ['https://team.eu-1.celonis.cloud/', 'https://team.eu-1.celonis.cloud'],
    [' https://Team.eu-1.celonis.cloud ', 'https://team.eu-1.celonis.cloud'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://localhost:8080/', 'http://localhost:8080'],
  ])('%j is %s', async (team, url) => {
    const { logs, asked } = client({ team });
    await logs.members.readPage();
    expect(asked[0]?.startsWith(`${url}/api/external/members?`)).toBe(true);
  });

  test.each([
    ['', 'missing'],
    ['team', 'whole host name'],
    ['http://team.eu-1.celonis.cloud', 'https://team.eu-1.celonis.cloud'],
    ['https://user:pw@team.eu-1.celonis.cloud', 'user name or password'],
    ['https://team.eu-1.celonis.cloud/ui/login', 'without a path'],
    ['https://team.eu-1.celonis.cloud?x=1', 'no query'],
    ['ftp://team.eu-1.celonis.cloud', 'https://'],
    ['https://', 'not a URL'],
  ])('%j is refused: %s', (team, words) => {
    expect(() => client({ team })).toThrow(
      expect.objectContaining({ option: 'team', message: expect.stringContaining(words) }),
    );
  });
});

describe('bounds', () => {
  test('are sent as instants in UTC with milliseconds', async () => {
    const { logs, asked } = client();
    await logs.audit.readPage({ from: '2026-01-31T10:00:00+01:00', to: new Date('2026-02-01T00:00:00Z') });
    await logs.logins.readPage({ from: '2026-02-28' });
    const queries = asked.map((url) => Object.fromEntries(new URL(url).searchParams));
    expect(queries[0]).toMatchObject({ from: '2026-01-31T09:00:00.000Z', to: '2026-02-01T00:00:00.000Z' });
    expect(queries[1]).toEqual({ from: '2026-02-28T00:00:00.000Z', pageNumber: '0', pageSize: '200' });
  });

  test.each(['2026-02-30', '2026-01-31T10:00:00', '31.01.2026', 'yesterday', '', '2026-01-01T00:00:00.123456Z'])(
    '%j is no instant',
    (from) => {
      const refused: () => unknown = () => client().logs.audit.events({ from });
      expect(refused).toThrow(expect.objectContaining({ name: 'OptionError', option: 'from' }));
    },
  );

  test('the end must not lie before the beginning', () => {
    expect(() => client().logs.logins.events({ from: '2026-02-01', to: '2026-01-01' })).toThrow(
      'to must not be before from',
    );
  });
});

describe('types', () => {
  test('lists give what the description says', () => {
    expectTypeOf<CelonisLogs['audit']['events']>().returns.toExtend<AsyncIterable<AuditEvent>>();
    expectTypeOf<CelonisLogs['logins']['events']>().returns.toExtend<AsyncIterable<LoginEvent>>();
    expectTypeOf<CelonisLogs['members']['list']>().returns.toExtend<AsyncIterable<Member>>();
    expectTypeOf<AuditEvent['event']>().toExtend<string | undefined>();
    // An event code that the catalogue does not have yet.
    expectTypeOf<'A_NEW_CODE'>().toExtend<NonNullable<AuditEvent['event']>>();
  });

  test('misuse is seen by the compiler, and refused at the door', async () => {
    const { logs } = client();
    const refused = [
      () =>
        createCelonisLogs({
          team: 'team.eu-1.celonis.cloud',
          credentials,
          // @ts-expect-error there are two versions
          audit: 'v3',
        }),
      () =>
        logs.audit.events({
          // @ts-expect-error the bound is called from
          since: '2026-01-01',
        }),
      () =>
        logs.audit.events({
          // @ts-expect-error milliseconds are no instant
          from: 0,
        }),
      () => createCelonisLogs({ team: 't.example', credentials, teamApiPrefix: 'team/' }),
      () => createCelonisLogs({ team: 't.example', credentials, paths: { findAllAuditLogs: 'https://evil.example/' } }),
      () => logs.audit.events({ pageSize: 201 }),
      () => logs.audit.events({ pageSize: 0 }),
      () =>
        createCelonisLogs({
          team: 't.example',
          // @ts-expect-error a key alone says not which kind it is
          credentials: 'key',
        }),
      () =>
        createCelonisLogs(
          // @ts-expect-error credentials are needed
          { team: 't.example' },
        ),
    ];
    for (const make of refused) expect(make).toThrow(OptionError);
  });
});
