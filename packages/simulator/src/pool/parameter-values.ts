/** What stands between `<%=` and `%>`, filled in. */
import { asObject, type JsonObject, objectsOf, textAt, stringAt, asText } from './json.ts';
import { quoted, text } from './sql-text.ts';
import type { PoolState } from './state.ts';
import type { PoolTeam } from './team.ts';

/** A placeholder that nothing defines. */
export class PlaceholderError extends Error {
  override readonly name = 'PlaceholderError';
}

/** Where placeholders stand. */
export interface PlaceholderContext {
  readonly team: PoolTeam;
  readonly pool: PoolState;
  /** Task whose own parameters come first. */
  readonly task: JsonObject;
}

/** A text with its placeholders filled in: `<%=DATASOURCE:NAME%>` with the quoted schema, others with their value. */
export async function fillPlaceholders(source: string, context: PlaceholderContext): Promise<string> {
  const found = [...source.matchAll(/<%=\s*([^%]*?)\s*%>/gu)];
  let filled = '';
  let at = 0;
  for (const match of found) {
    filled += source.slice(at, match.index) + (await valueOf(match[1] ?? '', context));
    at = match.index + match[0].length;
  }
  return filled + source.slice(at);
}

async function valueOf(placeholder: string, { team, pool, task }: PlaceholderContext): Promise<string> {
  if (/^DATASOURCE:/iu.test(placeholder)) {
    const schema = pool.schemaByParameter(placeholder);
    if (schema === undefined) throw new PlaceholderError(`There is no connection for <%=${placeholder}%>.`);
    return quoted(schema);
  }
  const own = pool.taskParameters.all('taskId', task['taskId']).find((each) => each['placeholder'] === placeholder);
  const linked = textAt(asObject(own?.['settings']), 'poolVariableId');
  const parameter = linked === undefined ? (own ?? byPlaceholder(pool, placeholder)) : pool.parameters.get(linked);
  if (parameter === undefined) throw new PlaceholderError(`There is no parameter for <%=${placeholder}%>.`);
  const values = await valuesOf(team, pool, parameter, stringAt(task, 'id'));
  if (values.length === 0) throw new PlaceholderError(`The parameter ${placeholder} has no value.`);
  return written(stringAt(parameter, 'dataType'), values);
}

function byPlaceholder(pool: PoolState, placeholder: string): JsonObject | undefined {
  return pool.parameters.all().find((each) => each['placeholder'] === placeholder);
}

/**
 * Values of a parameter. A dynamic one has what its column holds; when the table is missing or empty the value that was set, and when there
 * is none the default: https://docs.celonis.com/en/delta-extractions.html
 */
async function valuesOf(team: PoolTeam, pool: PoolState, parameter: JsonObject, taskId: string): Promise<string[]> {
  if (parameter['type'] === 'DYNAMIC') {
    const dynamic = await dynamicValues(team, pool, parameter);
    if (dynamic.length > 0) return dynamic;
  }
  const set = objectsOf(parameter['values']).filter(
    ({ taskInstanceId = null }) => taskInstanceId === null || taskInstanceId === taskId,
  );
  const chosen = set.length > 0 ? set : objectsOf(parameter['defaultValues']);
  return chosen.map(({ value }) => (value === null || value === undefined ? '' : asText(value)));
}

async function dynamicValues(team: PoolTeam, pool: PoolState, parameter: JsonObject): Promise<string[]> {
  const table = textAt(parameter, 'dynamicTable');
  const column = textAt(parameter, 'dynamicColumn');
  if (table === undefined || column === undefined) return [];
  const schema = pool.schemaOf(parameter['dynamicDataSourceId']);
  const stored = await team.warehouse.table(schema, table);
  if (stored?.columns.some(({ name }) => name.toLowerCase() === column.toLowerCase()) !== true) return [];
  const name = quoted(column);
  const kind = parameter['dynamicVariableOpType'];
  const value = kind === 'FIND_MIN' ? `min(${name})` : kind === 'LIST' ? `DISTINCT ${name}` : `max(${name})`;
  const rows = await team.warehouse.rows(
    schema,
    `SELECT CAST(v AS VARCHAR) AS v FROM (SELECT ${value} AS v FROM ${quoted(stored.name)}) WHERE v IS NOT NULL ORDER BY v`,
  );
  return rows.map(({ v }) => String(v));
}

/** Values as they stand in a statement or a filter: dates and listed strings in quotes, others as they are. */
function written(dataType: string, values: readonly string[]): string {
  if (dataType === 'DATE') return text(values[0] ?? '');
  if (dataType === 'LIST_STRING') return values.map(text).join(', ');
  return dataType.startsWith('LIST') ? values.join(', ') : (values[0] ?? '');
}
