/** Whether a destination is as it was written. */
import { createHash } from 'node:crypto';
import { readFile, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { LedgerCheck, type LedgerHead, type Receipt, type TableContent } from '@millrace/extract';
import { damagedBlocks } from './duckdb-blocks.ts';
import { quoteName } from './duckdb-sql.ts';
import { DestinationUnusableError, messageOf } from './errors.ts';
import type { ManifestTable } from './folder-manifest.ts';
import { contentOf, toDraft, type FolderStore, type WrittenPart } from './folder-store.ts';
import { openInspection, type OpenInspection } from './inspect.ts';
import { parseDestinationUrl } from './options.ts';
import { hashRows, RowHash } from './row-hash.ts';
import { KeySet, rootKeys } from './row-keys.ts';
import { suspectWindows } from './suspect-windows.ts';

/** Something that is not as it was written. */
export interface VerifyFinding {
  readonly kind: 'receipt' | 'state' | 'table' | 'file';
  /** `receipt 17`, `state of audit`, `audit_log`, or the path of a file. */
  readonly name: string;
  readonly message: string;
}

/** What a verification looked at, and found. */
export interface VerifyReport {
  readonly receipts: number;
  /** The last receipt. Who noted its hash elsewhere can show later that nothing before it was changed. */
  readonly head: LedgerHead;
  /** Tables compared with the receipts. */
  readonly tables: readonly ({ readonly table: string } & TableContent)[];
  /** Tables that no receipt speaks of: made by a transformation. */
  readonly uncovered: readonly string[];
  readonly findings: readonly VerifyFinding[];
}

/**
 * Compares a destination with its ledger: each receipt with its hash and the one before, the states with the last receipts, the
 * rows of each table with the hash in the last receipt that wrote it, and each file with what was written.
 * @param expected a hash noted earlier: the ledger must have a receipt with it
 * @throws {DestinationUnusableError} `missing` or `in-use`; whatever else is wrong is a finding
 */
export async function verifyDestination(url: string, expected?: string): Promise<VerifyReport> {
  const findings: VerifyFinding[] = [];
  let inspection: OpenInspection;
  try {
    const { scheme, target } = parseDestinationUrl(url);
    if (scheme === 'duckdb') findings.push(...(await checkBlocks(resolve(target))));
    inspection = await openInspection(url);
  } catch (error) {
    if (!(error instanceof DestinationUnusableError) || error.reason !== 'damaged') throw error;
    if (findings.length === 0) findings.push({ kind: 'file', name: error.path, message: error.message });
    return { receipts: 0, head: new LedgerCheck().head, tables: [], uncovered: [], findings };
  }
  try {
    const ledger = await checkLedger(inspection, expected, findings);
    findings.push(...ledger.finish(inspection.state.feeds));
    const held = new Map<string, TableContent>();
    for (const { holds = {} } of ledger.last.values())
      for (const [table, content] of Object.entries(holds)) held.set(table, content);
    const known = inspection.state.tables.map(({ name }) => name);
    const tables = await checkTables(inspection, held, findings);
    const uncovered = (await tableNames(inspection)).filter((name) => !known.includes(name) && !held.has(name));
    return { receipts: ledger.head.sequence, head: ledger.head, tables, uncovered, findings };
  } finally {
    inspection.close();
  }
}

/** Blocks that hold no rows at present are looked at too; a power failure while one was written can spoil it as well. */
async function checkBlocks(path: string): Promise<VerifyFinding[]> {
  const places = await damagedBlocks(path).catch(() => []);
  return places.map((at) => ({
    kind: 'file',
    name: path,
    message: `the block at byte ${at} is not what DuckDB wrote`,
  }));
}

async function checkLedger(
  inspection: OpenInspection,
  expected: string | undefined,
  findings: VerifyFinding[],
): Promise<LedgerCheck> {
  const ledger = new LedgerCheck();
  let met = expected === undefined;
  try {
    for await (const receipt of inspection.receipts()) {
      ledger.take(receipt);
      met ||= receipt.hash === expected;
    }
    if (inspection.kind === 'folder') await checkReceiptFile(inspection, findings);
    else await checkReceiptColumns(inspection, findings);
  } catch (error) {
    findings.push({
      kind: 'receipt',
      name: `receipt ${ledger.head.sequence + 1}`,
      message: `it cannot be read: ${messageOf(error)}`,
    });
  }
  if (!met) {
    const message = `no receipt has the hash ${expected}: the ledger is not the one that it was noted from`;
    findings.push({ kind: 'receipt', name: 'ledger', message });
  }
  return ledger;
}

async function checkReceiptFile(
  { store, manifest }: Extract<OpenInspection, { kind: 'folder' }>,
  findings: VerifyFinding[],
): Promise<void> {
  const path = join(store.directory, 'receipts.ndjson');
  const bytes = manifest.receipts.bytes === 0 ? Buffer.alloc(0) : await readFile(path).catch(() => Buffer.alloc(0));
  const committed = bytes.subarray(0, manifest.receipts.bytes);
  if (createHash('sha256').update(committed).digest('hex') === manifest.receipts.sha256) return;
  findings.push({
    kind: 'file',
    name: path,
    message: 'it is not what was written: receipts were changed, removed or added',
  });
}

/** The columns beside a receipt are for people who query it; they must say the same. */
async function checkReceiptColumns(
  { engine }: Extract<OpenInspection, { kind: 'duckdb' }>,
  findings: VerifyFinding[],
): Promise<void> {
  const rows = await engine.rows(
    'SELECT sequence, feed, run, window_from, window_to, documents, proof, receipt FROM millrace.receipts ORDER BY sequence',
  );
  for (const [sequence, feed, run, from, to, documents, proof, text] of rows) {
    const receipt = JSON.parse(String(text)) as Receipt;
    const same =
      Number(sequence) === receipt.sequence &&
      feed === receipt.feed &&
      run === receipt.run &&
      (from ?? undefined) === receipt.from &&
      (to ?? undefined) === receipt.to &&
      Number(documents) === receipt.documents &&
      proof === receipt.proof;
    if (same) continue;
    const message = 'the columns beside it in millrace.receipts were changed';
    findings.push({ kind: 'receipt', name: `receipt ${receipt.sequence}`, message });
  }
}

async function tableNames(inspection: OpenInspection): Promise<string[]> {
  if (inspection.kind === 'folder') return inspection.manifest.tables.map(({ schema }) => schema.name);
  const rows = await inspection.engine.rows(
    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'main' ORDER BY table_name",
  );
  return rows.map(([name]) => String(name));
}

async function checkTables(
  inspection: OpenInspection,
  held: ReadonlyMap<string, TableContent>,
  findings: VerifyFinding[],
): Promise<({ readonly table: string } & TableContent)[]> {
  const tables: ({ readonly table: string } & TableContent)[] = [];
  const files = inspection.kind === 'folder' ? await checkFiles(inspection, findings) : new Map<string, undefined>();
  for (const [table, want] of held) {
    let have: TableContent | undefined;
    try {
      have = inspection.kind === 'folder' ? files.get(table) : await contentInFile(inspection, table);
    } catch (error) {
      findings.push({ kind: 'table', name: table, message: `it cannot be read: ${messageOf(error)}` });
      continue;
    }
    // A folder's damaged files are findings already.
    if (have === undefined) continue;
    tables.push({ table, ...have });
    if (have.rows === want.rows && have.hash === want.hash) continue;
    const where = await suspectWindows(inspection, table).catch(() => '');
    const what =
      have.rows === want.rows
        ? 'rows were changed'
        : `it has ${have.rows} rows where ${want.rows} were written: rows were ${have.rows < want.rows ? 'removed' : 'added'}`;
    findings.push({ kind: 'table', name: table, message: `${what}${where}` });
  }
  return tables;
}

async function contentInFile(
  { engine, state }: Extract<OpenInspection, { kind: 'duckdb' }>,
  table: string,
): Promise<TableContent> {
  const schema = state.tables.find(({ name }) => name === table);
  if (schema === undefined) throw new Error('nothing says what columns it has');
  const present = await engine.rows(
    "SELECT column_name FROM information_schema.columns WHERE table_schema = 'main' AND table_name = $1",
    [table],
  );
  if (present.length === 0) throw new Error('it is missing');
  return (await hashRows(engine, quoteName(table), schema.columns)).content();
}

/** Reads every file of a folder. Gives the content of each table whose files are all as they were written. */
async function checkFiles(
  { store, manifest }: Extract<OpenInspection, { kind: 'folder' }>,
  findings: VerifyFinding[],
): Promise<Map<string, TableContent>> {
  const bySha = new Map(
    manifest.tables.flatMap(({ folder, parts }) => parts.map((part) => [part.sha256, `${folder}/${part.file}`])),
  );
  const contents = new Map<string, TableContent>();
  for (const table of manifest.tables) {
    const content = new RowHash();
    let whole = true;
    const draft = toDraft(table);
    for (const part of draft.parts) {
      const problem = await checkPart(store, table, part, bySha, content);
      if (problem === undefined) continue;
      whole = false;
      findings.push(problem);
    }
    if (whole && !table.derived) contents.set(table.schema.name, content.content());
    if (whole && contentOf(draft).hash !== content.content().hash)
      findings.push({
        kind: 'file',
        name: join(store.directory, 'manifest.json'),
        message: `what it says of ${table.schema.name} was changed`,
      });
  }
  return contents;
}

async function checkPart(
  store: FolderStore,
  table: ManifestTable,
  part: WrittenPart,
  bySha: ReadonlyMap<string, string>,
  content: RowHash,
): Promise<VerifyFinding | undefined> {
  const path = store.path(table.folder, part.file);
  const fault = (message: string, name = path): VerifyFinding => ({ kind: 'file', name, message });
  let bytes: Buffer;
  try {
    bytes = await readFile(path);
  } catch (error) {
    const gone = (await stat(path).catch(() => undefined)) === undefined;
    return fault(gone ? `it is missing: ${part.rows} rows of ${table.schema.name}` : messageOf(error));
  }
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  if (sha256 !== part.sha256) {
    const other = bySha.get(sha256);
    return fault(other === undefined ? 'it was changed after it was written' : `it holds what was written as ${other}`);
  }
  try {
    const keys = new KeySet();
    for await (const batch of store.format.decode(bytes, part.schema)) {
      content.addBatch(batch);
      if (!table.derived) keys.addAll(rootKeys(batch));
    }
    if (table.derived) return undefined;
    const stored = new KeySet();
    const words = await store.readKeys(table.folder, part);
    stored.addAll(words);
    if (keys.size === stored.size && sameKeys(keys.toWords(), stored)) return undefined;
    return fault('it was changed after it was written', store.keysPath(table.folder, part));
  } catch (error) {
    return fault(messageOf(error));
  }
}

function sameKeys(words: Uint32Array, others: KeySet): boolean {
  for (let row = 0; row < words.length / 4; row++) if (!others.has(words, row)) return false;
  return true;
}

/** Files beside those that the manifest names; a reader of `*.parquet` would take them in. */
export async function strayFiles(url: string): Promise<string[]> {
  const inspection = await openInspection(url);
  try {
    if (inspection.kind !== 'folder') return [];
    const { manifest, store } = inspection;
    const stray: string[] = [];
    for (const { folder, parts } of manifest.tables) {
      const named = new Set(parts.map(({ file }) => file));
      const there = await readdir(join(store.directory, folder)).catch(() => []);
      stray.push(...there.filter((file) => !named.has(file)).map((file) => store.path(folder, file)));
    }
    return stray;
  } finally {
    inspection.close();
  }
}
