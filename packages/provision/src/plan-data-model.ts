/** The data model: its tables, foreign keys and activity tables. */
import type { DataModelTable, ForeignKey } from '@millrace/celonis-client/integration';
import { differing, known, poolOf, type Session, type Step } from './change.ts';
import type { Installation, WantedActivityTable, WantedForeignKey } from './installation.ts';
import type { Observed } from './observe.ts';
import { hasTag, tagged } from './ownership.ts';

/** The steps for the data model with everything in it. */
export function modelSteps(installation: Installation, observed: Observed): readonly Step[] {
  const tables = observed.model?.tables ?? [];
  return [
    ...modelItself(installation, observed),
    ...tableSteps(installation.tables, tables, observed.connection?.id ?? null),
    ...foreignKeySteps(installation.foreignKeys, observed),
    ...installation.activityTables.flatMap((wanted) => activityTableSteps(wanted, observed)),
  ];
}

const tag = 'data model';

function modelItself({ name, description }: Installation, { model }: Observed): readonly Step[] {
  const written = tagged(description, name, tag);
  if (model === undefined) {
    return [
      {
        changes: [{ action: 'create', kind: 'data model', name, fields: [] }],
        write: async (session) => {
          const made = await poolOf(session).dataModels.create({ name, description: written }, session.call);
          session.dataModelId = made.id;
        },
      },
    ];
  }
  const { model: is } = model;
  const fields = differing({
    name: [is.name, name],
    // Whether every server keeps a data model's description is not known; one that gives none back has not changed it.
    ...(is.description === null || is.description === undefined || hasTag(is.description, name, tag)
      ? {}
      : { description: [is.description, written] }),
  });
  if (fields.length === 0) return [];
  return [
    {
      changes: [{ action: 'update', kind: 'data model', name, fields }],
      write: async (session) => {
        const { id, configurationSkipped, eventlogAutomergeEnabled, autoMergeExecutionMode } = is;
        await poolOf(session).dataModels.update(
          {
            id,
            name,
            description: written,
            ...(configurationSkipped === undefined ? {} : { configurationSkipped }),
            ...(eventlogAutomergeEnabled === undefined ? {} : { eventlogAutomergeEnabled }),
            ...(autoMergeExecutionMode === undefined ? {} : { autoMergeExecutionMode }),
          },
          session.call,
        );
      },
    },
  ];
}

function tableSteps(
  wanted: readonly string[],
  found: readonly DataModelTable[],
  connectionId: string | null,
): readonly Step[] {
  const missing = wanted.filter((name) => tableNamed(found, name) === undefined);
  const steps: Step[] = [];
  if (missing.length > 0) {
    steps.push({
      changes: missing.map((name) => ({ action: 'create', kind: 'data model table', name, fields: [] })),
      write: async (session) => {
        const made = await poolOf(session)
          .dataModels.tables(known(session.dataModelId))
          .add(
            missing.map((name) => ({ name, connectionId: session.connectionId })),
            session.call,
          );
        for (const { name, id } of made) session.modelTables.set(name ?? '', id);
      },
    });
  }
  for (const name of wanted) {
    const is = tableNamed(found, name);
    if (is === undefined) continue;
    const fields = differing({ alias: [is.alias, null], connection: [is.dataSourceId, connectionId] });
    if (fields.length === 0) continue;
    steps.push({
      changes: [{ action: 'update', kind: 'data model table', name, fields }],
      write: async (session) => {
        await poolOf(session)
          .dataModels.tables(known(session.dataModelId))
          .update({ ...is, alias: null, dataSourceId: session.connectionId }, session.call);
      },
    });
  }
  return steps;
}

const tableNamed = (tables: readonly DataModelTable[], name: string): DataModelTable | undefined =>
  tables.find((table) => table.name === name);

/** How a foreign key is written for people: `process_context(id) → activity_log(case_id)`. */
export const foreignKeyName = ({ dimension, fact }: Pick<WantedForeignKey, 'dimension' | 'fact'>): string =>
  `${dimension} → ${fact}`;

const columnsText = (columns: WantedForeignKey['columns']): string =>
  columns.map(({ dimension, fact }) => `${dimension} → ${fact}`).join(', ');

function foreignKeySteps(wanted: readonly WantedForeignKey[], { model }: Observed): readonly Step[] {
  const left = (model?.foreignKeys ?? []).map((key) => ({ key, is: readForeignKey(key, model?.tables ?? []) }));
  const take = (fits: (is: WantedForeignKey) => boolean): (typeof left)[number] | undefined => {
    const at = left.findIndex(({ is }) => fits(is));
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  const same = wanted.map((key) => take((is) => foreignKeyName(is) === foreignKeyName(key) && equalColumns(is, key)));
  return wanted.flatMap((key, at): readonly Step[] => {
    if (same[at] !== undefined) return [];
    // One between the same two tables is taken for this one, changed by somebody.
    const close =
      take((is) => foreignKeyName(is) === foreignKeyName(key)) ??
      take((is) => is.dimension === key.fact && is.fact === key.dimension);
    const name = foreignKeyName(key);
    if (close === undefined) {
      return [
        {
          changes: [{ action: 'create', kind: 'foreign key', name, fields: [] }],
          write: async (session) => {
            const { dimension, fact, columns } = key;
            const ends = { dimensionTableId: tableId(session, dimension), factTableId: tableId(session, fact) };
            const client = poolOf(session).dataModels.foreignKeys(known(session.dataModelId));
            await client.create({ ...ends, columns }, session.call);
          },
        },
      ];
    }
    const fields = differing({
      direction: [foreignKeyName(close.is), name],
      columns: [columnsText(close.is.columns), columnsText(key.columns)],
    });
    return [
      {
        changes: [{ action: 'update', kind: 'foreign key', name, fields }],
        write: async (session) => {
          await poolOf(session)
            .dataModels.foreignKeys(known(session.dataModelId))
            .update(
              {
                id: close.key.id,
                dataModelId: known(session.dataModelId),
                sourceTableId: tableId(session, key.dimension),
                targetTableId: tableId(session, key.fact),
                columns: key.columns.map(({ dimension, fact }) => ({
                  sourceColumnName: dimension,
                  targetColumnName: fact,
                })),
              },
              session.call,
            );
        },
      },
    ];
  });
}

function tableId({ modelTables }: Session, name: string): string {
  return known(modelTables.get(name));
}

function readForeignKey(key: ForeignKey, tables: readonly DataModelTable[]): WantedForeignKey {
  const nameOf = (id: string | null | undefined): string => tables.find((table) => table.id === id)?.name ?? '';
  return {
    dimension: nameOf(key.sourceTableId),
    fact: nameOf(key.targetTableId),
    columns: (key.columns ?? []).map(({ sourceColumnName, targetColumnName }) => ({
      dimension: sourceColumnName ?? '',
      fact: targetColumnName ?? '',
    })),
  };
}

/** Pairs of columns, in whatever order. */
function equalColumns(a: WantedForeignKey, b: WantedForeignKey): boolean {
  const sorted = ({ columns }: WantedForeignKey): string =>
    columns
      .map(({ dimension, fact }) => JSON.stringify([dimension, fact]))
      .toSorted()
      .join();
  return sorted(a) === sorted(b);
}

function activityTableSteps(wanted: WantedActivityTable, { model }: Observed): readonly Step[] {
  const tables = model?.tables ?? [];
  const nameOf = (id: string | null | undefined): string | null =>
    tables.find((table) => table.id === id)?.name ?? null;
  const is = model?.activityTables.find(({ activityTableId }) => nameOf(activityTableId) === wanted.table);
  const fields = differing({
    'case table': [nameOf(is?.caseTableId), wanted.caseTable],
    'case ID': [is?.caseIdColumn, wanted.caseId],
    activity: [is?.activityColumn, wanted.activity],
    timestamp: [is?.timestampColumn, wanted.timestamp],
    sorting: [is?.sortingColumn, wanted.sorting],
    'end timestamp': [is?.endTimestampColumn, wanted.endTimestamp],
  });
  // Which one is the default is asked for and not compared: exports of a pool with one activity table show it as none.
  if (is !== undefined && fields.length === 0) return [];
  const action = is === undefined ? 'create' : 'update';
  return [
    {
      changes: [{ action, kind: 'activity table', name: wanted.table, fields: action === 'create' ? [] : fields }],
      write: async (session) => {
        const { optionalTenantId: _, tenantId: __, ...kept } = is ?? {};
        await poolOf(session)
          .dataModels.activityTables(known(session.dataModelId))
          .put(
            {
              ...kept,
              activityTableId: tableId(session, wanted.table),
              caseTableId: wanted.caseTable === null ? null : tableId(session, wanted.caseTable),
              caseIdColumn: wanted.caseId,
              activityColumn: wanted.activity,
              timestampColumn: wanted.timestamp,
              sortingColumn: wanted.sorting,
              endTimestampColumn: wanted.endTimestamp,
              defaultConfiguration: wanted.isDefault,
            },
            session.call,
          );
      },
    },
  ];
}
