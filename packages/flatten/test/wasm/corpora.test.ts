import type { RootSpec } from '@millrace/flatten';
import { memberIdentity } from '@millrace/flatten/identity';
import { describe, expect, test } from 'vitest';
import { toJsonText } from '../../../simulator/src/data/json-text.ts';
import { generateCelonisTeam } from '../../../simulator/src/data/celonis-team.ts';
import { generateOeTenant } from '../../../simulator/src/data/oe-tenant.ts';
import { countingPages, outcome } from './outcome.ts';

const tenant = generateOeTenant({ processContexts: 1500 });
const team = generateCelonisTeam({ auditEvents: 4000, loginEvents: 2000, adoptionEvents: 1000 });

const DATED: RootSpec['paths'] = [
  { path: ['metadata', 'createdAt'], type: 'DATETIME' },
  { path: ['metadata', 'updatedAt'], type: 'DATETIME' },
  { path: ['events'], table: 'process_context_event' },
];

const byUser = memberIdentity({ nullIsAbsent: true, members: { userId: (user) => [user] } });

/** With the share of pages that the kernel must take. */
const corpora: readonly (readonly [string, readonly unknown[], RootSpec, number])[] = [
  [
    'process contexts',
    tenant.processContexts,
    { table: 'pc', primaryKey: [['context', 'processid']], paths: DATED },
    1,
  ],
  ['digital processes', tenant.digitalProcesses, { table: 'dp', primaryKey: [['id']] }, 1],
  ['event types', tenant.eventTypes, { table: 'et', primaryKey: [['id']] }, 1],
  ['members', team.members, { table: 'members', primaryKey: [['userId']] }, 1],
  ['audit events', team.auditEvents, { table: 'audit_log' }, 1],
  ['audit events of an identity', team.auditEvents, { table: 'audit_log', identity: byUser }, 1],
  ['log-ins', team.loginEvents, { table: 'login_history' }, 1],
  ['adoption events', team.adoptionEvents, { table: 'adoption' }, 1],
];

function pagesOf(documents: readonly unknown[], size: number): Uint8Array[] {
  const pages: Uint8Array[] = [];
  for (let at = 0; at < documents.length; at += size) {
    pages.push(
      new TextEncoder().encode(toJsonText({ content: documents.slice(at, at + size), totalCount: documents.length })),
    );
  }
  return pages;
}

describe.each(corpora)('generated %s', (_, documents, spec, share) => {
  test.each([97, 1000])('give the same batches from both engines, %i documents a page', (size) => {
    const run = { spec, pages: pagesOf(documents, size), at: ['content'], pagesPerBatch: 3 };
    const { result, taken, refused } = countingPages(() => outcome('wasm', run));
    expect(result).toEqual(outcome('typescript', run));
    expect(taken / (taken + refused || 1)).toBeGreaterThanOrEqual(share);
  });
});
