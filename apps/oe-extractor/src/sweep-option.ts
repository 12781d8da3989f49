/** How often all keys are read to find what the engine no longer has. */
import { type OptionSpec, type Settings, UsageError } from '@millrace/cli-kit';

export const sweepOption: OptionSpec = {
  flags: '--sweep <when>',
  key: 'sweep',
  description:
    'read all keys and mark what was deleted (_deleted_at): now, never, or a span since the last time, as 24h',
  default: '24h',
};

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds after the last sweep; 0 for `now`, undefined for `never`. */
export function readSweep(settings: Settings): number | undefined {
  const text = (settings.text('sweep') ?? '24h').trim();
  if (text === 'now') return 0;
  if (text === 'never') return undefined;
  const [, count = '', unit = ''] = /^(?:every )?(\d{1,6})([mhd])$/.exec(text) ?? [];
  const length = units[unit];
  if (length === undefined || Number(count) === 0) {
    throw new UsageError(
      `${settings.sourceOf('sweep')}: "${text}" is none of now, never, or a span as 90m, 24h or 7d.`,
    );
  }
  return Number(count) * length;
}
