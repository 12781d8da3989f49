/** A plan for people. */
import type { Change, FieldChange } from './change.ts';
import type { Plan } from './plan.ts';

const signs: Readonly<Record<Change['action'], string>> = {
  create: '+',
  update: '~',
  delete: '-',
  'by hand': '!',
};

/** Lines of a plan: a sign, the object, and for what differs each field with what it is and what it should be. */
export function renderPlan({ installation, road, pool, changes, unchanged, others }: Plan): string {
  const where = `${installation} in data pool ${pool.name} (${road})`;
  const lines =
    changes.length === 0 ? [`${where}: nothing to change, ${unchanged} objects as they should be`] : [where];
  for (const change of changes) lines.push(...changeLines(change));
  if (changes.length > 0) lines.push(summary(changes, unchanged));
  if (others.length > 0) lines.push(`left alone: ${others.join(', ')}`);
  return lines.map((line) => `${line}\n`).join('');
}

function changeLines({ action, kind, name, fields, isDrift }: Change): readonly string[] {
  const note = isDrift
    ? action === 'create'
      ? '  (drift: somebody removed it)'
      : '  (drift: somebody changed it)'
    : '';
  const what = action === 'by hand' ? `${kind} ${name}: has to be made by hand, apply says how` : `${kind} ${name}`;
  return [`  ${signs[action]} ${what}${note}`, ...fields.flatMap(fieldLines)];
}

function fieldLines({ field, is, wanted }: FieldChange): readonly string[] {
  if (is?.includes('\n') !== true && wanted?.includes('\n') !== true) {
    return [`      ${field}: ${shown(is)} → ${shown(wanted)}`];
  }
  return [`      ${field}:`, ...differentLines(is ?? '', wanted ?? '').map((line) => `        ${line}`)];
}

const shown = (value: string | null): string => (value === null || value === '' ? '(none)' : value);

/** The lines between the first and the last that differ. */
function differentLines(is: string, wanted: string): readonly string[] {
  const [old, fresh] = [is.split('\n'), wanted.split('\n')];
  let from = 0;
  while (from < old.length && from < fresh.length && old[from] === fresh[from]) from += 1;
  let end = 0;
  while (end < old.length - from && end < fresh.length - from && old.at(-1 - end) === fresh.at(-1 - end)) end += 1;
  return [
    `line ${from + 1}`,
    ...old.slice(from, old.length - end).map((line) => `- ${line}`),
    ...fresh.slice(from, fresh.length - end).map((line) => `+ ${line}`),
  ];
}

function summary(changes: readonly Change[], unchanged: number): string {
  const count = (action: Change['action']): number => changes.filter((change) => change.action === action).length;
  const parts = (['create', 'update', 'delete', 'by hand'] as const)
    .map((action) => [action, count(action)] as const)
    .filter(([, many]) => many > 0)
    .map(([action, many]) => `${many} to ${action === 'by hand' ? 'do by hand' : action}`);
  return `${parts.join(', ')}; ${unchanged} as they should be`;
}
