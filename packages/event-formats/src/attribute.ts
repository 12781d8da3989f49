/** Values of events and objects, and their types. */

/** The types that OCEL 2.0 has. https://www.ocel-standard.org/specification/formats/json/ */
export type AttributeType = 'string' | 'time' | 'integer' | 'float' | 'boolean';

/** A value: a `time` as ISO 8601 in UTC, an `integer` as number or, beyond 2^53, bigint. `null`: the attribute is absent. */
export type AttributeValue = string | number | bigint | boolean | null;

/** A declared attribute. */
export interface Attribute {
  readonly name: string;
  readonly type: AttributeType;
}

/** Whether a value is of the type. */
export function hasType(value: NonNullable<AttributeValue>, type: AttributeType): boolean {
  switch (type) {
    case 'string':
      return typeof value === 'string';
    case 'time':
      return typeof value === 'string' && isInstant(value);
    case 'integer':
      return typeof value === 'bigint' || Number.isSafeInteger(value);
    case 'float':
      return typeof value === 'number' && Number.isFinite(value);
    default:
      return typeof value === 'boolean';
  }
}

const instant = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** Whether a text is an instant of ISO 8601 with its zone, as both formats want it. */
export function isInstant(text: string): boolean {
  return instant.test(text) && !Number.isNaN(Date.parse(text));
}
