import type { ForeignKeyModel, Model, TableModel } from './model.ts';

/**
 * The model as a Mermaid entity-relationship diagram: tables with the columns that keys name, and relations from dimension (one) to
 * fact (many); optional ones are dotted. Mermaid takes letters, digits and `_` in an attribute's name, so its full name stands beside it.
 */
export function modelToMermaid(model: Model): string {
  const lines = ['erDiagram'];
  for (const table of model.tables) {
    lines.push(`  ${quoted(table.name)} {`);
    for (const name of keyColumns(model, table)) lines.push(`    ${attribute(model, table, name)}`);
    lines.push('  }');
  }
  for (const key of model.foreignKeys) lines.push(`  ${relation(key)}`);
  return `${lines.join('\n')}\n`;
}

function relation({ dimension, fact, kind }: ForeignKeyModel): string {
  const line = kind === 'optional' ? '..' : '--';
  return `${quoted(dimension.table)} ||${line}o{ ${quoted(fact.table)} : ${quoted(fact.columns.join(', '))}`;
}

function keyColumns(model: Model, table: TableModel): readonly string[] {
  const ends = model.foreignKeys.flatMap(({ dimension, fact }) => [dimension, fact]);
  const joined = ends.filter((end) => end.table === table.name).flatMap((end) => end.columns);
  const activity = model.activityTables.filter((candidate) => candidate.table === table.name);
  const mined = activity.flatMap(({ caseId, activity: name, timestamp }) => [caseId, name, timestamp]);
  const wanted = new Set([...table.primaryKey, ...joined, ...mined]);
  return table.columns.map((column) => column.name).filter((name) => wanted.has(name));
}

function attribute(model: Model, table: TableModel, name: string): string {
  const column = table.columns.find((candidate) => candidate.name === name);
  const foreign = model.foreignKeys.some(({ fact }) => fact.table === table.name && fact.columns.includes(name));
  const keys = [...(table.primaryKey.includes(name) ? ['PK'] : []), ...(foreign ? ['FK'] : [])].join(', ');
  const plain = name.replaceAll(/\W/g, '_');
  return [column?.type, /^\d/.test(plain) ? `_${plain}` : plain, keys, ...(plain === name ? [] : [quoted(name)])]
    .filter(Boolean)
    .join(' ');
}

// A quoted text cannot hold a quote in Mermaid.
function quoted(text: string): string {
  return `"${text.replaceAll('"', "'")}"`;
}
