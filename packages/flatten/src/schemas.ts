/** What those need who keep tables: schemas compared and brought together, and what becomes of stored values when a column widens. */
export { formatDate, formatDateTime, parseAnyIso } from './dates.ts';
export { mergeSchemas, schemaChanges } from './schema-changes.ts';
export { joinTypes, type Scalar, storedText, type TypeState, widenValue } from './types.ts';
