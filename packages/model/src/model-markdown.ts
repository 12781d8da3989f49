import { describeModel, describeRelations } from './describe-model.ts';
import type { ActivityTableModel, Model, TableModel } from './model.ts';

/** The model as a Markdown page: tables with their columns, relations, activity tables, transformations. */
export function modelToMarkdown(model: Model): string {
  const rows = describeModel(model);
  const parts = [`# ${model.name}`, model.description];
  for (const table of model.tables) {
    const columns = rows
      .filter((row) => row.table === table.name)
      .map(({ column, type, key, sensitive, description }) => [
        code(column),
        type,
        key,
        sensitive ? 'yes' : '',
        description,
      ]);
    parts.push(
      `## ${table.name}`,
      `${table.description}${origin(table)}`,
      grid(['column', 'type', 'key', 'sensitive', 'description'], columns),
    );
  }
  const relations = describeRelations(model).map((row) => [
    code(row.dimension),
    code(row.fact),
    row.kind,
    row.description,
  ]);
  const transformations = model.transformations.map(({ name, inputs, output, description }) => [
    code(name),
    inputs.map((input) => code(input.table)).join(', '),
    code(output),
    description,
  ]);
  parts.push(
    ...section('Relations', ['dimension (one)', 'fact (many)', 'kind', 'description'], relations),
    ...section('Activity tables', activityHeads, model.activityTables.map(activityRow)),
    ...section('Transformations', ['name', 'reads', 'makes', 'description'], transformations),
  );
  return `${parts.join('\n\n')}\n`;
}

const activityHeads = ['table', 'case ID', 'activity', 'timestamp', 'sorting', 'end timestamp', 'description'];

function activityRow(activity: ActivityTableModel): readonly string[] {
  const { table, caseId, activity: name, timestamp, sorting, endTimestamp, description = '' } = activity;
  const optional = (column: string | undefined): string => (column === undefined ? '' : code(column));
  return [
    code(table),
    code(caseId),
    code(name),
    code(timestamp),
    optional(sorting),
    optional(endTimestamp),
    description,
  ];
}

function origin({ source, parent }: TableModel): string {
  if (parent !== undefined) return ` Child of ${code(parent)}.`;
  if (!source) return '';
  const permission = source.permission === undefined ? '' : `, permission "${source.permission}"`;
  return ` Source: ${code(source.operation)}${permission}.`;
}

function section(title: string, heads: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  return rows.length === 0 ? [] : [`## ${title}`, grid(heads, rows)];
}

function grid(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(heads), line(heads.map(() => '---')), ...rows.map(line)].join('\n');
}

// Two backticks where the name itself has one.
function code(name: string): string {
  return name.includes('`') ? `\`\` ${name} \`\`` : `\`${name}\``;
}
