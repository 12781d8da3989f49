import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KeyTable } from '../src/key-table.ts';

const encoder = new TextEncoder();

describe('a table of keys', () => {
  test('knows each key by the place at which it came first, as a map does', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary', maxLength: 12 })),
        fc.string({ unit: 'binary' }),
        (texts, other) => {
          const table = new KeyTable();
          const places = new Map<string, number>();
          for (const text of texts) {
            const before = encoder.encode(`${other}${text}`);
            const from = before.length - encoder.encode(text).length;
            const known = places.get(text);
            expect(table.find(before, from, before.length)).toBe(known ?? -1);
            if (known === undefined) places.set(text, places.size);
            expect(table.place(before, from, before.length)).toBe(known ?? places.size - 1);
          }
          expect([...table.texts()]).toEqual([...places.keys()]);
          expect(table.size).toBe(places.size);
        },
      ),
    );
  });

  test('holds more keys, and longer ones, than it has room for at first', () => {
    const table = new KeyTable();
    const keys = Array.from({ length: 5000 }, (_, index) => encoder.encode(`${'k'.repeat(index % 300)}${index}`));
    for (const [place, key] of keys.entries()) expect(table.place(key, 0, key.length)).toBe(place);
    for (const [place, key] of keys.entries()) expect(table.find(key, 0, key.length)).toBe(place);
    expect(table.textOf(4999)).toBe(`${'k'.repeat(199)}4999`);
  });

  test('takes the empty key for one', () => {
    const table = new KeyTable();
    expect(table.find(new Uint8Array(), 0, 0)).toBe(-1);
    expect(table.place(new Uint8Array(), 0, 0)).toBe(0);
    expect(table.find(new Uint8Array(), 0, 0)).toBe(0);
    expect(table.textOf(0)).toBe('');
  });
});
