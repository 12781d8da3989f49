import { createFlattener, parseJson } from '@millrace/flatten';
import { expect, test } from 'vitest';
import { isJson, testJson } from './conformance.ts';
import { jsonCases } from './json-cases.ts';

testJson({ title: 'parseJson', read: parseJson, givesValues: true, documentsOnly: false });

testJson({
  title: 'push',
  read: (page) => createFlattener({ table: 't', paths: [{ path: ['v'], type: 'JSON' }] }).push(page),
  givesValues: false,
  documentsOnly: true,
});

test('each case is named once, and there are enough of them', () => {
  const names = jsonCases.map(({ category, name }) => `${category}: ${name}`);
  expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
  expect(jsonCases.filter(({ want }) => want === 'value').length).toBeGreaterThan(150);
  expect(jsonCases.filter(({ want }) => want !== 'value').length).toBeGreaterThan(250);
});

test('JSON.parse agrees on every case', () => {
  for (const { name, page, want } of jsonCases) {
    expect(isJson(page), name).toBe(want === 'value');
  }
});
