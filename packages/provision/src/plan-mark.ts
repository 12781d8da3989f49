/** The pool, and the parameter by which the installation knows that it stands there. */
import type { PoolVariableTransport } from '@millrace/celonis-client/integration';
import { poolOf, type Session, type Step } from './change.ts';
import type { Installation } from './installation.ts';
import type { Observed } from './observe.ts';
import { type Mark, markPlaceholder, poolDescription, writtenMark } from './ownership.ts';

/** The steps before all others: the pool, and the parameter. */
export function foundationSteps({ pool, program, name }: Installation, observed: Observed): readonly Step[] {
  const steps: Step[] = [];
  if (observed.pool === undefined) {
    steps.push({
      changes: [{ action: 'create', kind: 'data pool', name: pool, fields: [] }],
      write: async (session) => {
        const description = poolDescription(program);
        session.poolId = (await session.client.pools.create({ name: pool, description }, session.call)).id;
      },
    });
  }
  if (observed.mark === undefined) {
    steps.push({
      changes: [{ action: 'create', kind: 'parameter', name: markPlaceholder(name), fields: [] }],
      write: async (session) => {
        const mark: Mark = observed.connection === undefined ? {} : { connection: 'found' };
        const made = await poolOf(session).parameters.create(markParameter(name, program, mark), session.call);
        session.mark = mark;
        session.markId = made.id;
      },
    });
  }
  return steps;
}

/** The parameter as it is sent. */
export function markParameter(name: string, program: string, mark: Mark): PoolVariableTransport {
  return {
    name: `${program} ${name}`,
    placeholder: markPlaceholder(name),
    description: `By this ${program} knows connection, data job and data model ${name} as its own. Do not change.`,
    type: 'PRIVATE_CONSTANT',
    dataType: 'STRING',
    values: [{ value: writtenMark(mark), taskInstanceId: null }],
  };
}

/** Writes the parameter, unless it has that value. */
export async function writeMark(session: Session, mark: Mark): Promise<void> {
  const { markId, name, program } = session;
  if (markId === undefined || writtenMark(mark) === writtenMark(session.mark)) return;
  const parameter = markParameter(name, program, mark);
  await poolOf(session).parameters.update({ ...parameter, id: markId }, session.call);
  session.mark = mark;
}
