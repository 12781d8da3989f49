/** One specification and the files that come from it. */
export interface SpecEntry {
  /** Specification, relative to the repository root. */
  readonly source: string;
  /** Folder of the client that gets types and operations table, relative to the repository root. */
  readonly client: string;
  /** Base name of the generated files in the client, in kebab case: `<name>.ts` and `<name>-operations.ts`. */
  readonly name: string;
  /** JSON copy for the simulator, relative to the repository root. */
  readonly json: string;
}

/** All specifications. A new API is one more entry here. */
export const specs: readonly SpecEntry[] = [
  {
    source: 'openapi/oe.yaml',
    client: 'packages/oe-client/src/generated',
    name: 'oe',
    json: 'packages/simulator/src/generated/oe.json',
  },
  {
    source: 'openapi/celonis-logs.yaml',
    client: 'packages/celonis-client/src/generated',
    name: 'logs',
    json: 'packages/simulator/src/generated/celonis-logs.json',
  },
  {
    source: 'openapi/celonis-integration.yaml',
    client: 'packages/celonis-client/src/generated',
    name: 'integration',
    json: 'packages/simulator/src/generated/celonis-integration.json',
  },
  {
    source: 'openapi/celonis-data-push.yaml',
    client: 'packages/celonis-client/src/generated',
    name: 'data-push',
    json: 'packages/simulator/src/generated/celonis-data-push.json',
  },
];

/** The page of what is inferred and observed, relative to the repository root. */
export const evidencePage = 'docs/evidence.md';
