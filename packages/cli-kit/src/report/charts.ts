/** Pictures as plain SVG. Colours are those of the page, so that they fit a light and a dark one. */
import { html, type Html } from './html.ts';

/** One column of bars: a value for each series. */
export interface Column {
  readonly label: string;
  /** What a pointer that rests on it reads. */
  readonly title: string;
  readonly values: readonly number[];
}

const width = 920;
const left = 64;
const bottom = 24;
const top = 8;

/** Stacked columns. `alt` says what is seen, for who cannot see it. */
export function columnChart(
  alt: string,
  columns: readonly Column[],
  format: (value: number) => string = withCommas,
): Html {
  const height = 180;
  const most = Math.max(1, ...columns.map(({ values }) => values.reduce((sum, value) => sum + value, 0)));
  const scale = niceMaximum(most);
  const step = (width - left) / columns.length;
  const thickness = Math.max(1, Math.min(48, step * 0.8));
  const y = (value: number): number => top + (height - top - bottom) * (1 - value / scale);
  const bars = columns.map(({ title, values }, index) => {
    let base = 0;
    const x = left + index * step + (step - thickness) / 2;
    const parts = values.map((value, series) => {
      const rect = html`<rect class="s${series % 6}" x="${round(x)}" y="${round(y(base + value))}" width="${round(thickness)}" height="${round(y(base) - y(base + value))}"/>`;
      base += value;
      return rect;
    });
    return html`<g><title>${title}</title>${parts}</g>`;
  });
  return frame(alt, height, [...yAxis(scale, y, format), ...bars, ...xLabels(columns, step, height)]);
}

/** Lines over time, one a series, x by time. */
export function lineChart(
  alt: string,
  series: readonly (readonly { readonly at: number; readonly value: number; readonly title: string }[])[],
  format: (value: number) => string,
): Html {
  const height = 180;
  const points = series.flat();
  const first = Math.min(...points.map(({ at }) => at));
  const last = Math.max(...points.map(({ at }) => at));
  const scale = Math.max(1, ...points.map(({ value }) => value)) * 1.05;
  const x = (at: number): number => left + 8 + ((width - left - 16) * (at - first)) / Math.max(1, last - first);
  const y = (value: number): number => top + (height - top - bottom) * (1 - value / scale);
  const lines = series.map((line, index) => {
    const path = line.map(({ at, value }) => `${round(x(at))},${round(y(value))}`).join(' ');
    const dots = line.map(
      ({ at, value, title }) =>
        html`<circle class="s${index % 6}" cx="${round(x(at))}" cy="${round(y(value))}" r="3"><title>${title}</title></circle>`,
    );
    return html`<polyline class="line l${index % 6}" points="${path}"/>${dots}`;
  });
  const ends = [
    html`<text class="axis" x="${left}" y="${height - 6}">${day(first)}</text>`,
    html`<text class="axis" x="${width}" y="${height - 6}" text-anchor="end">${day(last)}</text>`,
  ];
  return frame(alt, height, [...yAxis(scale, y, format), ...lines, ...ends]);
}

/** A stretch of time. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly kind: 'covered' | 'gap' | 'noted' | 'late';
  readonly title: string;
}

/** Rows of stretches over a common time axis. */
export function timeline(
  alt: string,
  rows: readonly { readonly name: string; readonly stretches: readonly Stretch[] }[],
): Html {
  const lane = 30;
  const margin = 150;
  const height = rows.length * lane + bottom;
  const all = rows.flatMap(({ stretches }) => stretches);
  const first = Math.min(...all.map(({ from }) => from));
  const last = Math.max(...all.map(({ to }) => to));
  const x = (at: number): number => margin + ((width - margin) * (at - first)) / Math.max(1, last - first);
  const lanes = rows.map(({ name, stretches }, index) => {
    const y = index * lane + 6;
    const bars = stretches.map(({ from, to, kind, title }) => {
      // A second among two years must still be seen.
      const wide = Math.max(kind === 'covered' ? 1 : 3, x(to) - x(from));
      return html`<rect class="${kind}" x="${round(Math.min(x(from), width - wide))}" y="${kind === 'late' ? y + 14 : y}" width="${round(wide)}" height="${kind === 'late' ? 4 : 18}"><title>${title}</title></rect>`;
    });
    return html`<text class="name" x="${margin - 10}" y="${y + 13}" text-anchor="end">${name}</text>${bars}`;
  });
  const ends = [
    html`<text class="axis" x="${margin}" y="${height - 6}">${day(first)}</text>`,
    html`<text class="axis" x="${width}" y="${height - 6}" text-anchor="end">${day(last)}</text>`,
  ];
  return frame(alt, height, [...lanes, ...ends]);
}

/** A bar as wide as its share of the largest, to stand in a table cell. */
export function shareBar(value: number, most: number): Html {
  const share = round((100 * value) / Math.max(1, most));
  return html`<svg class="share" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect class="s0" width="${share}" height="10"/></svg>`;
}

/** 12345 → `12,345`. */
export function withCommas(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 1 });
}

function frame(alt: string, height: number, parts: readonly Html[]): Html {
  return html`<svg role="img" aria-label="${alt}" viewBox="0 0 ${width} ${height}">${parts}</svg>`;
}

function yAxis(scale: number, y: (value: number) => number, format: (value: number) => string): Html[] {
  return [0, scale / 2, scale].map(
    (value) =>
      html`<line class="grid" x1="${left}" x2="${width}" y1="${round(y(value))}" y2="${round(y(value))}"/><text class="axis" x="${left - 8}" y="${round(y(value) + 4)}" text-anchor="end">${format(value)}</text>`,
  );
}

/** As many labels as there is room for, evenly. */
function xLabels(columns: readonly Column[], step: number, height: number): Html[] {
  const every = Math.max(1, Math.ceil(columns.length / 8));
  return columns.flatMap(({ label }, index) =>
    index % every === 0
      ? [
          html`<text class="axis" x="${round(left + (index + 0.5) * step)}" y="${height - 6}" text-anchor="middle">${label}</text>`,
        ]
      : [],
  );
}

/** The next of 1, 2, 5, 10, 20, 50 … */
function niceMaximum(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return power * ([1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10);
}

function day(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
