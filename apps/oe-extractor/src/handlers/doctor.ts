import type { CommandContext, ExitCode } from '@millrace/cli-kit';
import { describeAnswer, runChecks, type Check } from '@millrace/cli-kit/doctor';
import { enginePage } from '@millrace/cli-kit/pages';
import type { OeClient } from '@millrace/oe-client';
import { connectEngine } from '../engine.ts';
import { parsedPage } from '../parsed-page.ts';

/** `oe-extract doctor`. */
export async function runDoctor(context: CommandContext): Promise<ExitCode> {
  const client = await connectEngine(context);
  const { signal } = context.io;
  const check = (name: string, list: Pick<OeClient['accounts'], 'paging' | 'readPage'>): Check => ({
    name,
    needs: 'a key for the Orchestration Engine API',
    attempt: async () =>
      describeAnswer(parsedPage(await enginePage(await list.readPage({ pageSize: 1, signal }), list.paging))),
  });
  const checks = [
    check('accounts', client.accounts),
    check('digital processes', client.digitalProcesses),
    check('event types', client.eventTypes),
    check('process contexts', client.processContexts),
  ];
  return runChecks('oe-extract', checks, context.io, context.settings.on('json'));
}
