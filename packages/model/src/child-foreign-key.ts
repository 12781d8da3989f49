import type { ForeignKeyModel, RelationKind } from './model.ts';

/** What a table and its schema have in common here. */
interface Linked {
  readonly name: string;
  readonly primaryKey: readonly string[];
  readonly columns: readonly {
    readonly name: string;
    readonly references?: { readonly table: string; readonly column: string };
  }[];
}

/** The relation from a table to its child table, over the child's link columns. */
export function childForeignKey(parent: Linked, child: Linked, kind: RelationKind): ForeignKeyModel {
  const columns = parent.primaryKey.flatMap((key) => {
    // The parent's own link columns stand in the child under the same name.
    const inherited = parent.columns.some((column) => column.name === key && column.references);
    const link = child.columns.find(({ name, references }) =>
      inherited ? name === key && references : references?.table === parent.name && references.column === key,
    );
    return link ? [link.name] : [];
  });
  return {
    dimension: { table: parent.name, columns: parent.primaryKey },
    fact: { table: child.name, columns },
    kind,
  };
}
