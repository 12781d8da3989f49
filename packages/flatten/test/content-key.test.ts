import { hash } from 'node:crypto';
import {
  canonicalJson,
  contentHash,
  createFlattener,
  type JsonObject,
  type RootSpec,
  SpecError,
} from '@millrace/flatten';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { body } from './arbitraries.ts';
import { flattenAll } from './helpers.ts';

const injected = (text: string): string => hash('sha256', text, 'hex');

function keys(documents: readonly JsonObject[], spec: Partial<RootSpec> = {}): string[] {
  return (flattenAll(documents, { table: 't', ...spec })['t'] ?? []).map((row) => String(row['_key']));
}

describe('the key of a document without one', () => {
  test('is the same with a hash function of the host', () => {
    fc.assert(
      fc.property(fc.array(body, { minLength: 1, maxLength: 4 }), (documents) => {
        const twice = [...documents, ...documents];
        expect(keys(twice, { sha256: injected })).toEqual(keys(twice));
      }),
      { numRuns: process.env['MILLRACE_FULL'] === undefined ? 100 : 10_000 },
    );
  });

  test('is SHA-256 of the canonical JSON, whatever its length', () => {
    for (const length of [0, 1, 43, 44, 45, 51, 52, 53, 54, 55, 56, 115, 116, 117, 1000, 400_000]) {
      const document = { v: 'é'.repeat(length) };
      expect(contentHash(document)).toBe(injected(canonicalJson(document)));
    }
  });

  test('numbers equal documents among very many', () => {
    const documents = Array.from({ length: 20_000 }, (_, index) => ({ v: index % 7000 }));
    const seen = new Map<number, number>();
    for (const [index, key] of keys(documents).entries()) {
      const value = index % 7000;
      const occurrence = seen.get(value) ?? 0;
      seen.set(value, occurrence + 1);
      expect(key).toBe(`${contentHash({ v: value })}-${occurrence}`);
    }
  });

  test.each([
    ['no function', 'sha256'],
    ['another hash', (text: string) => hash('sha1', text, 'hex')],
    ['capital letters', (text: string) => injected(text).toUpperCase()],
    ['base64', (text: string) => hash('sha256', text, 'base64')],
  ])('is not made with %s', (_, sha256) => {
    const wrong = { sha256 } as unknown as Partial<RootSpec>;
    expect(() => createFlattener({ table: 't', ...wrong })).toThrow(SpecError);
  });
});
