import type { CelonisSimulator, CelonisSimulatorOptions } from '../../src/index.ts';
import { appKey, celonis } from '../helpers.ts';

/** A team with nothing in its logs. */
export async function team(options: CelonisSimulatorOptions = {}): Promise<CelonisSimulator> {
  return celonis({ data: { auditEvents: [], loginEvents: [], members: [], adoptionEvents: [] }, ...options });
}

/** An answer: status and, where there is one, the body. */
export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

/** Sends JSON, or text as it is. */
export async function send(
  simulator: CelonisSimulator,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<Answered> {
  const answer = await fetch(`${simulator.url}${path}`, {
    method,
    headers: {
      ...appKey(simulator),
      ...(body === undefined || typeof body === 'string' ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
}

/** The body of a good answer. */
export async function call<T>(simulator: CelonisSimulator, method: string, path: string, body?: unknown): Promise<T> {
  const answer = await send(simulator, method, path, body);
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body as T;
}

export interface WithId {
  readonly id: string;
  readonly [field: string]: unknown;
}

/** Executes a job and waits for its end. */
export async function execute(
  simulator: CelonisSimulator,
  poolId: string,
  jobId: string,
  mode: 'FULL' | 'DELTA' = 'FULL',
): Promise<string> {
  await call(simulator, 'POST', `/integration/api/pools/${poolId}/jobs/${jobId}/execute`, { poolId, jobId, mode });
  for (;;) {
    const states = await call<WithId[]>(simulator, 'GET', `/integration/api/pools/${poolId}/logs/status`);
    const status = String(states.find(({ id }) => id === jobId)?.['status']);
    if (status !== 'QUEUED' && status !== 'RUNNING') return status;
  }
}

/** Messages of the log of a job's last execution, oldest first. */
export async function log(simulator: CelonisSimulator, poolId: string, jobId: string): Promise<string[]> {
  const base = `/integration/api/pools/${poolId}/logs`;
  const { executionItems } = await call<{ executionItems: WithId[] }>(simulator, 'GET', `${base}/${jobId}/executions`);
  const { logMessages } = await call<{ logMessages: { logMessage: string }[] }>(
    simulator,
    'GET',
    `${base}/executions/detail?executionId=${String(executionItems[0]?.['executionId'])}&limit=500`,
  );
  return logMessages.map(({ logMessage }) => logMessage).toReversed();
}
