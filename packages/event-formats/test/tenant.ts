import { openDestination } from '@millrace/destinations';
import { emptyLedger, sealReceipt } from '@millrace/extract';
import { createFlattener } from '@millrace/flatten';
import { duckdb, flattenSpec, renderTransformations, type Model } from '@millrace/model';

/** Documents by feed. */
export type Documents = Readonly<Record<string, readonly object[]>>;

/** Writes documents and what the model makes of them to a destination, as a run does. */
export async function writeTenant(url: string, model: Model, documents: Documents): Promise<void> {
  const { destination } = await openDestination(url);
  for (const { table } of model.feeds) {
    const flattener = createFlattener(flattenSpec(model, table));
    flattener.push(JSON.stringify(documents[table] ?? []));
    const transaction = await destination.begin({ feed: table, mode: 'replace', root: table });
    await transaction.write(flattener.take());
    const receipt = sealReceipt(
      {
        feed: table,
        run: 'run-1',
        documents: documents[table]?.length ?? 0,
        served: documents[table]?.length ?? 0,
        proof: 'cursor',
        contentHash: '0'.repeat(64),
        pages: 1,
        attempts: 1,
        serverTime: '2026-01-01T00:00:00.000Z',
        rows: {},
      },
      emptyLedger,
    );
    await transaction.commit({ state: {}, receipt });
  }
  const { tables } = await destination.open();
  for (const transformation of renderTransformations(model, { dialect: duckdb, tables }))
    await destination.transform?.(transformation);
  await destination.close();
}

const at = (minute: number): string => new Date(Date.UTC(2026, 0, 2, 3, minute)).toISOString();
const event = (id: string, eventType: string, minute: number): object => ({
  id,
  eventType,
  occurredAt: at(minute),
  readAt: at(minute + 1),
});

/** Three runs of two value streams, one of which was deleted; payloads with and without IDs of their own. */
export const oeDocuments: Documents = {
  account: [
    { id: 'A1', name: 'Brëvent & "Söhne" 🧾' },
    { id: 'A2', name: 'idle' },
  ],
  digital_process: [{ id: 'P1', name: 'Orders', tenant: 'A1', active: true, versions: [{ id: 'V1', number: 1 }] }],
  event_type: [{ id: 'E1', key: 'order/created', name: 'Order <created>' }],
  process_context: [
    {
      context: {
        processid: 'C/1',
        executionTemplateID: 'P1',
        'order/created': {
          total: 12.5,
          quotes: [
            { quoteId: 'Q1', price: 3 },
            { quoteId: 'Q2', price: null },
          ],
        },
        margin: { result: { rules: [{ id: 7, matched: true }] } },
        lines: [{ sku: 'x' }],
      },
      metadata: { createdAt: at(0), updatedAt: at(9) },
      status: 'finished',
      events: [
        event('X', 'order/created', 1),
        event('Y', 'paid', 2),
        event('Z', 'order/created', 3),
        event('W', 'paid', 4),
      ],
    },
    {
      context: {
        processid: 'C2',
        executionTemplateID: 'P9',
        'order/created': { quotes: [{ quoteId: 'Q1', price: 9 }] },
      },
      metadata: { createdAt: at(5), updatedAt: at(8) },
      status: 'running',
      events: [event('X', 'order/created', 1), { id: 'N', eventType: 'paid', occurredAt: null, readAt: at(2) }],
    },
    { context: { processid: 'C3', executionTemplateID: 'P1' }, status: 'running', events: [] },
  ],
};
