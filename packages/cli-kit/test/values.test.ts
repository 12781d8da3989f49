import { describe, expect, test } from 'vitest';
import { resolveSettings, type Settings } from '../src/index.ts';
import { instantSetting, integerSetting, serverSetting, wordSetting } from '../src/values.ts';

function given(value: string): Settings {
  return resolveSettings([{ flags: '--x <value>', key: 'x', description: '' }], { x: value }, {}, undefined);
}

describe('instants', () => {
  const good: readonly (readonly [string, string])[] = [
    ['2026-01-31', '2026-01-31T00:00:00.000Z'],
    ['2026-01-31T08:00:00Z', '2026-01-31T08:00:00.000Z'],
    ['2026-01-31T08:00:00.123Z', '2026-01-31T08:00:00.123Z'],
    ['2026-01-31T08:00:00+02:00', '2026-01-31T06:00:00.000Z'],
    ['2026-01-31T08:00:00', '2026-01-31T08:00:00.000Z'],
    ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ];
  for (const [text, want] of good)
    test(`${text} is ${want}`, () => expect(instantSetting(given(text), 'x')).toBe(want));
  for (const text of ['yesterday', '2026-02-30', '2025-02-29', '31.01.2026', '2026-1-31', '']) {
    test(`"${text}" is refused with the right form`, () =>
      expect(() => instantSetting(given(text), 'x')).toThrow(
        `--x: "${text}" is not a date. Write 2026-01-31 or 2026-01-31T08:00:00Z.`,
      ));
  }
});

describe('servers', () => {
  const good: readonly (readonly [string, string])[] = [
    ['https://acme.eu-1.celonis.cloud', 'https://acme.eu-1.celonis.cloud'],
    ['https://acme.eu-1.celonis.cloud/', 'https://acme.eu-1.celonis.cloud'],
    ['acme.eu-1.celonis.cloud', 'https://acme.eu-1.celonis.cloud'],
    ['acme.eu-1.celonis.cloud:8443', 'https://acme.eu-1.celonis.cloud:8443'],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080'],
    ['http://localhost:8080/base/', 'http://localhost:8080/base'],
    ['http://[::1]:8080', 'http://[::1]:8080'],
  ];
  for (const [text, want] of good)
    test(`${text} is ${want}`, () => expect(serverSetting(given(text), 'x', 'https://e')).toBe(want));
  const bad: readonly (readonly [string, RegExp])[] = [
    ['http://acme.celonis.cloud', /plain http would send the credential in clear text to acme\.celonis\.cloud/],
    ['http://127.0.0.1.evil.example', /clear text/],
    ['https://user:secret@acme.celonis.cloud', /must not hold a user name or password/],
    ['ftp://acme', /not an https URL/],
    ['https://', /not a URL/],
    ['not a url', /not a URL/],
  ];
  for (const [text, want] of bad)
    test(`"${text}" is refused`, () => expect(() => serverSetting(given(text), 'x', 'https://e')).toThrow(want));
  test('a password is not repeated in the message', () => {
    expect(() => serverSetting(given('https://u:hunter2@h'), 'x', 'https://e')).toThrow(/^(?!.*hunter2)/);
  });
});

test('a number outside its bounds is refused with the bounds', () => {
  expect(integerSetting(given('8'), 'x', 1, 64)).toBe(8);
  for (const text of ['0', '65', '1.5', 'many']) {
    expect(() => integerSetting(given(text), 'x', 1, 64)).toThrow(`--x: "${text}" is not a whole number from 1 to 64.`);
  }
});

test('a word that is not among the words is refused with all of them', () => {
  expect(wordSetting(given('v2'), 'x', ['v1', 'v2'])).toBe('v2');
  expect(() => wordSetting(given('v3'), 'x', ['v1', 'v2'])).toThrow('--x: "v3" is not one of v1, v2.');
});
