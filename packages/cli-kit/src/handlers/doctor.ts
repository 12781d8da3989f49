/** Tries each API once. */
import { exitCodes, type ExitCode } from '../exit-codes.ts';
import { renderFailure } from '../failure.ts';
import type { Io } from '../io.ts';
import { printJson, renderTable } from '../output.ts';

/** One thing to try. */
export interface Check {
  readonly name: string;
  /** What the caller must be granted, in the vendor's words. */
  readonly needs: string;
  /** Resolves to what to say when it works. */
  readonly attempt: () => Promise<string>;
}

/** Runs the checks one after the other and prints what came of each. Exit code 1 when one failed. */
export async function runChecks(program: string, checks: readonly Check[], io: Io, json: boolean): Promise<ExitCode> {
  const results: { name: string; ok: boolean; needs: string; says: string }[] = [];
  for (const { name, needs, attempt } of checks) {
    try {
      results.push({ name, ok: true, needs, says: await attempt() });
    } catch (error) {
      if (io.signal.aborted) throw error;
      results.push({
        name,
        ok: false,
        needs,
        says: renderFailure(program, error, io.env)
          .slice(program.length + 2)
          .trim(),
      });
    }
  }
  if (json) printJson(io, { checks: results });
  else {
    io.stdout.write(
      renderTable(
        ['api', 'answers', 'needs'],
        results.map(({ name, ok, needs }) => [name, ok ? 'yes' : 'no', needs]),
      ),
    );
    for (const { name, ok, says } of results) io.stdout.write(`${ok ? '' : '\n'}${name}: ${says}\n`);
  }
  return results.every(({ ok }) => ok) ? exitCodes.ok : exitCodes.error;
}

/** What a page of one record shows. */
export function describeAnswer(page: {
  readonly totalCount?: number | undefined;
  readonly documents: readonly unknown[];
}): string {
  if (page.totalCount !== undefined)
    return `${page.totalCount.toLocaleString('en-US')} ${page.totalCount === 1 ? 'record' : 'records'}`;
  return page.documents.length === 0 ? 'answers, and has no record' : 'answers with a record';
}
