export { auditEventIdentity } from './audit-identity.ts';
export { celonis, celonisScript } from './celonis.ts';
export { celonisAuditLog } from './celonis-audit-log.ts';
export { defineModel } from './define-model.ts';
export { describeModel, describeRelations, type ColumnRow, type RelationRow } from './describe-model.ts';
export { DialectError, type Dialect, type TableTarget } from './dialect.ts';
export { duckdb } from './duckdb.ts';
export { extendModel } from './extend-model.ts';
export {
  ExtractorFileError,
  formatExtractorFile,
  parseExtractorFile,
  type ExtractorAuthentication,
  type ExtractorColumn,
  type ExtractorConnectionParameter,
  type ExtractorEndpoint,
  type ExtractorFile,
  type ExtractorNestedTable,
  type ExtractorPagination,
  type ExtractorRequestParameter,
  type ExtractorResponse,
} from './extractor-file.ts';
export {
  extractorResponse,
  instantFormat,
  likelyKey,
  type ExtractorResponseOptions,
} from './extractor-response.ts';
export { extractorPaths, extractorSpec, type ExtractorSpecOptions } from './extractor-tables.ts';
export { checkFilterNames, filterValues, type FilterParameter } from './filter-check.ts';
export {
  fillFilter,
  formatParameter,
  ParameterError,
  parseParameters,
  placeholdersOf,
  type ExtractionParameter,
} from './filter-parameters.ts';
export {
  FilterError,
  formatFilter,
  parseFilter,
  type FilterCondition,
  type FilterStatement,
} from './filter-statement.ts';
export { declaredTables, flattenSpec, flattenSpecs } from './flatten-spec.ts';
export { familyOf, tableOf, transformationOf } from './look-up.ts';
export {
  ModelError,
  type ActivityTableModel,
  type ColumnModel,
  type FeedModel,
  type ForeignKeyModel,
  type Model,
  type QueryContext,
  type Relation,
  type RelationEnd,
  type RelationKind,
  type SourceModel,
  type TableModel,
  type TransformationInput,
  type TransformationModel,
} from './model.ts';
export { modelToJson } from './model-json.ts';
export { modelToMarkdown } from './model-markdown.ts';
export { modelToMermaid } from './model-mermaid.ts';
export { oeActivityLog } from './oe-activity-log.ts';
export { oeEventLog } from './oe-event-log.ts';
export {
  renderTransformation,
  renderTransformations,
  type RenderedTransformation,
  type RenderOptions,
  type TransformationMode,
} from './render-transformation.ts';
export { spark, sparkDialect, type SparkOptions, type SparkTableFormat } from './spark.ts';
export { renameTables } from './rename-tables.ts';
export { documentShaper, type DocumentRules, type DocumentShaper } from './shape-documents.ts';
export { shapeModel, type KeptColumns, type ShapedModel } from './shape-model.ts';
export { ShapeError, type Shape } from './shape.ts';
export { childTable, column, rootTable, valueColumn } from './source-tables.ts';
