/** The parameters of an extraction. */
import type { TaskParameter, TaskVariableTransport } from '@millrace/celonis-client/integration';
import { differing, known, poolOf, type Session, type Step } from './change.ts';
import type { WantedParameter } from './installation.ts';
import { type Observed, valueOf } from './observe.ts';

/** The step that makes a parameter, or changes it. */
export function parameterSteps(
  wanted: WantedParameter,
  found: readonly TaskParameter[],
  observed: Observed,
): readonly Step[] {
  const { placeholder, value } = wanted;
  const is = found.find((each) => each.placeholder === placeholder);
  if (is === undefined) {
    return [
      {
        changes: [{ action: 'create', kind: 'parameter', name: placeholder, fields: [] }],
        write: async (session) => {
          const { id } = known(session.extraction);
          await poolOf(session).taskParameters(id).create(parameterTransport(wanted, session), session.call);
        },
      },
    ];
  }
  const fields = differing({
    name: [is.name, wanted.name],
    description: [is.description, wanted.description],
    type: [is.type, 'constant' in value ? 'PRIVATE_CONSTANT' : 'DYNAMIC'],
    'data type': [is.dataType, wanted.dataType],
    ...('constant' in value
      ? { value: [valueOf(is), value.constant] }
      : {
          operation: [is.dynamicVariableOpType, value.operation],
          table: [is.dynamicTable, value.table],
          column: [is.dynamicColumn, value.column],
          connection: [is.dynamicDataSourceId, observed.connection?.id ?? null],
          'default value': [is.defaultValues?.[0]?.value, value.otherwise],
        }),
  });
  if (fields.length === 0) return [];
  return [
    {
      changes: [{ action: 'update', kind: 'parameter', name: placeholder, fields }],
      write: async (session) => {
        const { id } = known(session.extraction);
        await poolOf(session)
          .taskParameters(id)
          .update({ ...is, ...parameterTransport(wanted, session), id: is.id }, session.call);
      },
    },
  ];
}

/** A parameter as it is sent. */
export function parameterTransport(
  wanted: WantedParameter,
  session: Pick<Session, 'extraction' | 'connectionId'>,
): TaskVariableTransport {
  const { name, placeholder, description, dataType, value } = wanted;
  const { id, taskId } = known(session.extraction);
  const common = { taskId, name, placeholder, description, dataType, parameterType: 'CUSTOM' } as const;
  if ('constant' in value) {
    return {
      ...common,
      type: 'PRIVATE_CONSTANT',
      defaultValues: [],
      values: [{ value: value.constant, taskInstanceId: id }],
    };
  }
  return {
    ...common,
    type: 'DYNAMIC',
    dynamicVariableOpType: value.operation,
    dynamicTable: value.table,
    dynamicColumn: value.column,
    dynamicDataSourceId: session.connectionId,
    defaultValues: [{ value: value.otherwise, taskInstanceId: null }],
    values: [],
  };
}
