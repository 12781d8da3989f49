/**
 * Run as a process of its own, so that its memory can be bounded and measured: makes a hostile page, pushes it, and prints what came of it
 * as JSON. Arguments: the name of the page and its size.
 */
import { createFlattener, FlattenError, type RootSpec } from '@millrace/flatten';

const MIB = 1024 * 1024;
const encoder = new TextEncoder();

/** Repeats a text between two others up to a size, without making a string of it. */
function repeated(before: string, text: string, after: string, bytes: number): Uint8Array {
  const unit = encoder.encode(text);
  const [head, tail] = [encoder.encode(before), encoder.encode(after)];
  const times = Math.max(1, Math.floor((bytes - head.length - tail.length) / unit.length));
  const page = new Uint8Array(head.length + times * unit.length + tail.length);
  page.set(head);
  page.set(unit, head.length);
  // Doubling what is there already.
  for (let done = unit.length; done < times * unit.length; done *= 2) {
    const part = Math.min(done, times * unit.length - done);
    page.copyWithin(head.length + done, head.length, head.length + part);
  }
  page.set(tail, page.length - tail.length);
  return page;
}

function nested(open: string, close: string, levels: number): string {
  return open.repeat(levels) + close.repeat(levels);
}

const order = JSON.stringify({
  id: 'A-1',
  status: 'finished',
  metadata: { createdAt: '2025-02-25T14:52:10.903Z', tenant: 'x' },
  lines: Array.from({ length: 8 }, (_, i) => ({ sku: `sku-${i}`, price: i + 0.5, tags: ['a', 'b'] })),
});

interface Hostile {
  readonly page: (size: number) => Uint8Array | string;
  readonly spec?: Partial<RootSpec>;
}

const hostile: Readonly<Record<string, Hostile>> = {
  'page of documents': { page: (mib) => repeated('[', `${order},`, '{}]', mib * MIB) },
  'page of documents, broken at the end': { page: (mib) => repeated('[', `${order},`, '{}', mib * MIB) },
  'page of documents, bad byte at the end': {
    page: (mib) => {
      const page = repeated('[', `${order},`, '{"k":"xx"}]', mib * MIB);
      page[page.length - 4] = 0xff;
      return page;
    },
  },
  'long string': { page: (mib) => repeated('[{"v":"', 'é€😀x', '"}]', mib * MIB) },
  'long string without end': { page: (mib) => repeated('[{"v":"', 'abcdefgh', '', mib * MIB) },
  'long string of escapes': { page: (mib) => repeated('[{"v":"', '\\u00e9\\n', '"}]', mib * MIB) },
  'long key': { page: (mib) => repeated('[{"', 'k', '":1}]', mib * MIB) },
  'long key, then an error': { page: (mib) => repeated('[{"', 'k', '":x}]', mib * MIB) },
  'long number': { page: (digits) => `[{"v":${'9'.repeat(digits)}}]` },
  'long fraction': { page: (digits) => `[{"v":0.${'3'.repeat(digits)}}]` },
  'white space': { page: (mib) => repeated('[', ' \n', '{"v":1}]', mib * MIB) },
  'array of scalars': { page: (count) => `[{"v":[${'1,'.repeat(count - 1)}1]}]` },
  'array of objects': { page: (count) => `[{"v":[${'{"a":1},'.repeat(count - 1)}{}]}]` },
  'array of arrays': { page: (count) => `[{"v":[${'[1],'.repeat(count - 1)}[]]}]` },
  'array of nulls': { page: (count) => `[{"v":[${'null,'.repeat(count - 1)}null]}]` },
  'mixed array': { page: (count) => `[{"v":[${'1,{},'.repeat(count / 2)}[]]}]` },
  'nested arrays': { page: (levels) => `[{"v":${nested('[', ']', levels)}}]` },
  'nested objects': { page: (levels) => `[{"v":${'{"k":'.repeat(levels)}1${'}'.repeat(levels)}}]` },
  'nested arrays, exact': { page: (levels) => `[{"n":9007199254740993,"v":${nested('[', ']', levels)}}]` },
  'nested arrays without end': { page: (levels) => `[{"v":${'['.repeat(levels)}` },
  'nested objects without end': { page: (levels) => `[{"v":${'{"k":'.repeat(levels)}` },
  'distinct strings': {
    page: (count) => `[${Array.from({ length: count }, (_, i) => `{"v":"text ${i}"}`).join(',')}]`,
  },
  'distinct keys': {
    page: (count) => `[{"v":{${Array.from({ length: count }, (_, i) => `"k${i}":${i}`).join(',')}}}]`,
  },
  'distinct keys, one a document': {
    page: (count) => `[${Array.from({ length: count }, (_, i) => `{"v":{"k${i}":${i}}}`).join(',')}]`,
  },
  'distinct arrays': {
    page: (count) => `[{"v":{${Array.from({ length: count }, (_, i) => `"k${i}":[${i}]`).join(',')}}}]`,
  },
  'distinct keys of a map': {
    page: (count) => `[{"v":{${Array.from({ length: count }, (_, i) => `"k${i}":${i}`).join(',')}}}]`,
    spec: { paths: [{ path: ['v'], map: 'table' }] },
  },
  'one key many times': { page: (count) => `[{${'"k":1,'.repeat(count)}"k":2}]` },
  'keys that meet': {
    page: (count) => `[{${Array.from({ length: count }, (_, i) => `"${spelled(i)}":${i}`).join(',')}}]`,
  },
};

/** One word in as many spellings as its letters allow. */
function spelled(number: number): string {
  return 'abcdefghijklmnop'
    .split('')
    .map((letter, bit) => ((number >> bit) & 1 ? letter.toUpperCase() : letter))
    .join('');
}

const [name = '', size = '1'] = process.argv.slice(2);
const { page, spec = {} } = hostile[name] ?? {};
if (page === undefined) throw new Error(`There is no page ${name}`);

const flattener = createFlattener({ table: 't', ...spec });
flattener.push('[{"v":{"before":1}}]');
flattener.take();
const before = JSON.stringify(flattener.schema);
const given = page(Number(size));
const told: Record<string, unknown> = { bytes: given.length };
try {
  flattener.push(given);
  const { tables } = flattener.take();
  told['rows'] = Object.fromEntries(tables.map(({ table, rows }) => [table.name, rows]));
  told['columns'] = tables.reduce((sum, { table }) => sum + table.columns.length, 0);
  told['longest'] = Math.max(...tables.map(({ table }) => Math.max(...table.columns.map(({ maxBytes }) => maxBytes))));
} catch (error) {
  if (!(error instanceof FlattenError)) throw error;
  const { page: number, byteOffset, path } = error;
  told['error'] = { name: error.name, message: error.message, page: number, byteOffset, steps: path?.length };
  told['kept'] = flattener.pendingDocuments;
  told['schemaKept'] = JSON.stringify(flattener.schema) === before;
  flattener.push('[{"v":{"before":2}}]');
  told['after'] = flattener.take().tables.map(({ table, rows }) => [table.name, rows]);
}
told['peakMiB'] = Math.round(process.resourceUsage().maxRSS / 1024);
process.stdout.write(JSON.stringify(told));
