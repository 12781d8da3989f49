/**
 * The rooms of the house and what each may import, from the bottom up. The table in README.md says the same; `check/imports.ts` holds both to it.
 */
export interface Room {
  /** Folder, from the root of the repository. */
  readonly folder: string;
  readonly name: string;
  /** Folders of the rooms that its `src` may import. */
  readonly mayImport: readonly string[];
  /** Rooms whose types it may import, and nothing else. */
  readonly mayImportTypes?: readonly string[];
  /** Pure rooms run in browsers and workers: no `node:` import, no Node globals. */
  readonly pure: boolean;
  readonly published: boolean;
}

export const rooms: readonly Room[] = [
  { folder: 'packages/http', name: '@millrace/http', mayImport: [], pure: true, published: true },
  {
    folder: 'packages/oe-client',
    name: '@millrace/oe-client',
    mayImport: ['packages/http'],
    pure: true,
    published: true,
  },
  {
    folder: 'packages/celonis-client',
    name: '@millrace/celonis-client',
    mayImport: ['packages/http'],
    pure: true,
    published: true,
  },
  { folder: 'packages/flatten', name: '@millrace/flatten', mayImport: [], pure: true, published: true },
  {
    folder: 'packages/model',
    name: '@millrace/model',
    mayImport: ['packages/flatten'],
    pure: true,
    published: true,
  },
  {
    folder: 'packages/provision',
    name: '@millrace/provision',
    mayImport: ['packages/model', 'packages/celonis-client'],
    mayImportTypes: ['packages/flatten'],
    pure: false,
    published: true,
  },
  {
    folder: 'packages/parquet',
    name: '@millrace/parquet',
    mayImport: [],
    mayImportTypes: ['packages/flatten'],
    pure: true,
    published: true,
  },
  {
    folder: 'packages/extract',
    name: '@millrace/extract',
    mayImport: ['packages/flatten'],
    pure: false,
    published: true,
  },
  {
    folder: 'packages/destinations',
    name: '@millrace/destinations',
    mayImport: [
      'packages/celonis-client',
      'packages/flatten',
      'packages/parquet',
      'packages/model',
      'packages/extract',
    ],
    pure: false,
    published: true,
  },
  {
    folder: 'packages/event-formats',
    name: '@millrace/event-formats',
    mayImport: ['packages/model', 'packages/destinations'],
    mayImportTypes: ['packages/flatten'],
    pure: false,
    published: true,
  },
  {
    folder: 'packages/simulator',
    name: '@millrace/simulator',
    mayImport: ['packages/flatten', 'packages/model'],
    pure: false,
    published: true,
  },
  {
    folder: 'packages/cli-kit',
    name: '@millrace/cli-kit',
    mayImport: [
      'packages/http',
      'packages/celonis-client',
      'packages/flatten',
      'packages/model',
      'packages/provision',
      'packages/extract',
      'packages/destinations',
    ],
    pure: false,
    published: false,
  },
  {
    folder: 'apps/oe-extractor',
    name: '@millrace/oe-extractor',
    mayImport: [
      'packages/http',
      'packages/oe-client',
      'packages/flatten',
      'packages/model',
      'packages/provision',
      'packages/extract',
      'packages/destinations',
      'packages/event-formats',
      'packages/cli-kit',
    ],
    pure: false,
    published: true,
  },
  {
    folder: 'apps/audit-log-exporter',
    name: '@millrace/audit-log-exporter',
    mayImport: [
      'packages/http',
      'packages/celonis-client',
      'packages/flatten',
      'packages/model',
      'packages/provision',
      'packages/extract',
      'packages/destinations',
      'packages/cli-kit',
    ],
    pure: false,
    published: true,
  },
];
