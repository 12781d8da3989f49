import { contentHash } from '@millrace/flatten';

/** A UUID that is the same for the same name. */
export function stableUuid(name: string): string {
  const hex = contentHash(name);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
