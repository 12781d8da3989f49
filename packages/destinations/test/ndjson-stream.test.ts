import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { DestinationWriteError, openDestination } from '../src/index.ts';
import { batch, childTable, column, receipt, rootTable, tableBatch } from './tables.ts';

const doc = rootTable('doc', [column('id', 'STRING'), column('n', 'INTEGER')]);
const items = childTable('doc$items', doc, [column('v', 'DATETIME')]);

test('writes a line a row, tables told apart by name', async () => {
  let text = '';
  const output = new Writable({
    highWaterMark: 1,
    write: (chunk, _encoding, done) => {
      text += String(chunk);
      setImmediate(done);
    },
  });
  const { destination, state } = await openDestination('ndjson:-', { output });
  expect(state).toEqual({ tables: [], feeds: {} });
  const transaction = await destination.begin({ feed: 'feed', mode: 'upsert', root: 'doc' });
  await transaction.write(batch(tableBatch(doc, [['a', 2n ** 60n]]), tableBatch(items, [['a', 0n, null]])));
  await transaction.commit({ state: {}, receipt: receipt(1) });
  const receipts: number[] = [];
  for await (const each of destination.receipts()) receipts.push(each.documents);
  await destination.close();
  expect(text).toBe(
    '{"table":"doc","row":{"id":"a","n":1152921504606846976}}\n' +
      '{"table":"doc$items","row":{"doc_id":"a","_position":0,"v":null}}\n',
  );
  expect(receipts).toEqual([1]);
  expect('transform' in destination).toBe(false);
});

test('says so when the stream breaks', async () => {
  const output = new Writable({ write: (_chunk, _encoding, done) => done(new Error('EPIPE: broken pipe')) });
  output.on('error', () => undefined);
  const { destination } = await openDestination('ndjson:-', { output });
  const transaction = await destination.begin({ feed: 'feed', mode: 'upsert', root: 'doc' });
  const rows = batch(tableBatch(doc, [['a', 1n]]));
  await transaction.write(rows).catch(() => undefined);
  await expect(transaction.write(rows)).rejects.toThrow(DestinationWriteError);
});
