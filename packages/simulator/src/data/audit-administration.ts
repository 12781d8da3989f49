/** What administrators do, what people do with their own accounts, and what the platform does by itself. */
import { jobExecution } from './audit-integration.ts';
import { anyOf, type Action, type Sitting } from './audit-sitting.ts';
import { GROUPS, type Person } from './people.ts';
import type { Random, Weighted } from './random.ts';

/** An administrator grants and withdraws permissions. */
export function permissionWork({ random, objects, people, length }: Sitting): Action[] {
  const rights = ['USE', 'EDIT', 'VIEW', 'DELETE', 'MANAGE_PERMISSIONS'];
  return Array.from({ length }, () => {
    const subject = random.pick(people);
    const pkg = anyOf(objects, 'Package', random);
    return {
      event: 'PERMISSIONS_UPDATE',
      message: {
        subject_type: 'USER',
        subject_description: `${subject.name} (${subject.email})`,
        object_id: pkg?.id ?? '',
        object_description: pkg?.name ?? 'Team',
        new_permissions: random.shuffle(rights).slice(0, random.int(1, 4)),
        old_permissions: random.shuffle(rights).slice(0, random.int(0, 2)),
      },
    };
  });
}

/** An administrator sees to members and settings. */
export function teamWork({ random, people, length }: Sitting): Action[] {
  return Array.from({ length }, () => {
    const subject = random.pick(people);
    const event = random.weighted(TEAM_CODES);
    return { event, message: teamMessage(event, subject, random) };
  });
}

/** Many people join a group at once, or a variable is set for many. */
export function bulkChange({ random, people, length }: Sitting): Action[] {
  const group = random.pick(GROUPS);
  const joins = random.chance(0.6);
  return Array.from({ length }, () => {
    const subject = random.pick(people);
    return joins
      ? {
          event: 'USER_JOIN_GROUP',
          message: { userId: subject.userId, userEmail: subject.email, groupName: group.name },
        }
      : {
          event: 'STUDIO_INPUT_VARIABLE_VALUE_CHANGED',
          message: { variableKey: 'plant', userId: subject.userId, value: random.pick(['DE10', 'PL20']) },
        };
  });
}

/** Somebody downloads lists. Four of these events are documented as having no message. */
export function downloads({ random, length }: Sitting): Action[] {
  return Array.from({ length }, () => {
    const event = random.pick(DOWNLOADS);
    return {
      event,
      message:
        event.startsWith('AUDIT') || event.startsWith('LOGIN')
          ? { from: '2026-01-01', rows: random.int(1, 9999) }
          : null,
    };
  });
}

/** Somebody changes their own account. */
export function ownAccount({ random, length }: Sitting): Action[] {
  return Array.from({ length }, () => {
    const event = random.weighted<string>([
      ['USER_GENERATE_API_KEY', 3],
      ['USER_DELETE_API_KEY', 2],
      ['USER_CHANGE_PASSWORD', 4],
      ['USER_NAME_UPDATED', 1],
      ['USER_LEFT_GROUP', 1],
    ]);
    if (event === 'USER_NAME_UPDATED')
      return { event, message: { oldUserName: 'M. Müller', updatedUserName: 'Mónica Müller' } };
    return { event, message: event.endsWith('API_KEY') ? { name: random.pick(['cli', 'extractor', 'test']) } : {} };
  });
}

/** What the platform itself does, mostly at night. */
export function systemWork(sitting: Sitting): Action[] {
  const { random, objects, length } = sitting;
  return Array.from({ length }, () => {
    const event = random.weighted(SYSTEM_CODES);
    const pool = anyOf(objects, 'Pool', random);
    const failed = random.chance(0.06);
    switch (event) {
      case 'JOB_EXECUTION_FINISHED':
        return jobExecution(
          failed,
          { dataPoolId: pool?.id ?? '', dataPoolName: pool?.name ?? '', dataJobName: `Nightly ${random.int(1, 12)}` },
          random,
        );
      case 'VIEW_REPORT_DELIVERY_TRIGGER_SUCCEEDED':
        return failed
          ? {
              event: 'VIEW_REPORT_DELIVERY_TRIGGER_FAILED',
              message: {
                triggerId: random.uuid(),
                status: 'FAILED',
                errors: [{ recipient: 'list1@example.com', code: 550 }],
              },
            }
          : { event, message: { triggerId: random.uuid(), status: 'SUCCESS', recipients: ['list1@example.com'] } };
      case 'TRASH_AUTO_DELETE_JOB':
        return { event, message: { deleted: { packages: random.int(0, 3), nodes: random.int(0, 20) } } };
      default:
        return {
          event,
          message: {
            tableName: random.pick(['VBAK', 'EKKO', 'BSEG']),
            status: failed ? 'FAILED' : 'SUCCESS',
            rows: random.int(0, 5_000_000),
          },
        };
    }
  });
}

function teamMessage(event: string, subject: Person, random: Random): Record<string, unknown> {
  if (event === 'ADMIN USER INVITED') return { sender: 'admin', invitee: subject.email };
  if (event === 'LOGIN_HISTORY_PREFERENCES_UPDATED')
    return { 'login-history-enabled': true, 'retention-days': random.pick([30, 90, 'unlimited']) };
  if (event === 'IP_RESTRICTIONS_SET') return { ranges: [{ from: '192.0.2.0', to: '192.0.2.255' }] };
  if (event === 'SESSION_TIMEOUT_PREFERENCES_UPDATED')
    return { 'session-timeout': { value: random.int(1, 8), unit: 'HOURS' } };
  if (event === 'TEAM_UPDATED') return { teamId: 'a7', teamName: 'aldermoor' };
  return { userId: subject.userId, email: subject.email, userRole: subject.role };
}

const TEAM_CODES: readonly Weighted<string>[] = [
  ['ADMIN USER INVITED', 5],
  ['TEAM_MEMBERSHIP_CREATED', 5],
  ['TEAM_MEMBERSHIP_UPDATED', 6],
  ['TEAM_MEMBERSHIP_DELETED', 1],
  ['USER_TEAM_MEMBERSHIP_ACTIVATED', 4],
  ['USER_JOIN_GROUP', 8],
  ['USER_LEFT_GROUP', 2],
  ['TEAM_UPDATED', 1],
  ['LOGIN_HISTORY_PREFERENCES_UPDATED', 1],
  ['SESSION_TIMEOUT_PREFERENCES_UPDATED', 1],
  ['IP_RESTRICTIONS_SET', 1],
  ['TWO_FACTOR_UPDATED', 1],
  ['MEMBER_LOCK_POLICY_UPDATED', 1],
];

const SYSTEM_CODES: readonly Weighted<string>[] = [
  ['JOB_EXECUTION_FINISHED', 60],
  ['CUSTOM_EXTRACTION_EXECUTED', 15],
  ['VIEW_REPORT_DELIVERY_TRIGGER_SUCCEEDED', 15],
  ['TASK_MINING_DATA_PROCESSING_TRIGGER_SCHEDULED', 6],
  ['TRASH_AUTO_DELETE_JOB', 4],
];

const DOWNLOADS: readonly string[] = [
  'AUDIT_LOG_CSV_DOWNLOADED',
  'LOGIN_HISTORY_CSV_DOWNLOADED',
  'PERMISSIONS_CSV_DOWNLOADED',
  'GROUP_PERMISSIONS_CSV_DOWNLOADED',
  'APPLICATION_PERMISSIONS_CSV_DOWNLOADED',
  'STUDIO_ADOPTION_CSV_DOWNLOADED',
];
