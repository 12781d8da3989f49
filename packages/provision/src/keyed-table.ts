/** Tables of records without an ID: what Celonis extracts is appended, and a transformation gives each record its key. */
import { celonis, type TableModel } from '@millrace/model';

/**
 * Name of the table that Celonis extracts into. The Extractor Builder computes no key, and a table without a primary key is appended to by
 * delta loads (https://docs.celonis.com/en/delta-extractions.html), so a record that is read again stands in it twice.
 */
export const rawTable = (table: string): string => `${table}_raw`;

/** When a row came into the pool; Celonis puts it into every extracted table. */
const changeDate = '_CELONIS_CHANGE_DATE';

/**
 * The script that makes the table from the raw one: equal records of one load stay apart, and the same record of two loads is one. It is the
 * rule of `_key` elsewhere: a hash of the record and its number among equal records. The hash is another, since SQL has no canonical JSON.
 *
 * `identity` gives for a column the part of it that makes two records the same.
 */
export function keyedTableScript(
  table: TableModel,
  identity: Readonly<Record<string, (column: string) => string>> = {},
): string {
  const id = celonis.identifier;
  const data = table.columns.filter(({ path }) => path !== undefined);
  const columns = data.map(({ name }) => name);
  // Hashes have one length, so that no two rows run into the same text, and NULL is no hash.
  const parts = data.map(({ name, type }) => {
    const value = identity[name]?.(id(name)) ?? id(name);
    const text = type === 'STRING' || type === 'JSON' ? value : `CAST(${value} AS VARCHAR(64))`;
    return `COALESCE(SHA256(${text}), '-')`;
  });
  const arrival = id(changeDate);
  return `DROP TABLE IF EXISTS ${id(table.name)};

CREATE TABLE ${id(table.name)} AS
SELECT
  "hash" || '#' || CAST("number" AS VARCHAR(20)) AS "_key",
  ${columns.map(id).join(',\n  ')}
FROM (
  SELECT "numbered".*, ROW_NUMBER() OVER (PARTITION BY "hash", "number" ORDER BY ${arrival} DESC) AS "age"
  FROM (
    SELECT "hashed".*, ROW_NUMBER() OVER (PARTITION BY "hash", ${arrival} ORDER BY ${arrival}) AS "number"
    FROM (
      SELECT "raw".*, SHA256(
        ${parts.join(' ||\n        ')}
      ) AS "hash"
      FROM ${id(rawTable(table.name))} AS "raw"
    ) AS "hashed"
  ) AS "numbered"
) AS "ranked"
WHERE "age" = 1;
`;
}
