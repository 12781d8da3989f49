import { FilterError, type FilterCondition, type FilterStatement } from './filter-statement.ts';

/** A query parameter of a list that filters it, as the API description has it. */
export interface FilterParameter {
  readonly name: string;
  /** `date-time`: an instant. Absent: text. */
  readonly format?: 'date-time' | (string & {});
  /** The values that it can have; with `open`, those that are known. */
  readonly values?: readonly string[];
  /** Other values than those listed are possible. */
  readonly open?: boolean;
}

/**
 * Whether a list can be asked for what a statement says. `list` is what messages call it.
 * Throws a `FilterError` for a parameter that the list does not have, naming those that it has.
 */
export function checkFilterNames(
  statement: FilterStatement,
  list: string,
  parameters: readonly FilterParameter[],
): void {
  for (const { name, nameAt } of statement.conditions) {
    if (parameters.some((parameter) => parameter.name === name)) continue;
    const names = parameters.map((parameter) => parameter.name);
    const twin = names.find((candidate) => candidate.toLowerCase() === name.toLowerCase());
    const hint = twin === undefined ? `there are ${names.join(', ')}` : `write ${twin}`;
    throw new FilterError(
      statement.text,
      nameAt,
      `${list} cannot be filtered by "${name}": a filter is a query parameter of the list, and ${hint}.`,
    );
  }
}

/**
 * The values of a statement without placeholders, by parameter: instants as ISO 8601 UTC, everything else as it stands.
 * Throws a `FilterError` for a value that the parameter cannot have.
 */
export function filterValues(
  statement: FilterStatement,
  parameters: readonly FilterParameter[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    statement.conditions.map((condition) => {
      const parameter = parameters.find(({ name }) => name === condition.name);
      return [
        condition.name,
        parameter === undefined ? condition.value : checkedValue(statement, condition, parameter),
      ];
    }),
  );
}

function checkedValue(statement: FilterStatement, condition: FilterCondition, parameter: FilterParameter): string {
  const { name, value, valueAt } = condition;
  if (parameter.format === 'date-time') {
    const instant = instantOf(value);
    if (instant !== undefined) return instant;
    throw new FilterError(
      statement.text,
      valueAt,
      `"${value}" is not a date; write ${name} = 2026-01-31 or ${name} = '2026-01-31T08:00:00Z'.`,
    );
  }
  if (value === '')
    throw new FilterError(statement.text, valueAt, `the value is empty; leave the condition out instead.`);
  if (parameter.values !== undefined && parameter.open !== true && !parameter.values.includes(value)) {
    const allowed = parameter.values.map((each) => `'${each}'`).join(', ');
    throw new FilterError(statement.text, valueAt, `"${value}" is not possible; ${name} is one of ${allowed}.`);
  }
  return value;
}

const instantForm = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)(Z|[+-]\d{2}:?\d{2})?)?$/;

/** ISO 8601 UTC with milliseconds; without a time midnight, without a zone UTC. */
function instantOf(text: string): string | undefined {
  const [, day, time = '00:00', zone = 'Z'] = instantForm.exec(text) ?? [];
  if (day === undefined) return undefined;
  const date = new Date(`${day}T${time}${zone}`);
  // Date.parse takes 31 February for 3 March.
  const real = new Date(`${day}T00:00:00Z`);
  return Number.isNaN(date.getTime()) || Number.isNaN(real.getTime()) || !real.toISOString().startsWith(day)
    ? undefined
    : date.toISOString();
}
