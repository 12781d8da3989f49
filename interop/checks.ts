/** What the suite checks, by name. A check that says nothing has failed. */
export const checks = {
  'content-cli': [
    'content-cli makes a profile and finds that its key is an application key',
    'content-cli lists data pools with an API key from the environment',
    'content-cli lists data pools',
    'content-cli writes the list of data pools to a file',
    'content-cli exports a data pool',
    'content-cli exports a data pool to a file',
    'content-cli pulls a data pool',
    'content-cli pushes a data pool',
    'content-cli pushes every data pool of a folder',
    'content-cli updates a data pool',
    'content-cli imports a data pool into another, with its connection mapped',
    'content-cli lists connections',
    'content-cli gets the properties of a connection',
    'content-cli sets a property of a connection',
    'content-cli says what the team refuses',
  ],
  pm4py: [
    'pm4py reads the XES file with the cases and events of DuckDB',
    'pm4py reads the OCEL JSON file with the events, objects and relations of DuckDB',
    'pm4py reads the OCEL SQLite file with the events, objects and relations of DuckDB',
    'pm4py finds no broken constraint in the OCEL SQLite file',
    'pm4py gives the same activities, object types and times from all three files',
  ],
  pyarrow: [
    'pyarrow reads every Parquet part of oe/activity-log with its schema, rows and values',
    'pyarrow reads every Parquet part of oe/event-log with its schema, rows and values',
    'pyarrow reads every Parquet part of celonis/audit-log with its schema, rows and values',
  ],
  spark: [
    'the master gives the session two workers',
    'Spark makes activity_log as DuckDB does, from the Parquet destination',
    'Spark makes event_log as DuckDB does, from the Parquet destination',
    'Spark makes the tables of celonis/audit-log as DuckDB does, from the Parquet destination',
    'Spark converts texts to instants as DuckDB does, whatever the session’s time zone',
    'Spark parses the delta statements for Delta Lake and Iceberg',
  ],
  'delta-lake': [
    'Spark keeps activity_log in Delta Lake as DuckDB does, in full and by delta',
    'Spark keeps the tables of celonis/audit-log in Delta Lake as DuckDB does, in full and by delta',
  ],
} as const;

/** A tool of another ecosystem. */
export type Tool = keyof typeof checks;

/** What became of one check. */
export interface Result {
  readonly check: string;
  readonly ok: boolean;
  /** What was wrong. */
  readonly detail?: string;
}

/** How many checks there are for the tools. */
export function countOf(tools: readonly Tool[]): number {
  return tools.reduce((sum, tool) => sum + checks[tool].length, 0);
}

/** A result for each check of a tool: those that are missing have failed. */
export function complete(tool: Tool, results: readonly Result[], why: string): readonly Result[] {
  return checks[tool].map(
    (check) => results.find((result) => result.check === check) ?? { check, ok: false, detail: why },
  );
}
