import { expect, test } from 'vitest';
import { type CelonisTeamData, OwnAnswerError, startCelonisSimulator, startOeSimulator } from '../src/index.ts';
import { get, oeHeaders, paths } from './helpers.ts';

test('an answer that the API description does not allow is a 500 that says so, and fails the test at close', async () => {
  const wrong = { userId: 7, event: 'TEAM_UPDATED', timestamp: '2026-05-01T00:00:00.000Z' };
  const data = { auditEvents: [wrong], loginEvents: [], members: [], adoptionEvents: [] } as unknown as CelonisTeamData;
  const team = await startCelonisSimulator({ data });
  const answer = await get(team, paths.audit);
  expect(answer.status).toBe(500);
  expect(await answer.text()).toBe(
    "The simulator's own answer does not fit its API description. findAllAuditLogs, status 200: body/content/0/userId must be string",
  );
  expect(team.violations).toEqual(['findAllAuditLogs, status 200: body/content/0/userId must be string']);
  await expect(team.close()).rejects.toThrow(OwnAnswerError);
});

test('a hook that throws is a violation too', async () => {
  const team = await startCelonisSimulator({
    sizes: { auditEvents: 1, loginEvents: 0, members: 1, adoptionEvents: 0 },
    faults: {
      hooks: {
        before: () => {
          throw new Error('a defect in the test');
        },
      },
    },
  });
  await expect(get(team, paths.audit)).rejects.toThrow('fetch failed');
  await expect(team.close()).rejects.toThrow('a defect in the test');
});

test('every page of the whole generated data fits the API descriptions', { timeout: 120_000 }, async () => {
  const team = await startCelonisSimulator();
  for (const [path, rows] of [
    [paths.audit, 50_000],
    [paths.logins, 20_000],
    [paths.adoption, 5000],
  ] as const) {
    let read = 0;
    for (let number = 0; read < rows; number += 1) {
      const answer = await get(team, `${path}?pageNumber=${number}`);
      read += ((await answer.json()) as { content: unknown[] }).content.length;
    }
    expect(read).toBe(rows);
  }
  await team.close();

  const tenant = await startOeSimulator();
  const headers = await oeHeaders(tenant);
  for (const list of ['accounts', 'digital-processes', 'event-types', 'process-contexts?includeScopes=live,draft']) {
    for (let number = 1; number <= 3; number += 1) {
      const answer = await fetch(
        `${tenant.url}/oe/${list}${list.includes('?') ? '&' : '?'}pageSize=1000&pageNumber=${number}`,
        { headers },
      );
      expect(answer.status).toBe(200);
    }
  }
  await tenant.close();
});
