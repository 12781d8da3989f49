/** A process log in CSV as an OE tenant: one case, one run; one row, one event. */
import { parse } from 'csv-parse/sync';
import type { OeData, OeDigitalProcess, OeEvent, OeEventType, OeProcessContext } from './oe-data.ts';
import { isoTime, SECOND } from './office-time.ts';
import { compareTimes, parseLogTime, type LogTime } from './process-log-time.ts';
import { at, createRandom, type Random } from './random.ts';
import { slug } from './words.ts';

/** Which column holds what. */
export interface ProcessLogColumns {
  /** Default `case:concept:name`. */
  case?: string | undefined;
  /** Default `concept:name`. */
  activity?: string | undefined;
  /** Default `time:timestamp`. */
  timestamp?: string | undefined;
}

/** The text is no process log with the given columns. */
export class ProcessLogError extends Error {
  override readonly name = 'ProcessLogError';
  /** Line of the first wrong row, counted from 1 with the header; absent when the file as a whole is wrong. */
  readonly line: number | undefined;

  constructor(message: string, line?: number, options?: ErrorOptions) {
    super(message, options);
    this.line = line;
  }
}

/** A row of the log: one event. */
interface Row {
  readonly cells: Readonly<Record<string, string>>;
  readonly activity: string;
  readonly time: LogTime;
}

/**
 * Makes a tenant of a process log in CSV with a header line, given as text or as pieces of text in order.
 *
 * - One account and one digital process; each distinct activity is an event type: its name is the activity, its key a slug of it.
 * - Each case is a finished run, each row one of its events. Timestamps may have a zone (else they are UTC) and up to nine decimals;
 *   `occurredAt` is cut to the millisecond.
 * - Within a case, events are in order of their full timestamps, equal ones in order of the file. `readAt` and the ULIDs of the events ascend
 *   strictly in that order: `readAt` is `occurredAt` unless that would be no later than the event before, and then a millisecond after it.
 * - Nothing is lost: `context.case` has the case ID and the columns that begin with `case:` and do not change within the case; `context.rows` has all other
 *   columns of every row, and the event's ID as `eventId`. As in OE, the latest row of an activity is under its event type's key too. An empty cell is null.
 *
 * Throws a `ProcessLogError` when a column is missing, a row has no case, activity or valid timestamp, or the text is no CSV.
 */
export function oeFromProcessLog(csv: string | Iterable<string>, columns: ProcessLogColumns = {}): OeData {
  const cases = readCases(typeof csv === 'string' ? csv : [...csv].join(''), columns);
  const random = createRandom(0, 'process log');
  const account = processLogAccount(random);
  const eventTypes = registerActivities(random, cases);
  const keys = new Map(eventTypes.map(({ key, name }) => [name, key]));
  const process = processLogProcess(random, account.id, eventTypes, firstTime(cases));
  const processContexts = [...cases].map(([caseId, rows]) =>
    toRun(random, { process, keys, caseColumn: columns.case ?? CASE_COLUMN }, caseId, rows),
  );
  return { accounts: [account], digitalProcesses: [process], eventTypes, processContexts };
}

const CASE_COLUMN = 'case:concept:name';

type Cases = ReadonlyMap<string, readonly Row[]>;

function readCases(csv: string, columns: ProcessLogColumns): Cases {
  const activityColumn = columns.activity ?? 'concept:name';
  const timeColumn = columns.timestamp ?? 'time:timestamp';
  const cases = new Map<string, Row[]>();
  for (const { record, info } of parseCsv(csv)) {
    const line = info.lines;
    const cell = (column: string): string => {
      const value = record[column];
      if (value === undefined) {
        throw new ProcessLogError(
          `The process log has no column ${JSON.stringify(column)}. It has: ${Object.keys(record).join(', ')}. Name the columns of case, activity and timestamp.`,
        );
      }
      if (value === '')
        throw new ProcessLogError(
          `Line ${line} of the process log has nothing in column ${JSON.stringify(column)}.`,
          line,
        );
      return value;
    };
    const caseId = cell(columns.case ?? CASE_COLUMN);
    const time = parseLogTime(cell(timeColumn));
    if (time === undefined) {
      throw new ProcessLogError(
        `Line ${line} of the process log: ${JSON.stringify(cell(timeColumn))} is no timestamp. The right form is 2011-10-11 13:45:40.276+02:00, with T or a space, and the zone optional.`,
        line,
      );
    }
    const row: Row = { cells: record, activity: cell(activityColumn), time };
    const rows = cases.get(caseId);
    if (rows === undefined) cases.set(caseId, [row]);
    else rows.push(row);
  }
  if (cases.size === 0)
    throw new ProcessLogError('The process log has no rows. It needs a header line and one line for each event.');
  for (const rows of cases.values()) rows.sort((a, b) => compareTimes(a.time, b.time));
  return cases;
}

function parseCsv(csv: string): { record: Record<string, string>; info: { lines: number } }[] {
  try {
    return parse(csv, { columns: true, bom: true, info: true, skip_empty_lines: true });
  } catch (error) {
    throw new ProcessLogError(
      `The process log is no CSV: ${error instanceof Error ? error.message : String(error)}`,
      undefined,
      { cause: error },
    );
  }
}

interface LogHome {
  readonly process: OeDigitalProcess;
  /** Event type keys by activity. */
  readonly keys: ReadonlyMap<string, string>;
  readonly caseColumn: string;
}

function toRun(
  random: Random,
  { process, keys, caseColumn }: LogHome,
  caseId: string,
  rows: readonly Row[],
): OeProcessContext {
  const caseColumns = Object.keys(at(rows, 0).cells).filter(
    (column) => column === caseColumn || isCaseAttribute(column, rows),
  );
  const events = toEvents(random, keys, rows);
  const first = Date.parse(at(events, 0).readAt);
  const context: OeProcessContext['context'] = {
    executionTemplateID: process.id,
    executionTemplateVersionID: process.version.id,
    instanceid: random.uuid(),
    processid: `${process.version.id}-${process.tenant}-${random.ulid(first)}`,
    metadata: { externalID: caseId, scenarioid: '' },
    _draft: false,
    _executionEnvironment: 'production',
    _replayid: '',
    case: pickCells(at(rows, 0), (column) => caseColumns.includes(column)),
  };
  context['rows'] = rows.map((row, index) => {
    const cells = pickCells(row, (column) => !caseColumns.includes(column));
    const event = at(events, index);
    context[event.eventType] = cells;
    return { eventId: event.id, ...cells };
  });
  return {
    metadata: { tenant: process.tenant, createdAt: isoTime(first), updatedAt: at(events, events.length - 1).readAt },
    context,
    status: 'finished',
    events,
  };
}

function toEvents(random: Random, keys: ReadonlyMap<string, string>, rows: readonly Row[]): OeEvent[] {
  let read = Number.NEGATIVE_INFINITY;
  return rows.map(({ activity, time }) => {
    read = Math.max(time.ms, read + 1);
    return {
      id: random.ulid(read),
      eventType: keys.get(activity) ?? activity,
      occurredAt: isoTime(time.ms),
      readAt: isoTime(read),
    };
  });
}

function isCaseAttribute(column: string, rows: readonly Row[]): boolean {
  const value = at(rows, 0).cells[column];
  return column.startsWith('case:') && rows.every(({ cells }) => cells[column] === value);
}

function pickCells(row: Row, wanted: (column: string) => boolean): Record<string, string | null> {
  const picked: Record<string, string | null> = {};
  for (const [column, value] of Object.entries(row.cells))
    if (wanted(column)) picked[column] = value === '' ? null : value;
  return picked;
}

function registerActivities(random: Random, cases: Cases): OeEventType[] {
  const types = new Map<string, OeEventType>();
  const taken = new Set(['case', 'rows', 'metadata', 'instanceid', 'processid']);
  const created = firstTime(cases);
  for (const rows of cases.values()) {
    for (const { activity } of rows) {
      if (types.has(activity)) continue;
      const base = slug(activity) || 'activity';
      let key = base;
      for (let number = 2; taken.has(key); number++) key = `${base}-${number}`;
      taken.add(key);
      types.set(activity, { id: random.ulid(created), key, name: activity });
    }
  }
  return [...types.values()];
}

function firstTime(cases: Cases): number {
  let first = Number.POSITIVE_INFINITY;
  for (const rows of cases.values()) first = Math.min(first, at(rows, 0).time.ms);
  return first;
}

function processLogAccount(random: Random): OeData['accounts'][number] {
  return {
    id: random.ulid(0),
    name: 'Process log',
    description: '',
    integromatTeam: { id: 1, organizationId: 1, name: 'process-log' },
    hookdeck: { sourceUrl: `https://signals.example.com/e/src_${random.hex(12)}` },
    magicLinks: { schedulingScenario: '', submittedEventType: '' },
  };
}

function processLogProcess(
  random: Random,
  tenant: string,
  eventTypes: readonly OeEventType[],
  created: number,
): OeDigitalProcess {
  const version = { id: random.ulid(created), number: 1 };
  const createdAt = isoTime(created);
  const nobody = { user_id: '', user_name: '', user_email: '' };
  return {
    id: random.ulid(created),
    tenant,
    name: 'Process log',
    version,
    trigger: eventTypes
      .slice(0, 1)
      .map(({ key }) => ({ trigger_type: 'webhook', event_type: key, scenario_ids: [], timeExpression: '' })),
    metadata: {
      createdAt,
      activatedAt: isoTime(created + SECOND),
      createdBy: random.uuid(),
      activatedBy: '',
      createdByUser: nobody,
      activatedByUser: { ...nobody },
    },
    steps: [],
    state: 'active',
    versions: [{ ...version, state: 'active', createdAt, activatedAt: isoTime(created + SECOND) }],
  };
}
