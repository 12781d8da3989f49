export type { Attribute, AttributeType, AttributeValue } from './attribute.ts';
export { EventFormatError, EventFormatOptionError } from './errors.ts';
export {
  eventLogFormats,
  exportEventLog,
  type EventLogFormat,
  type ExportEventLogOptions,
  type ExportEventLogSummary,
} from './export-event-log.ts';
export type { OcelCounts, OcelEvent, OcelLog, OcelObject, OcelRelationship, OcelType } from './ocel-log.ts';
export type { Output } from './text-output.ts';
export { writeOcelJson } from './write-ocel-json.ts';
export { writeOcelSqlite } from './write-ocel-sqlite.ts';
export { writeXes, type XesCounts, type XesEvent, type XesOptions } from './write-xes.ts';
