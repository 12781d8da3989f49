/**
 * Parameters of an extraction, which filter statements name as `<%=name%>`: text, or the largest (smallest) value of a column.
 * Source: https://docs.celonis.com/en/delta-extractions.html
 */
import { FilterError, placeholderPattern, type FilterStatement } from './filter-statement.ts';

/** A parameter of an extraction. */
export type ExtractionParameter =
  | { readonly kind: 'text'; readonly name: string; readonly value: string }
  | {
      readonly kind: 'dynamic';
      readonly name: string;
      readonly operation: 'FIND_MAX' | 'FIND_MIN';
      readonly table: string;
      readonly column: string;
      /** Taken as long as the column has no value. */
      readonly default: string;
    };

/** A list of parameters that cannot be read. */
export class ParameterError extends Error {
  override readonly name: string = 'ParameterError';
}

const form = 'name=value, or name=FIND_MAX(table, column, default date)';

/**
 * Reads `name=value` pairs with `;` between them: `includeScopes=live,draft; max_modified_time=FIND_MAX(process_context, metadata$updatedAt, 2020-01-01)`.
 * Throws a `ParameterError` with the right form.
 */
export function parseParameters(text: string): readonly ExtractionParameter[] {
  const parameters: ExtractionParameter[] = [];
  for (const part of text.split(';')) {
    if (part.trim() === '') continue;
    const [, name = '', value = ''] = /^\s*([\w.-]+)\s*=\s*(.*?)\s*$/s.exec(part) ?? [];
    if (name === '') throw new ParameterError(`"${part.trim()}" is not of the form ${form}.`);
    if (parameters.some((other) => other.name === name)) throw new ParameterError(`${name} is given twice.`);
    parameters.push(readParameter(name, value));
  }
  return parameters;
}

function readParameter(name: string, value: string): ExtractionParameter {
  const call = /^([A-Z_]+)\s*\((.*)\)$/is.exec(value);
  if (call === null) return { kind: 'text', name, value: value.replace(/^'(.*)'$/s, '$1') };
  const [, written = '', inner = ''] = call;
  const operation = written.toUpperCase();
  if (operation !== 'FIND_MAX' && operation !== 'FIND_MIN')
    throw new ParameterError(`${name}: ${written} is not possible; a filter takes one value, so FIND_MAX or FIND_MIN.`);
  // Column names may hold commas.
  const [, table = '', column = '', fallback = ''] = /^\s*([^,]+?)\s*,\s*(.+?)\s*,\s*([^,]+?)\s*$/s.exec(inner) ?? [];
  if (table === '')
    throw new ParameterError(`${name}: "${value}" is not of the form ${operation}(table, column, default date).`);
  return { kind: 'dynamic', name, operation, table, column, default: fallback };
}

/** A parameter in the form that `parseParameters` reads. */
export function formatParameter(parameter: ExtractionParameter): string {
  if (parameter.kind === 'text') return `${parameter.name}=${parameter.value}`;
  const { name, operation, table, column, default: fallback } = parameter;
  return `${name}=${operation}(${table}, ${column}, ${fallback})`;
}

/** Names of the placeholders in a statement, each once. */
export function placeholdersOf({ conditions }: FilterStatement): readonly string[] {
  const names = conditions.flatMap(({ value }) => [...value.matchAll(placeholderPattern)].map(([, name = '']) => name));
  return [...new Set(names)];
}

/**
 * The statement with its placeholders replaced. Throws a `FilterError` for a placeholder without a value.
 */
export function fillFilter(statement: FilterStatement, values: ReadonlyMap<string, string>): FilterStatement {
  const conditions = statement.conditions.map((condition) => ({
    ...condition,
    value: condition.value.replaceAll(placeholderPattern, (placeholder, name: string) => {
      const value = values.get(name);
      if (value !== undefined) return value;
      const known = [...values.keys()].map((each) => `<%=${each}%>`).join(', ');
      throw new FilterError(
        statement.text,
        condition.valueAt,
        `the parameter ${placeholder} is not defined; ${known === '' ? 'none is' : `there are ${known}`}.`,
      );
    }),
  }));
  return { text: statement.text, conditions };
}
