/** The third act of the demo: `celonis-audit up` against a simulated team, and what is in the pool after it. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { appKey, createCelonisIntegration } from '@millrace/celonis-client/integration';
import { parseExtractorFile } from '@millrace/model';
import type { CelonisSimulator } from '@millrace/simulator';

interface ThirdAct {
  readonly team: CelonisSimulator;
  /** Folder for the extractor's file, from the root. */
  readonly out: string;
  readonly root: string;
  readonly say: (line: string) => void;
  readonly run: (
    program: string,
    args: readonly string[],
    credentials: Readonly<Record<string, string>>,
  ) => Promise<void>;
}

const pool = 'Compliance';

/** Runs it, and gives the tables whose rows are not as many as the team has records. */
export async function buildInCelonis({
  team,
  out,
  root,
  say,
  run,
}: ThirdAct): Promise<{ table: string; says: string }[]> {
  const credentials = { CELONIS_URL: team.url, CELONIS_API_TOKEN: team.credentials.appKey };
  const file = `${out}/audit-extractor.json`;
  await run('celonis-audit', ['template', '--out', file], {});
  const client = createCelonisIntegration({ team: team.url, credentials: appKey(team.credentials.appKey) });
  const { id } = await client.pools.create({ name: pool });
  team.dataPools.addExtractor(id, 'audit-log', parseExtractorFile(await readFile(join(root, file), 'utf8')));
  say(`in the browser: a data pool ${pool}, and ${file} imported into it as audit-log; Celonis has no API for that`);
  await run('celonis-audit', ['up', '--pool', pool], credentials);
  const [connection] = await client.pool(id).connections.list();
  const wanted = {
    audit_log: team.data.auditEvents.length,
    login_history: team.data.loginEvents.length,
    members: team.data.members.length,
    audit_activity: team.data.auditEvents.length,
    login_activity: team.data.loginEvents.length,
  };
  const differences: { table: string; says: string }[] = [];
  for (const [table, rows] of Object.entries(wanted)) {
    const [found] = await team.dataPools.query(id, `SELECT count(*) AS n FROM "${table}"`, connection?.id ?? '');
    const there = Number(found?.['n']);
    if (there !== rows) differences.push({ table: `${pool}: ${table}`, says: `${rows} rows wanted, ${there} there` });
  }
  if (differences.length === 0) say('the data pool has as many rows as the simulator has records');
  return differences;
}
