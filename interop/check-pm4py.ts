/** XES and OCEL files, read by pm4py. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { checks, complete, type Result } from './checks.ts';
import { quote, withDatabase } from './database.ts';
import { run } from './processes.ts';
import { convertAll, type Extracted } from './produce.ts';
import { readLines } from './read-lines.ts';

/** Objects in arrays that have IDs of their own: table, column of the ID, link to the parent. */
const children = [
  ['digital_process$versions', 'id', 'digital_process_id'],
  ['digital_process$steps$scenarios', 'scenario_id', 'digital_process_id'],
  ['process_context$context$celonis_postaction_feedback$quotes', 'quoteId', 'process_context_context$processid'],
  ['process_context$context$magic-link.submitted$contacts', 'id', 'process_context_context$processid'],
  ['process_context$context$calculateMargin$result$rules', 'id', 'process_context_context$processid'],
  ['process_context$context$goods/issued$shipment$parcels', 'trackingId', 'process_context_context$processid'],
] as const;

/** Everything that pm4py must find, counted by queries that share nothing with the writers. */
function expected(file: string): Promise<Readonly<Record<string, unknown>>> {
  return withDatabase(file, async (rows) => {
    const number = async (sql: string): Promise<number> => Number((await rows(sql))[0]?.[0]);
    const objectTypes: Record<string, number> = {};
    for (const [table, key] of [
      ['process_context', 'context$processid'],
      ['digital_process', 'id'],
      ['account', 'id'],
      ...children.map(([table, key]) => [table, key] as const),
    ] as const)
      objectTypes[table] = await number(`SELECT count(DISTINCT ${quote(key)}) FROM ${quote(table)}`);
    let links = 0;
    for (const [table, key, link] of children)
      links += await number(
        `SELECT count(*) FROM (SELECT DISTINCT ${quote(key)}, ${quote(link)} FROM ${quote(table)})`,
      );
    const run = `process_context c LEFT JOIN digital_process p ON p.id = c."context$executionTemplateID" LEFT JOIN account a ON a.id = p.tenant`;
    const events = await number('SELECT count(*) FROM activity_log');
    const related = await number(
      `SELECT count(r.process) + count(r.account) FROM activity_log l
       JOIN (SELECT c."context$processid", p.id, a.id FROM ${run}) AS r(run, process, account) ON r.run = l.case_id`,
    );
    return {
      cases: await number('SELECT count(DISTINCT case_id) FROM activity_log'),
      events,
      objects: Object.values(objectTypes).reduce((sum, count) => sum + count, 0),
      eventObjectRelations: events + related + links,
      objectObjectRelations:
        (await number(`SELECT count(p.id) FROM ${run}`)) +
        (await number('SELECT count(a.id) FROM digital_process p LEFT JOIN account a ON a.id = p.tenant')) +
        links,
      objectTypes,
      activities: Object.fromEntries(await rows('SELECT event_name, count(*) FROM activity_log GROUP BY ALL')),
      times: (await rows('SELECT occurred_at FROM activity_log ORDER BY 1')).map(([time]) => time),
    };
  });
}

/** Converts the activity log and has pm4py read it. */
export async function checkPm4py(python: string, extracted: Extracted, folder: string): Promise<readonly Result[]> {
  const files = await convertAll(extracted, folder);
  const plan = join(folder, 'pm4py.json');
  const counts = await expected(extracted.duckdb);
  await writeFile(plan, JSON.stringify({ ...files, checks: checks.pm4py, counts }));
  const ended = await run(python, [join(import.meta.dirname, 'pm4py_checks.py'), plan], {
    env: { ...process.env, PM4PY_SHOW_PROGRESS_BAR: 'False', MPLCONFIGDIR: folder },
  });
  return complete('pm4py', readLines(ended.stdout) as Result[], ended.stderr.trim().slice(-1_000));
}
