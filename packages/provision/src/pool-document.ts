/** An installation as a document for the import of data pools, in the form of Celonis' own exports. */
import { createHash } from 'node:crypto';
import type { PoolExport, TableExtractionTransport } from '@millrace/celonis-client/integration';
import type { Installation, WantedExtraction } from './installation.ts';
import { fingerprint, poolDescription, tagged } from './ownership.ts';
import { markParameter } from './plan-mark.ts';
import { parameterTransport } from './plan-parameters.ts';

/** Version of the exports that are known. */
const versionNumber = 201_808_281_151;

/**
 * The document. Imported, it makes a new pool of the installation's name, and a plan then finds nothing to change. Whether Celonis takes the
 * configuration of a custom extractor with it is not known: its own exports leave it out. Secrets are not in it: the connection has to be
 * filled in.
 */
export function poolDocument(installation: Installation): PoolExport {
  const { name, program, pool, connection, extraction, transformations } = installation;
  const id = idsOf(installation);
  const poolId = id('pool');
  const jobId = id('job');
  const connectionId = connection === undefined ? null : id('connection');
  const mark = {
    ...(connection === undefined ? {} : { connection: 'made' as const }),
    applied: fingerprint(installation),
  };
  const task = { poolId, jobId, template: false, disabled: false } as const;
  return {
    dataPool: { id: poolId, name: pool, description: poolDescription(program) },
    dataSources:
      connection === undefined
        ? []
        : [
            {
              id: id('connection'),
              name: connection.name,
              poolId,
              type: 'custom-extractor',
              customExtractorId: id('extractor'),
              customExtractorName: connection.extractorName,
              configured: true,
              parameterName: `DATASOURCE:${normalized(connection.name)}`,
              normalizedName: normalized(connection.name),
            },
          ],
    jobs: [{ id: jobId, name, dataPoolId: poolId, dataSourceId: connectionId }],
    extractions:
      extraction === undefined
        ? []
        : [
            {
              ...task,
              id: id('extract'),
              taskId: id('extract definition'),
              taskType: 'EXTRACTION',
              name: extraction.name,
              description: tagged(extraction.description, name, 'extract'),
              executionOrder: 1,
              tables: extractionTables(extraction, jobId, id),
            },
          ],
    transformations: transformations.map((each, at) => ({
      ...task,
      id: id(`transform ${each.name}`),
      taskId: id(`transform definition ${each.name}`),
      taskType: 'TRANSFORMATION',
      name: each.name,
      description: tagged(each.description, name, `transform:${each.name}`),
      executionOrder: at + 1,
      statement: each.sql,
    })),
    poolVariables: [{ id: id('mark'), poolId, ...markParameter(name, program, mark) }],
    taskVariables: (extraction?.parameters ?? []).map((parameter) => ({
      id: id(`parameter ${parameter.placeholder}`),
      poolId,
      ...parameterTransport(parameter, {
        extraction: { id: id('extract'), taskId: id('extract definition') },
        connectionId,
      }),
    })),
    dataModels: [dataModel(installation, id, connectionId)],
    dataModelExecutions: [
      {
        id: id('load'),
        dataModelId: id('data model'),
        jobId,
        disabled: false,
        dataModelName: name,
        tables: installation.tables.map((table) => ({ id: id(`table ${table}`), aliasOrName: table, selected: true })),
        partialLoad: false,
      },
    ],
    customExtractorTransports:
      connection === undefined
        ? []
        : [{ id: id('extractor'), name: connection.extractorName, poolId, configuration: opaque(connection.file) }],
    schedules: [],
    schedulingTriggers: [],
    jobSchedules: [],
    replicationConfigurations: [],
    versionNumber,
  };
}

function extractionTables(
  { tables }: WantedExtraction,
  jobId: string,
  id: (what: string) => string,
): TableExtractionTransport[] {
  return tables.map(({ name, parent, root, filter, deltaFilter }) => ({
    id: id(`extracted ${name}`),
    taskId: id('extract definition'),
    jobId,
    tableName: name,
    filterDefinition: filter,
    deltaFilterDefinition: deltaFilter,
    disabled: false,
    parent: parent === undefined,
    parentTable: parent === undefined ? null : id(`extracted ${root}`),
    dependsOn: parent === undefined ? null : id(`extracted ${parent}`),
    connectorSpecificConfiguration: [],
    calculatedColumns: [],
  }));
}

function dataModel(
  { name, tables, foreignKeys, activityTables }: Installation,
  id: (what: string) => string,
  connectionId: string | null,
): NonNullable<NonNullable<PoolExport['dataModels']>[number]> {
  const dataModelId = id('data model');
  const table = (of: string): string => id(`table ${of}`);
  return {
    id: dataModelId,
    dataModelName: name,
    dataModelCalendarType: 'NONE',
    tables: tables.map((each) => ({
      id: table(each),
      dataModelId,
      dataSourceId: connectionId,
      name: each,
      alias: null,
      aliasOrName: each,
      useDirectStorage: false,
    })),
    foreignKeyExports: foreignKeys.map(({ dimension, fact, columns }) => {
      const foreignKeyId = id(`foreign key ${dimension} ${fact} ${JSON.stringify(columns)}`);
      return {
        dataModelId,
        sourceTableId: table(dimension),
        targetTableId: table(fact),
        foreignKeyColumns: columns.map((column) => ({
          id: id(`column ${foreignKeyId} ${column.dimension} ${column.fact}`),
          foreignKeyId,
          sourceColumnName: column.dimension,
          targetColumnName: column.fact,
        })),
      };
    }),
    configurations: activityTables.map((each) => ({
      id: id(`activity table ${each.table}`),
      dataModelId,
      activityTableId: table(each.table),
      caseTableId: each.caseTable === null ? null : table(each.caseTable),
      defaultConfiguration: each.isDefault,
      caseIdColumn: each.caseId,
      activityColumn: each.activity,
      timestampColumn: each.timestamp,
      sortingColumn: each.sorting,
      endTimestampColumn: each.endTimestamp,
    })),
    customCalendarEntries: [],
    factoryCalendars: [],
    signalLinks: [],
    eventlogAutomergeEnabled: false,
    autoMergeExecutionMode: 'DISTINCT',
    versionNumber,
  };
}

/** The description of the API names no property of a configuration, since no export is known that has one. */
function opaque(file: object): Record<string, never> {
  return { ...file };
}

/** A name as `<%=DATASOURCE:…%>` has it. */
function normalized(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9_]+/gu, '_');
}

/** IDs that are the same whenever the document is made; an import gives each its own. */
function idsOf({ pool, name }: Installation): (what: string) => string {
  return (what) => {
    const hash = createHash('sha256')
      .update(JSON.stringify([pool, name, what]))
      .digest('hex');
    return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-4${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
  };
}
