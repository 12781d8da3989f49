import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { BytePages } from '../src/byte-documents.ts';
import { parseTimestamp } from '../src/timestamp.ts';

const pages = new BytePages({
  kind: 'windowed',
  name: 'log',
  root: { table: 'log' },
  timestamp: ['at'],
  paging: { kind: 'numbered', first: 0 },
  readPage: () => Promise.reject(new Error('nothing is read')),
});

function instantOf(at: string): number | undefined {
  const body = new TextEncoder().encode(JSON.stringify([{ at }]));
  return pages.read({ body, at: [] }).documents[0]?.instant;
}

test.for([
  '2025-02-25T14:52:10.903Z',
  '2024-02-29T23:59:59.999Z',
  '2025-02-30T00:00:00.000Z',
  '2025-13-01T00:00:00.000Z',
  '2025-00-10T00:00:00.000Z',
  '2025-01-10T24:00:00.000Z',
  '2025-01-10T12:60:00.000Z',
  '2025-01-10T12:00:60.000Z',
  '2025-01-10T12:00:00.0x0Z',
  '2025-01-10T12:00:00.1/0Z',
  '2025/01-10T12:00:00.000Z',
  '0001-01-10T12:00:00.000Z',
  '2025-01-10 12:00:00.000Z',
  '2025-01-10T12:00:00,000Z',
  '2025-01-10T12:00:00.000z',
  '2025-01-10T12:00:00Z',
  '2025-01-10T12:00:00+02:00',
  '2025-01-10',
  'yesterday at half past ten',
])('%s is the instant in bytes that it is as text', (at) => {
  expect(instantOf(at)).toBe(parseTimestamp(at));
});

test('every instant is the same in bytes as in text', () => {
  fc.assert(
    fc.property(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
      expect(instantOf(date.toISOString())).toBe(date.getTime());
    }),
  );
});
