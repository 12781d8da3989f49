/** What filters hide: counted at the source, one request of one document for each count. */
import { enginePage } from '@millrace/cli-kit/pages';
import type { FilterStatement } from '@millrace/model';
import type { OeClient } from '@millrace/oe-client';
import { clientFilters, contextParameters, type ContextFilters } from './context-filters.ts';
import { parsedPage } from './parsed-page.ts';

/** Gives a line for each condition of the first load: how many process contexts it hides, and of which status. */
export async function describeHidden(
  { processContexts }: Pick<OeClient, 'processContexts'>,
  { full, told }: Pick<ContextFilters, 'full' | 'told'>,
  signal: AbortSignal,
): Promise<readonly string[]> {
  if (told === undefined) return [];
  const count = async (values: Readonly<Record<string, string>>): Promise<number | undefined> => {
    const raw = await processContexts.readPage({ ...clientFilters(values), pageSize: 1, signal });
    return parsedPage(await enginePage(raw, processContexts.paging)).totalCount;
  };
  const kept = await count(full);
  const lines: string[] = [];
  for (const { name, value } of told.conditions) {
    const others = withoutCondition(full, name);
    const all = await count(others);
    const what = describeCondition(told, name);
    if (kept === undefined || all === undefined) lines.push(`note: ${what} hides every other process context`);
    else if (kept >= all) continue;
    else if (name === 'status') lines.push(hides(what, kept, all, await otherStatuses(count, others, value)));
    else lines.push(hides(what, kept, all, ''));
  }
  return lines;
}

function hides(what: string, kept: number, all: number, which: string): string {
  const hidden = (all - kept).toLocaleString('en-US');
  return `note: ${what} hides ${hidden} of ${all.toLocaleString('en-US')} process contexts${which === '' ? '' : ` (${which})`}`;
}

/** Without a condition on the scope, runs of both scopes are asked for; without another one, it is not sent. */
function withoutCondition(values: Readonly<Record<string, string>>, name: string): Readonly<Record<string, string>> {
  if (name === 'includeScopes') return { ...values, includeScopes: 'live,draft' };
  return Object.fromEntries(Object.entries(values).filter(([key]) => key !== name));
}

function describeCondition({ conditions }: FilterStatement, name: string): string {
  const condition = conditions.find((each) => each.name === name);
  return `${name} = '${condition?.value ?? ''}'`;
}

async function otherStatuses(
  count: (values: Readonly<Record<string, string>>) => Promise<number | undefined>,
  values: Readonly<Record<string, string>>,
  status: string,
): Promise<string> {
  const known = contextParameters.find(({ name }) => name === 'status')?.values ?? [];
  const found: string[] = [];
  for (const other of known.filter((each) => each !== status)) {
    const contexts = await count({ ...values, status: other });
    if (contexts !== undefined && contexts > 0) found.push(`${contexts.toLocaleString('en-US')} ${other}`);
  }
  return found.join(', ');
}
