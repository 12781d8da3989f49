/** The report as one HTML file that needs nothing else: no script, no font, no request. */
import type { TableSummary, VerifyReport } from '@millrace/destinations';
import { span } from '../span.ts';
import { columnChart, lineChart, shareBar, timeline, withCommas, type Column, type Stretch } from './charts.ts';
import type { FeedFigures, RunFigures } from './figures.ts';
import { html, type Html } from './html.ts';
import type { ProcessFigures } from './process-figures.ts';
import { style } from './style.ts';

/** Everything that the report shows. */
export interface ReportData {
  readonly program: string;
  readonly destination: string;
  /** ISO 8601 UTC. */
  readonly generatedAt: string;
  readonly feeds: readonly FeedFigures[];
  readonly runs: readonly RunFigures[];
  readonly tables: readonly Pick<TableSummary, 'table' | 'rows'>[];
  readonly processes: readonly ProcessFigures[];
  /** Absent where it was not asked for. */
  readonly verification?: Pick<VerifyReport, 'receipts' | 'head' | 'findings' | 'uncovered'>;
}

/** The whole file. */
export function renderReport(data: ReportData): string {
  const { program, destination, generatedAt } = data;
  const title = `${program}: ${destination}`;
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<style>${{ html: style }}</style>
</head>
<body>
<header><h1>${destination}</h1><p>What ${program} wrote there, as of ${minute(generatedAt)} UTC.</p></header>
<main>
${verdict(data)}
${feedTable(data)}
${coverage(data.feeds)}
${runChart(data)}
${ageChart(data.feeds)}
${data.processes.map(process)}
${tableList(data.tables)}
</main>
</body>
</html>
`.html;
}

function verdict({ verification, feeds, tables, runs }: ReportData): Html {
  const openGaps = feeds.flatMap(({ feed, gaps }) =>
    gaps.filter(({ acknowledged }) => !acknowledged).map((gap) => ({ feed, ...gap })),
  );
  const rows = tables.reduce((sum, table) => sum + table.rows, 0);
  const late = feeds.reduce((sum, feed) => sum + feed.late, 0);
  const figures: readonly (readonly [string, string])[] = [
    [withCommas(rows), 'rows'],
    [withCommas(tables.length), 'tables'],
    [withCommas(runs.length), 'runs that brought something'],
    [withCommas(late), 'records came late and were taken in'],
    [withCommas(openGaps.length), 'open gaps'],
  ];
  return html`<section>
<ul class="figures">${figures.map(([value, what]) => html`<li><b>${value}</b> ${what}</li>`)}</ul>
${verified(verification)}
${openGaps.map(({ feed, from, to }) => html`<p class="bad">Gap: what happened in ${feed} from ${minute(from)} to ${minute(to)} was deleted at the source before it was read. <code>status --acknowledge</code> takes note of it.</p>`)}
</section>`;
}

function verified(verification: ReportData['verification']): Html {
  if (verification === undefined) return html`<p>Whether it is as it was written was not checked.</p>`;
  const { findings, receipts, head, uncovered } = verification;
  const made =
    uncovered.length === 0 ? '' : ` Made by transformations, and covered by no receipt: ${uncovered.join(', ')}.`;
  if (findings.length === 0)
    return html`<p class="good">Verified: ${withCommas(receipts)} receipts, and every row and file, are as they were written.${made}</p>
<p class="head">Head of the ledger: <code>${head.hash}</code> (receipt ${withCommas(head.sequence)})</p>`;
  return html`<p class="bad">Changed after it was written:</p>
<ul class="bad">${findings.map(({ name, message }) => html`<li><code>${name}</code>: ${message}</li>`)}</ul>`;
}

function feedTable({ feeds, generatedAt }: ReportData): Html {
  const heads = [
    ...['feed', 'complete to', 'lag'].map((head) => heading(head)),
    ...['receipts', 'documents', 'late', 'no longer there', 'gaps'].map((head) => heading(head, 'n')),
    heading('last proof'),
  ];
  const rows = feeds.map(
    (
      feed,
    ) => html`<tr><th scope="row">${feed.feed}</th><td>${feed.completeTo === undefined ? '' : minute(feed.completeTo)}</td>
<td>${feed.completeTo === undefined ? '' : span((Date.parse(generatedAt) - Date.parse(feed.completeTo)) / 1000)}</td>
<td class="n">${withCommas(feed.receipts)}</td><td class="n">${withCommas(feed.documents)}</td><td class="n">${withCommas(feed.late)}</td>
<td class="n">${withCommas(feed.missing)}</td><td class="n">${feed.gaps.length}</td><td>${feed.last?.proof ?? ''}</td></tr>`,
  );
  return html`<section><h2>Feeds</h2>
<div class="wide"><table><thead><tr>${heads}</tr></thead><tbody>${rows}</tbody></table></div></section>`;
}

function coverage(feeds: readonly FeedFigures[]): Html {
  const rows = feeds.flatMap(({ feed, from, completeTo, gaps, lateWindows }) => {
    if (from === undefined || completeTo === undefined) return [];
    const stretch = (kind: Stretch['kind'], what: string, begin: string, end: string): Stretch => ({
      kind,
      from: Date.parse(begin),
      to: Date.parse(end),
      title: `${feed}: ${what}, ${minute(begin)} to ${minute(end)}`,
    });
    return {
      name: feed,
      stretches: [
        stretch('covered', 'read whole', from, completeTo),
        ...gaps.map((gap) =>
          stretch(gap.acknowledged ? 'noted' : 'gap', gap.acknowledged ? 'gap, acknowledged' : 'gap', gap.from, gap.to),
        ),
        ...lateWindows.map((window) => stretch('late', 'records came late', window.from, window.to)),
      ],
    };
  });
  if (rows.length === 0) return html``;
  return html`<section><h2>Time covered</h2>
<p class="legend"><span class="k covered"></span>read whole <span class="k gap"></span>gap <span class="k noted"></span>gap, acknowledged <span class="k late"></span>records came late</p>
${timeline('The time that each feed covers, with gaps and late records', rows)}</section>`;
}

const mostColumns = 60;

function runChart({ runs, feeds }: ReportData): Html {
  const names = feeds.map(({ feed }) => feed);
  const labelled = runs.map((run) => ({
    ...run,
    label: runs.length > mostColumns ? run.at.slice(0, 10) : minute(run.at),
  }));
  const columns = [...Map.groupBy(labelled, ({ label }) => label)].slice(-mostColumns).map(([label, group]): Column => {
    const values = names.map((name) => group.reduce((sum, { documents }) => sum + (documents[name] ?? 0), 0));
    const late = group.reduce((sum, run) => sum + run.late, 0);
    const told = names.map((name, index) => `${name} ${withCommas(values[index] ?? 0)}`).join(', ');
    return { label, title: `${label}: ${told}${late === 0 ? '' : `; ${withCommas(late)} of them late`}`, values };
  });
  if (columns.length === 0) return html``;
  const what = runs.length > mostColumns ? 'Documents read, by day' : 'Documents read, by run';
  return html`<section><h2>${what}</h2>${legend(names)}${columnChart(what, columns)}</section>`;
}

function ageChart(feeds: readonly FeedFigures[]): Html {
  const drawn = feeds.filter(({ ages }) => ages.length > 1);
  if (drawn.length === 0) return html``;
  const series = drawn.map(({ feed, ages }) =>
    ages.map(({ at, seconds }) => ({
      at: Date.parse(at),
      value: seconds,
      title: `${feed}, ${minute(at)}: ${span(seconds)}`,
    })),
  );
  return html`<section><h2>Age of the data when each run came</h2>${legend(drawn.map(({ feed }) => feed))}
${lineChart('How old the newest data was when each run came', series, (value) => span(value))}</section>`;
}

function legend(names: readonly string[]): Html {
  return html`<p class="legend">${names.map((name, index) => html`<span class="k s${index % 6}"></span>${name} `)}</p>`;
}

function process(figures: ProcessFigures): Html {
  const { table, cases, events, activities, variants, medianSeconds, from, to, topActivities, topVariants } = figures;
  const time = from === undefined || to === undefined ? '' : `, ${minute(from)} to ${minute(to)}`;
  const most = topActivities[0]?.events ?? 1;
  const activityRows = topActivities.map(
    (each) =>
      html`<tr><th scope="row">${each.name}</th><td class="bar">${shareBar(each.events, most)}</td><td class="n">${withCommas(each.events)}</td><td class="n">${withCommas(each.cases)}</td></tr>`,
  );
  const variantRows = topVariants.map(
    ({ steps, length, cases: own }) =>
      html`<tr><td class="n">${withCommas(own)}</td><td class="n">${withCommas((100 * own) / Math.max(1, cases))} %</td><td>${path(steps, length)}</td></tr>`,
  );
  return html`<section><h2>${table}</h2>
<p>${withCommas(events)} events in ${withCommas(cases)} cases${time}; ${withCommas(activities)} activities, ${withCommas(variants)} variants. Half of the cases took no longer than ${span(medianSeconds)} from their first event to their last.</p>
${eventChart(figures)}
<h3>Most frequent activities</h3>
<div class="wide"><table><thead><tr>${[heading('activity'), heading(''), heading('events', 'n'), heading('cases', 'n')]}</tr></thead><tbody>${activityRows}</tbody></table></div>
<h3>Most frequent variants</h3>
<div class="wide"><table><thead><tr>${[heading('cases', 'n'), heading('share', 'n'), heading('activities in order')]}</tr></thead><tbody>${variantRows}</tbody></table></div></section>`;
}

const mostSteps = 12;
const dayMs = 86_400_000;

/** A variant: what follows itself is written once, with how often. */
function path(steps: readonly string[], length: number): Html {
  const folded: { readonly step: string; times: number }[] = [];
  for (const step of steps) {
    const last = folded.at(-1);
    if (last?.step === step) last.times += 1;
    else folded.push({ step, times: 1 });
  }
  const shown = folded.slice(0, mostSteps);
  const left = length - shown.reduce((sum, { times }) => sum + times, 0);
  return html`<ol class="steps">${shown.map(({ step, times }) => html`<li><span>${step}${times > 1 ? ` × ${times}` : ''}</span></li>`)}${left > 0 ? html`<li class="more"><span>${withCommas(left)} more</span></li>` : ''}</ol>`;
}

function eventChart({ table, days }: ProcessFigures): Html {
  const first = Date.parse(days[0]?.day ?? '');
  const byMonth = Date.parse(days.at(-1)?.day ?? '') - first > 120 * dayMs;
  const groups = Map.groupBy(byMonth ? days : everyDay(days), ({ day }) => (byMonth ? day.slice(0, 7) : day));
  const columns = [...groups].map(([label, group]): Column => {
    const value = group.reduce((sum, { events }) => sum + events, 0);
    return { label, title: `${label}: ${withCommas(value)} events`, values: [value] };
  });
  return columns.length === 0 ? html`` : columnChart(`Events of ${table} by ${byMonth ? 'month' : 'day'}`, columns);
}

/** With the days on which nothing happened. */
function everyDay(days: ProcessFigures['days']): ProcessFigures['days'] {
  const events = new Map(days.map((each) => [each.day, each.events]));
  const last = days.at(-1)?.day ?? '';
  const all: { day: string; events: number }[] = [];
  for (let day = days[0]?.day ?? '~'; day <= last; day = new Date(Date.parse(day) + dayMs).toISOString().slice(0, 10))
    all.push({ day, events: events.get(day) ?? 0 });
  return all;
}

function tableList(tables: ReportData['tables']): Html {
  const most = Math.max(1, ...tables.map(({ rows }) => rows));
  const list = tables.map(
    ({ table, rows }) =>
      html`<tr><th scope="row">${table}</th><td class="bar">${shareBar(rows, most)}</td><td class="n">${withCommas(rows)}</td></tr>`,
  );
  return html`<section><h2>Tables</h2><div class="wide"><table><thead><tr>${[heading('table'), heading(''), heading('rows', 'n')]}</tr></thead><tbody>${list}</tbody></table></div></section>`;
}

function heading(text: string, align: 'n' | '' = ''): Html {
  return html`<th scope="col" class="${align}">${text}</th>`;
}

/** 2026-06-01T11:55:00.000Z → 2026-06-01 11:55 */
function minute(iso: string): string {
  return iso.slice(0, 16).replace('T', ' ');
}
