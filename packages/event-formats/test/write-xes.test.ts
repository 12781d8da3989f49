import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EventFormatError, writeXes, type Attribute, type XesEvent } from '../src/index.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'xes-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const attributes: readonly Attribute[] = [
  { name: 'text', type: 'string' },
  { name: 'when', type: 'time' },
  { name: 'count', type: 'integer' },
  { name: 'price', type: 'float' },
  { name: 'done', type: 'boolean' },
];
const time = '2026-01-02T03:04:05.006Z';
const event = (caseId: string, activity: string, ...values: XesEvent['values']): XesEvent => ({
  caseId,
  activity,
  time,
  values: [...values, ...attributes.slice(values.length).map(() => null)],
});

async function* from(...events: readonly XesEvent[]): AsyncGenerator<XesEvent> {
  yield* events;
}

async function written(rows: AsyncIterable<XesEvent>, declared = attributes): Promise<string> {
  const output = join(folder, 'log.xes');
  await writeXes({ name: 'test', attributes: declared, rows, output });
  return readFile(output, 'utf8');
}

test('writes a trace a case and an element a value', async () => {
  const text = await written(
    from(event('A', 'x', 'é', time, 7, 1.5, false), event('A', 'y'), event('B', 'x', null, null, 2n ** 60n)),
  );
  expect(text).toMatchInlineSnapshot(`
    "<?xml version="1.0" encoding="UTF-8"?>
    <log xes.version="1849-2016" xes.features="" xmlns="http://www.xes-standard.org/">
      <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
      <extension name="Time" prefix="time" uri="http://www.xes-standard.org/time.xesext"/>
      <global scope="trace">
        <string key="concept:name" value="unknown"/>
      </global>
      <global scope="event">
        <string key="concept:name" value="unknown"/>
        <date key="time:timestamp" value="1970-01-01T00:00:00.000Z"/>
      </global>
      <classifier scope="event" name="Activity" keys="concept:name"/>
      <string key="concept:name" value="test"/>
      <trace>
        <string key="concept:name" value="A"/>
        <event>
          <string key="concept:name" value="x"/>
          <date key="time:timestamp" value="2026-01-02T03:04:05.006Z"/>
          <string key="text" value="é"/>
          <date key="when" value="2026-01-02T03:04:05.006Z"/>
          <int key="count" value="7"/>
          <float key="price" value="1.5"/>
          <boolean key="done" value="false"/>
        </event>
        <event>
          <string key="concept:name" value="y"/>
          <date key="time:timestamp" value="2026-01-02T03:04:05.006Z"/>
        </event>
      </trace>
      <trace>
        <string key="concept:name" value="B"/>
        <event>
          <string key="concept:name" value="x"/>
          <date key="time:timestamp" value="2026-01-02T03:04:05.006Z"/>
          <int key="count" value="1152921504606846976"/>
        </event>
      </trace>
    </log>
    "
  `);
});

test('writes a whole log when there are no events', async () => {
  const output = join(folder, 'empty.xes');
  expect(await writeXes({ name: 'test', attributes, rows: from(), output })).toEqual({ cases: 0, events: 0 });
  expect(await readFile(output, 'utf8')).toMatch(/<string key="concept:name" value="test"\/>\n<\/log>\n$/);
});

test.each([
  ['markup and quotes', `<a b="c"> & 'd'`, `&lt;a b=&quot;c&quot;&gt; &amp; 'd'`],
  ['white space, which attributes would lose', 'a\tb\nc\rd', 'a&#9;b&#10;c&#13;d'],
  ['characters that XML does not have', 'a\u0000b\u001Fc\uFFFEd', 'a\uFFFDb\uFFFDc\uFFFDd'],
  ['half a character', 'a\uD83Eb', 'a\uFFFDb'],
  ['characters beyond the first 65,536', '🧾𝕏', '🧾𝕏'],
])('keeps or replaces %s', async (_, given, want) => {
  expect(await written(from(event(given, 'x')))).toContain(`<string key="concept:name" value="${want}"/>`);
});

test('names attributes as XML does, each once', async () => {
  const names = ['concept:name', 'a b', 'a$b', '9', 'x"y'];
  const declared = names.map((name): Attribute => ({ name, type: 'string' }));
  const row: XesEvent = { caseId: 'A', activity: 'x', time, values: names };
  const keys = [...(await written(from(row), declared)).matchAll(/ {6}<string key="(.*?)"/g)].map(([, key]) => key);
  expect(keys).toEqual(['concept:name', 'concept_name', 'a_b', 'a_b_2', '_9', 'x_y']);
});

test.each([
  [event('A', 'x', 7), /has "7" as 'text', which is no string/],
  [event('A', 'x', null, 'soon'), /has "soon" as 'when', which is no time/],
  [event('A', 'x', null, null, 1.5), /which is no integer/],
  [event('A', 'x', null, null, null, Number.NaN), /which is no float/],
  [{ ...event('A', 'x'), time: '2026-01-02 03:04' }, /has the time '2026-01-02 03:04'; write 2026-01-31T08:00:00.000Z/],
])('refuses %o and keeps the file that was there', async (row, message) => {
  const output = join(folder, 'kept.xes');
  await writeFile(output, 'before');
  const options = { name: 'test', attributes, output };
  await expect(writeXes({ ...options, rows: from(event('A', 'x'), row) })).rejects.toThrow(message);
  await expect(writeXes({ ...options, rows: from(row) })).rejects.toThrow(EventFormatError);
  expect(await readFile(output, 'utf8')).toBe('before');
  expect((await readdir(folder)).filter((name) => name.includes('partial'))).toEqual([]);
});

test('writes to a stream, as fast as it takes, and leaves it open', async () => {
  let text = '';
  const slow = new Writable({
    highWaterMark: 16,
    write(chunk: Buffer, _, done) {
      text += chunk.toString();
      setImmediate(done);
    },
  });
  const rows = from(...Array.from({ length: 2_000 }, (_, index) => event(`case ${index}`, 'x')));
  expect(await writeXes({ name: 'test', attributes, rows, output: slow })).toEqual({ cases: 2_000, events: 2_000 });
  expect(slow.writable).toBe(true);
  await new Promise((done) => slow.end(done));
  expect(text.match(/<trace>/g)).toHaveLength(2_000);
  expect(text.endsWith('</log>\n')).toBe(true);
});
