/** A log record for each receipt, in the JSON form of OpenTelemetry's protocol, a line each: what its file receiver reads. */
import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import type { Receipt } from '@millrace/extract';

type Attribute = readonly [key: string, value: string | number | undefined];

/** Where the lines go. */
export interface WindowLog {
  write(receipt: Receipt): void;
  /** Waits until everything is written. @throws a system error when something could not be */
  end(): Promise<void>;
}

/** Appends to a file. @throws a system error when it cannot be opened */
export async function openWindowLog(path: string, service: string, destination: string): Promise<WindowLog> {
  const stream: WriteStream = createWriteStream(path, { flags: 'a' });
  await once(stream, 'open');
  let failure: Error | undefined;
  stream.on('error', (error) => (failure ??= error));
  return {
    write: (receipt) => void stream.write(`${JSON.stringify(logRecord(receipt, service, destination))}\n`),
    end: async () => {
      stream.end();
      if (!stream.closed) await once(stream, 'close');
      if (failure !== undefined) throw new Error(`${path} cannot be written.`, { cause: failure });
    },
  };
}

function logRecord(receipt: Receipt, service: string, destination: string): object {
  const { feed, from, to, documents, late = 0, missing = 0, gaps = [] } = receipt;
  const warning = late > 0 || gaps.length > 0;
  const window = from === undefined ? '' : ` from ${from}${to === undefined ? '' : ` to ${to}`}`;
  const nanoseconds = `${Date.now()}000000`;
  const record = {
    timeUnixNano: nanoseconds,
    observedTimeUnixNano: nanoseconds,
    severityNumber: warning ? 13 : 9,
    severityText: warning ? 'WARN' : 'INFO',
    eventName: 'millrace.window',
    body: { stringValue: `${feed}${window}: ${documents} documents, ${receipt.proof}` },
    attributes: attributes([
      ['millrace.feed', feed],
      ['millrace.run', receipt.run],
      ['millrace.receipt.sequence', receipt.sequence],
      ['millrace.receipt.hash', receipt.hash],
      ['millrace.window.from', from],
      ['millrace.window.to', to],
      ['millrace.documents', documents],
      ['millrace.served', receipt.served],
      ['millrace.counted', receipt.counted],
      ['millrace.proof', receipt.proof],
      ['millrace.pages', receipt.pages],
      ['millrace.attempts', receipt.attempts],
      ['millrace.late', late],
      ['millrace.missing', missing],
      ['millrace.gaps', gaps.length],
    ]),
  };
  const resource = {
    attributes: attributes([
      ['service.name', service],
      ['millrace.destination', destination],
    ]),
  };
  return { resourceLogs: [{ resource, scopeLogs: [{ scope: { name: 'millrace' }, logRecords: [record] }] }] };
}

function attributes(pairs: readonly Attribute[]): object[] {
  return pairs.flatMap(([key, value]) => {
    if (value === undefined) return [];
    return [{ key, value: typeof value === 'number' ? { intValue: String(value) } : { stringValue: value } }];
  });
}
