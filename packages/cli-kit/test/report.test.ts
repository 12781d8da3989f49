import type { Receipt } from '@millrace/extract';
import { describe, expect, test } from 'vitest';
import { FigureCollector } from '../src/report/figures.ts';
import { renderReport, type ReportData } from '../src/report/page.ts';
import { chromium, seenIn } from './browser.ts';

const nothing: ReportData = {
  program: 'mill',
  destination: 'duckdb:mill.duckdb',
  generatedAt: '2026-06-02T00:00:00.000Z',
  feeds: [],
  runs: [],
  tables: [],
  processes: [],
};

const hash = '0'.repeat(64);

function receipt(sequence: number, more: Partial<Receipt>): Receipt {
  const proof = { proof: 'counted', contentHash: hash, pages: 1, attempts: 1, rows: {} } as const;
  const place = { sequence, previous: hash, hash, run: 'r1', serverTime: '2026-06-01T12:00:00.000Z' };
  return { feed: 'audit', documents: 0, served: 0, ...place, ...proof, ...more };
}

/** A year of runs, with everything that can be shown. */
function everything(name: string): ReportData {
  const at = (day: number): string => new Date(Date.UTC(2026, 0, day)).toISOString();
  const collector = new FigureCollector();
  for (let day = 1; day <= 150; day += 1) {
    const late = day % 40 === 0 ? { late: 3 } : {};
    collector.add(
      receipt(day, {
        run: `r${day}`,
        from: at(day - 1),
        to: at(day),
        documents: day * 7,
        serverTime: at(day + 1),
        ...late,
      }),
    );
    collector.add(receipt(day, { feed: name, run: `r${day}`, documents: 12, serverTime: at(day + 1) }));
  }
  const gaps = [
    { from: at(60), to: at(70), acknowledged: false },
    { from: at(90), to: at(95), acknowledged: true },
  ];
  const status = { receipts: 150, documents: 79_275, late: 9, missing: 1, completeTo: at(150), last: undefined };
  const days = Array.from({ length: 90 }, (_, day) => ({ day: at(day * 1.3 + 1).slice(0, 10), events: day }));
  return {
    ...nothing,
    destination: name,
    feeds: [collector.feed({ feed: 'audit', gaps, ...status }), collector.feed({ feed: name, gaps: [], ...status })],
    runs: collector.runs,
    tables: [{ table: name, rows: 12 }],
    processes: [
      {
        table: name,
        cases: 10,
        events: 4005,
        activities: 2,
        variants: 2,
        medianSeconds: 4000,
        topActivities: [{ name, events: 4000, cases: 9 }],
        topVariants: [{ steps: ['A', 'A', 'A', name], length: 90, cases: 4 }],
        days,
      },
    ],
    verification: {
      receipts: 300,
      head: { sequence: 300, hash },
      uncovered: [name],
      findings: [{ kind: 'table', name, message: name }],
    },
  };
}

describe('figures of receipts', () => {
  test('how old the data was is told once for each run but the first, by what the runs before had reached', () => {
    const collector = new FigureCollector();
    const windows: [string, string, string, string][] = [
      ['r1', '2026-06-01T00:00:00.000Z', '2026-06-01T06:00:00.000Z', '2026-06-01T12:00:00.000Z'],
      ['r1', '2026-06-01T06:00:00.000Z', '2026-06-01T11:55:00.000Z', '2026-06-01T12:00:00.000Z'],
      ['r2', '2026-06-01T11:55:00.000Z', '2026-06-01T12:55:00.000Z', '2026-06-01T13:00:00.000Z'],
      ['r2', '2026-06-01T00:00:00.000Z', '2026-06-01T06:00:00.000Z', '2026-06-01T13:00:00.000Z'],
      ['r3', '2026-06-01T12:55:00.000Z', '2026-06-01T12:56:00.000Z', '2026-06-01T12:50:00.000Z'],
    ];
    for (const [index, [run, from, to, serverTime]] of windows.entries())
      collector.add(receipt(index + 1, { run, from, to, serverTime, documents: 1 }));
    const { ages } = collector.feed({
      feed: 'audit',
      completeTo: undefined,
      last: undefined,
      receipts: 5,
      documents: 5,
      late: 0,
      missing: 0,
      gaps: [],
    });
    expect(ages.map(({ seconds }) => seconds)).toEqual([3900, 0]);
  });

  test('a receipt that somebody took note of gaps is no run', () => {
    const collector = new FigureCollector();
    collector.add(receipt(1, { proof: 'acknowledgement' }));
    expect(collector.runs).toEqual([]);
  });
});

const hostile = `<script>alert(1)</script><img src=x onerror=alert(1)>"'&amp;\0\ud800`;

test('what comes from data is text, whatever it says', () => {
  const page = renderReport(everything(hostile));
  expect(page).not.toMatch(/<script|<img|\0/);
  expect(page).toContain(
    '&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(1)&gt;&quot;&#39;&amp;amp;\ufffd\ufffd',
  );
  expect(page.isWellFormed()).toBe(true);
});

/** Elements that are closed out of turn, or never. */
function unbalanced(page: string): string[] {
  const open: string[] = [];
  const wrong: string[] = [];
  for (const [, closing = '', name = '', selfClosing = ''] of page.matchAll(/<(\/?)([a-z]\w*)\b[^>]*?(\/?)>/g)) {
    if (name === 'meta' || selfClosing === '/') continue;
    if (closing === '') open.push(name);
    else if (open.pop() !== name) wrong.push(name);
  }
  return [...wrong, ...open];
}

test('every element is closed, and every number in a picture is one', () => {
  for (const data of [nothing, everything(hostile)]) {
    const page = renderReport(data);
    expect(unbalanced(page)).toEqual([]);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  }
});

test.skipIf(chromium === undefined)(
  'a browser draws it: pictures have a size, nothing runs, nothing is asked for, nothing sticks out',
  async () => {
    const seen = await seenIn(
      renderReport(everything(hostile)),
      `const all = (selector) => [...document.querySelectorAll(selector)];
      return {
        scripts: document.scripts.length + document.images.length,
        requests: window.performance.getEntriesByType('resource').length,
        flat: all('svg').filter((svg) => svg.getBoundingClientRect().height < 8).length,
        pictures: all('svg[role=img]').length,
        hidden: all('svg[role=img] rect').filter((rect) => window.getComputedStyle(rect).fill === 'rgb(0, 0, 0)').length,
        crooked: all('table').filter((table) => new Set([...table.rows].map((row) => row.cells.length)).size > 1).length,
        overflow: document.documentElement.scrollWidth > window.innerWidth,
        headings: all('h2').map((each) => each.textContent),
      };`,
    );
    const shown = hostile.replaceAll(/[\0\ud800]/g, '\ufffd');
    expect(seen).toEqual({
      scripts: 0,
      requests: 0,
      flat: 0,
      pictures: 4,
      hidden: 0,
      crooked: 0,
      overflow: false,
      headings: [
        'Feeds',
        'Time covered',
        'Documents read, by day',
        'Age of the data when each run came',
        shown,
        'Tables',
      ],
    });
  },
  120_000,
);
