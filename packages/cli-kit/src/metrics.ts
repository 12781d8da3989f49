/** How far the feeds are, for Prometheus: the text file that its node exporter collects. */
import { randomUUID } from 'node:crypto';
import { rename, rm, writeFile } from 'node:fs/promises';
import type { FeedStatus } from '@millrace/extract';

type Metric = readonly [
  name: string,
  kind: 'gauge' | 'counter',
  help: string,
  value: (feed: FeedStatus) => number | undefined,
];

const seconds = (iso: string | undefined): number | undefined =>
  iso === undefined ? undefined : Date.parse(iso) / 1000;
const openGaps = ({ gaps }: FeedStatus): FeedStatus['gaps'] => gaps.filter(({ acknowledged }) => !acknowledged);

const metrics: readonly Metric[] = [
  [
    'millrace_complete_to_timestamp_seconds',
    'gauge',
    'The feed is complete up to here.',
    (feed) => seconds(feed.completeTo),
  ],
  [
    'millrace_last_read_timestamp_seconds',
    'gauge',
    "The server's clock at the last reading that was committed.",
    (feed) => seconds(feed.last?.serverTime),
  ],
  ['millrace_receipts_total', 'counter', 'Receipts in the ledger.', (feed) => feed.receipts],
  ['millrace_documents_total', 'counter', 'Documents in all receipts.', (feed) => feed.documents],
  ['millrace_late_documents_total', 'counter', 'Documents that turned up in windows read before.', (feed) => feed.late],
  ['millrace_missing_documents_total', 'counter', 'Documents that the source no longer gives.', (feed) => feed.missing],
  [
    'millrace_open_gaps',
    'gauge',
    'Spans deleted at the source before they were read, not acknowledged.',
    (feed) => openGaps(feed).length,
  ],
  [
    'millrace_open_gap_seconds',
    'gauge',
    'Length of these spans.',
    (feed) => openGaps(feed).reduce((sum, { from, to }) => sum + (Date.parse(to) - Date.parse(from)) / 1000, 0),
  ],
];

/** The text of the file. */
export function renderMetrics(destination: string, feeds: readonly FeedStatus[], now: number): string {
  const lag: Metric = [
    'millrace_lag_seconds',
    'gauge',
    'Age of the instant up to which the feed is complete, when this was written.',
    ({ completeTo }) => (completeTo === undefined ? undefined : (now - Date.parse(completeTo)) / 1000),
  ];
  const lines = [...metrics, lag].flatMap(([name, kind, help, value]) => [
    `# HELP ${name} ${help}`,
    `# TYPE ${name} ${kind}`,
    ...feeds.flatMap((feed) => {
      const number = value(feed);
      return number === undefined
        ? []
        : [`${name}{destination="${label(destination)}",feed="${label(feed.feed)}"} ${number}`];
    }),
  ]);
  return `${lines.join('\n')}\n`;
}

/** Replaces the file as a whole: a collector never sees half of it. */
export async function writeMetrics(path: string, text: string): Promise<void> {
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, text);
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
}

function label(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
