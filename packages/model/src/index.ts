export { auditEventIdentity } from './audit-identity.ts';
export { celonisAuditLog } from './celonis-audit-log.ts';
export { defineModel } from './define-model.ts';
export { describeModel, describeRelations, type ColumnRow, type RelationRow } from './describe-model.ts';
export type { Dialect, TableTarget } from './dialect.ts';
export { duckdb } from './duckdb.ts';
export { extendModel } from './extend-model.ts';
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
export { childTable, column, rootTable, valueColumn } from './source-tables.ts';
