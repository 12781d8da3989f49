import openapiTS, { astToString, NULL, tsLiteral, tsUnion } from 'openapi-typescript';
import ts from 'typescript';
import { type JsonObject, objectAt, openEnumOf } from './document.ts';

/** `'A' | 'B' | (string & {})`: completes the known values and takes any other. */
function openUnion(values: readonly string[], nullable: boolean): ts.TypeNode {
  const anyString = ts.factory.createParenthesizedType(
    ts.factory.createIntersectionTypeNode([
      ts.factory.createKeywordTypeNode(ts.SyntaxKind.StringKeyword),
      ts.factory.createTypeLiteralNode([]),
    ]),
  );
  return tsUnion([...values.map((value) => tsLiteral(value)), anyString, ...(nullable ? [NULL] : [])]);
}

/** The TypeScript text for a specification: `paths`, `components`, `operations`, and each schema under its own name. */
export async function renderTypes(document: JsonObject, header: string): Promise<string> {
  const nodes = await openapiTS(Buffer.from(JSON.stringify(document)), {
    silent: true,
    defaultNonNullable: false,
    transform: (schema) => {
      const open = openEnumOf(JSON.parse(JSON.stringify(schema)));
      return open === undefined ? undefined : openUnion(open.values, open.nullable);
    },
  });
  const names = Object.keys(objectAt(objectAt(document, 'components'), 'schemas'));
  const aliases = names.map((name) => `export type ${name} = components['schemas']['${name}'];`);
  return `${header}\n${astToString(nodes)}\n${aliases.join('\n')}\n`;
}
