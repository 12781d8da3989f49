import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkFilterNames,
  fillFilter,
  FilterError,
  filterValues,
  formatFilter,
  formatParameter,
  ParameterError,
  parseFilter,
  parseParameters,
  placeholdersOf,
  type FilterParameter,
} from '../src/index.ts';

const parameters: readonly FilterParameter[] = [
  { name: 'status', values: ['finished', 'running'], open: true },
  { name: 'createdSince', format: 'date-time' },
  { name: 'updatedSince', format: 'date-time' },
  { name: 'includeScopes', values: ['live', 'draft', 'live,draft'] },
];

const values = new Map([
  ['max_modified_time', '2026-05-01T10:00:00.000Z'],
  ['includeScopes', 'live,draft'],
]);

/** What the list is asked for. */
function asked(text: string): Readonly<Record<string, string>> {
  const statement = parseFilter(text);
  checkFilterNames(statement, 'process_context', parameters);
  return filterValues(fillFilter(statement, values), parameters);
}

describe('every statement of the two guides', () => {
  const cases: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ["status = 'finished'", { status: 'finished' }],
    [
      "status = 'finished' AND updatedSince = <%=max_modified_time%>",
      { status: 'finished', updatedSince: '2026-05-01T10:00:00.000Z' },
    ],
    ["includeScopes = '<%=includeScopes%>'", { includeScopes: 'live,draft' }],
    [
      "updatedSince = <%=max_modified_time%> and includeScopes = '<%=includeScopes%>'",
      { updatedSince: '2026-05-01T10:00:00.000Z', includeScopes: 'live,draft' },
    ],
  ];
  test.for(cases)('%s', ([text, want]) => {
    expect(asked(text)).toEqual(want);
  });
});

test.for<readonly [string, Readonly<Record<string, string>>]>([
  ["status='finished'aNd createdSince=2026-01-31", { status: 'finished', createdSince: '2026-01-31T00:00:00.000Z' }],
  ["createdSince = '2026-01-31T08:00:00+02:00'", { createdSince: '2026-01-31T06:00:00.000Z' }],
  ['createdSince = 2022-03-22T00:00', { createdSince: '2022-03-22T00:00:00.000Z' }],
  ["status = 'it''s new'", { status: "it's new" }],
  ["status = 'AND'", { status: 'AND' }],
  ['"status" = finished', { status: 'finished' }],
  ["includeScopes = 'live,draft'", { includeScopes: 'live,draft' }],
  ['updatedSince = <%= max_modified_time %>', { updatedSince: '2026-05-01T10:00:00.000Z' }],
])('%s is understood', ([text, want]) => {
  expect(asked(text)).toEqual(want);
});

describe('what is wrong is named with its place and the right form', () => {
  const cases: readonly (readonly [string, number, RegExp])[] = [
    ["status = 'finished' OR status = 'failed'", 21, /"OR": .* only be joined with AND/],
    ["status <> 'finished'", 8, /"<>": only = is possible/],
    ['createdSince >= 2026-01-01', 14, /">=": only = is possible/],
    ["status LIKE 'fin%'", 8, /"LIKE": only = is possible/],
    ["NOT status = 'finished'", 1, /only = is possible/],
    ["stauts = 'finished'", 1, /process_context cannot be filtered by "stauts".* there are status, createdSince/],
    ["Status = 'finished'", 1, /write status/],
    ["(status = 'finished')", 1, /parentheses are not possible/],
    ["status = 'finished", 10, /the ' that begins here has no end/],
    ['status = "finished"', 10, /single quotes; write 'finished'/],
    ['status =', 9, /the value is missing; write status = 'value'/],
    ['status', 7, /"= value" is missing after status/],
    ["status 'finished'", 8, /= is expected after status/],
    ['', 1, /the statement is empty/],
    ["status = 'finished' AND", 24, /a condition is missing after AND/],
    ["status = 'finished' status = 'x'", 21, /AND is expected here/],
    ["status = 'finished';", 20, /no end mark/],
    ["status = 'finished' AND status = 'failed'", 25, /status is set twice/],
    ['updatedSince = yesterday', 16, /"yesterday" is not a date; write updatedSince = 2026-01-31/],
    ['updatedSince = 2026-02-31', 16, /is not a date/],
    ["includeScopes = 'dead'", 17, /includeScopes is one of 'live', 'draft', 'live,draft'/],
    ["status = ''", 10, /the value is empty/],
    ['updatedSince = <%=max_time%>', 16, /<%=max_time%> is not defined; there are <%=max_modified_time%>/],
  ];
  test.for(cases)('%s', ([text, position, message]) => {
    const error = failure(() => asked(text));
    expect(error).toBeInstanceOf(FilterError);
    expect(error).toMatchObject({ position, statement: text });
    expect((error as FilterError).message).toMatch(message);
  });
});

test('a statement reads the same after it was written out', () => {
  const name = fc.constantFrom('status', 'createdSince', 'updatedSince', 'includeScopes', 'executionTemplateID');
  const condition = fc.tuple(name, fc.string());
  fc.assert(
    fc.property(fc.uniqueArray(condition, { selector: ([key]) => key, minLength: 1 }), (conditions) => {
      const text = conditions.map(([key, value]) => `${key} = '${value.replaceAll("'", "''")}'`).join(' AND ');
      const read = parseFilter(text);
      expect(read.conditions.map(({ name: key, value }) => [key, value])).toEqual(conditions);
      expect(formatFilter(read)).toBe(text);
    }),
  );
});

test('parameters are text, or the largest value of a column with a default', () => {
  const text = 'includeScopes=live,draft; max_modified_time=FIND_MAX(process_context, metadata$updatedAt, 2020-01-01)';
  const read = parseParameters(text);
  expect(read).toEqual([
    { kind: 'text', name: 'includeScopes', value: 'live,draft' },
    {
      kind: 'dynamic',
      name: 'max_modified_time',
      operation: 'FIND_MAX',
      table: 'process_context',
      column: 'metadata$updatedAt',
      default: '2020-01-01',
    },
  ]);
  expect(read.map(formatParameter).join('; ')).toBe(text);
});

test.for<readonly [string, RegExp]>([
  ['includeScopes', /not of the form name=value/],
  ['a=1; a=2', /a is given twice/],
  ['m=LIST(process_context, status, x)', /LIST is not possible.*FIND_MAX or FIND_MIN/],
  ['m=FIND_MAX(process_context)', /not of the form FIND_MAX\(table, column, default date\)/],
])('parameters: %s is refused', ([text, message]) => {
  const error = failure(() => parseParameters(text));
  expect(error).toBeInstanceOf(ParameterError);
  expect((error as ParameterError).message).toMatch(message);
});

test('the placeholders of a statement are told once each', () => {
  expect(
    placeholdersOf(parseFilter("status = '<%=a%>' AND createdSince = <%= b %> AND includeScopes = '<%=a%>'")),
  ).toEqual(['a', 'b']);
});

function failure(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was refused.');
}
