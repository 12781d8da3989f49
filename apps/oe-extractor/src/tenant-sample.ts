/** What a tenant's own documents have beyond the documented columns. */
import { enginePage, pageAddress } from '@millrace/cli-kit/pages';
import {
  createFlattener,
  rows,
  type JsonObject,
  type RootSpec,
  type Row,
  type TableBatch,
  type TableSchema,
} from '@millrace/flatten';
import { contracts } from '@millrace/flatten/contracts';
import { likelyKey, type DocumentShaper, type TableModel } from '@millrace/model';
import type { OeClient } from '@millrace/oe-client';
import type { ListName } from './feeds.ts';
import { parsedPage } from './parsed-page.ts';

/** A column or child table, and how many of the sampled documents have it. */
export interface Presence {
  /** `process_context$context$order.created$lines`, or `TABLE.COLUMN`. */
  readonly name: string;
  readonly documents: number;
}

/** What a sample showed. */
export interface TenantSample {
  /** Root table of the documents. */
  readonly feed: string;
  readonly documents: number;
  /** Every table of the documents. */
  readonly tables: readonly TableSchema[];
  /** What some documents have and others have not, rarest last. */
  readonly partial: readonly Presence[];
  /** By child table, columns that identify its rows among their siblings in the whole sample. */
  readonly childKeys: ReadonlyMap<string, readonly string[]>;
  /** Child tables with rows that are equal in every column: one row in Celonis. */
  readonly ambiguous: readonly string[];
}

/** Reads up to `count` documents of a list, as it gives them; process contexts of drafts, too. */
export async function readSample(
  client: OeClient,
  name: ListName,
  count: number,
  signal: AbortSignal,
): Promise<readonly JsonObject[]> {
  const { paging } = client[name];
  const documents: JsonObject[] = [];
  const pageSize = Math.min(count, 200);
  for (let page = 1; documents.length < count; page += 1) {
    const address = { ...pageAddress(paging, { page, signal }), pageSize };
    const raw =
      name === 'processContexts'
        ? await client.processContexts.readPage({ ...address, includeScopes: 'live,draft' })
        : await client[name].readPage(address);
    const found = parsedPage(await enginePage(raw, paging)).documents;
    documents.push(...found);
    if (found.length === 0) break;
  }
  return documents.slice(0, count);
}

/** Flattens a sample and counts. */
export function describeSample(
  documents: readonly JsonObject[],
  spec: RootSpec,
  shaper: DocumentShaper | undefined,
): TenantSample {
  const flattener = createFlattener(spec, { contracts });
  flattener.push(documents.map((document) => shaper?.shape(document) ?? document));
  const { tables } = flattener.take();
  const childKeys = new Map<string, readonly string[]>();
  const ambiguous: string[] = [];
  for (const batch of tables.filter(({ table, rows: size }) => table.parent !== undefined && size > 0)) {
    const key = keyOfSiblings(batch);
    childKeys.set(batch.table.name, key.columns);
    if (!key.isUnique) ambiguous.push(batch.table.name);
  }
  return {
    feed: spec.table,
    documents: documents.length,
    tables: tables.map(({ table }) => table),
    partial: partialOf(tables, documents.length),
    childKeys,
    ambiguous,
  };
}

/** The likely key where no two siblings share it, else the columns that every row has where these do, else all columns. A key with NULL in it equals no other, so that Celonis would add its row again. */
function keyOfSiblings(batch: TableBatch): { readonly columns: readonly string[]; readonly isUnique: boolean } {
  const { table } = batch;
  const model: Pick<TableModel, 'columns'> = {
    columns: table.columns
      .filter(({ role }) => role === 'data')
      .map(({ name, type, path }) => ({ name, type, path, description: '' })),
  };
  const links = table.primaryKey.filter((name) =>
    table.columns.some((column) => column.name === name && column.role === 'link'),
  );
  const all = model.columns.map(({ name }) => name);
  const likely = likelyKey({ ...model, name: table.name, description: '', primaryKey: [] });
  const list = [...rows(batch)];
  if (isKey(list, links, likely)) return { columns: likely, isUnique: true };
  const always = all.filter((name) => list.every((row) => row[name] !== null));
  if (isKey(list, links, always)) return { columns: always, isUnique: true };
  return { columns: all, isUnique: new Set(list.map((row) => textOf(row, [...links, ...all]))).size === list.length };
}

function isKey(list: readonly Row[], links: readonly string[], columns: readonly string[]): boolean {
  return (
    list.every((row) => columns.every((name) => row[name] !== null)) &&
    new Set(list.map((row) => textOf(row, [...links, ...columns]))).size === list.length
  );
}

function textOf(row: Row, columns: readonly string[]): string {
  return JSON.stringify(columns.map((name) => (typeof row[name] === 'bigint' ? String(row[name]) : row[name])));
}

function partialOf(tables: readonly TableBatch[], documents: number): readonly Presence[] {
  const found = tables.flatMap((batch): Presence[] => {
    const { table } = batch;
    if (table.parent !== undefined) {
      const owners = new Set([...rows(batch)].map((row) => textOf(row, table.rootKey)));
      return [{ name: table.name, documents: owners.size }];
    }
    return batch.columns.map((column) => ({
      name: `${table.name}.${column.schema.name}`,
      documents: column.rows - column.nullCount,
    }));
  });
  return found
    .filter(({ documents: having }) => having > 0 && having < documents)
    .toSorted((a, b) => b.documents - a.documents || (a.name < b.name ? -1 : 1));
}
