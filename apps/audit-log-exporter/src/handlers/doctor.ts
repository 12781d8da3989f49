import type { CommandContext, ExitCode } from '@millrace/cli-kit';
import { describeAnswer, runChecks, type Check } from '@millrace/cli-kit/doctor';
import { enginePage } from '@millrace/cli-kit/pages';
import type { CelonisLogs } from '@millrace/celonis-client/logs';
import { celonisAuditLog } from '@millrace/model';
import { connectTeam } from '../team.ts';

/** `celonis-audit doctor`. */
export async function runDoctor(context: CommandContext): Promise<ExitCode> {
  const client = await connectTeam(context);
  return runChecks('celonis-audit', checksOf(client, context.io.signal), context.io, context.settings.on('json'));
}

function checksOf(client: CelonisLogs, signal: AbortSignal): Check[] {
  const check = (name: string, table: string, list: Pick<CelonisLogs['audit'], 'paging' | 'readPage'>): Check => ({
    name,
    needs: celonisAuditLog.tables.find((each) => each.name === table)?.source?.permission ?? '',
    attempt: async () => describeAnswer(await enginePage(await list.readPage({ pageSize: 1, signal }), list.paging)),
  });
  return [
    check('audit log', 'audit_log', client.audit),
    check('login history', 'login_history', client.logins),
    check('members', 'members', client.members),
    check('studio adoption', 'studio_adoption', client.adoption),
  ];
}
