import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFlattener } from '@millrace/flatten';
import { duckdb, flattenSpec, oeActivityLog, renderTransformations } from '@millrace/model';
import { expect, onTestFinished, test } from 'vitest';
import { openDestination, queryDestination } from '../src/index.ts';
import { receipt } from './tables.ts';

const contexts = (status: string): string =>
  JSON.stringify({
    content: [
      {
        context: { processid: 'C1', executionTemplateID: 'P1', status },
        events: [
          { id: 'A', eventType: 'order.created', occurredAt: '2026-01-02T03:04:05.006Z' },
          { id: 'B', eventType: 'order.paid', occurredAt: '2026-01-02T03:05:05.006Z' },
        ],
      },
    ],
  });

test.each(['duckdb', 'parquet', 'csv', 'ndjson'])(
  'the activity log of a model is built in %s, anew and as a delta',
  async (scheme) => {
    const folder = await mkdtemp(join(tmpdir(), 'millrace-model-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const url = `${scheme}:${join(folder, 'out')}`;
    for (const mode of ['full', 'delta', 'delta'] as const) {
      const { destination, state } = await openDestination(url);
      const flattener = createFlattener(flattenSpec(oeActivityLog, 'process_context', state.tables));
      flattener.push(contexts(mode), { at: ['content'] });
      const transaction = await destination.begin({
        feed: 'process_context',
        mode: 'upsert',
        root: 'process_context',
      });
      await transaction.write(flattener.take());
      await transaction.commit({ state: {}, receipt: receipt(1) });
      const { tables } = await destination.open();
      for (const transformation of renderTransformations(oeActivityLog, { dialect: duckdb, mode, tables })) {
        await destination.transform?.(transformation);
      }
      await destination.close();
    }
    const { rows } = await queryDestination(
      url,
      'SELECT case_id, event_name, occurred_at FROM activity_log ORDER BY ALL',
    );
    expect(rows).toEqual([
      ['C1', 'order.created', '2026-01-02T03:04:05.006Z'],
      ['C1', 'order.paid', '2026-01-02T03:05:05.006Z'],
    ]);
    await rm(folder, { recursive: true, force: true });
  },
);
