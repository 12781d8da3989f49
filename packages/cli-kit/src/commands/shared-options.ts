import type { OptionSpec } from '../command.ts';

/** `--to`, with the program's own file as default. */
export function destinationOption(file: string): OptionSpec {
  return {
    flags: '--to <destination>',
    key: 'to',
    description:
      'duckdb:FILE, parquet:DIR, csv:DIR, ndjson:DIR, ndjson:- (standard output) or celonis:POOL (a data pool)',
    default: `duckdb:${file}`,
  };
}

/** `--log-windows`. */
export const logWindowsOption: OptionSpec = {
  flags: '--log-windows <file>',
  key: 'logWindows',
  description: 'append a log record for each receipt, a line each, in the JSON form of OpenTelemetry (OTLP)',
};

/** `--json`. */
export const jsonOption: OptionSpec = { flags: '--json', key: 'json', description: 'print JSON instead of a table' };
