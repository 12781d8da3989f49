/** The data job: its extraction, its transformations, and the load at its end. */
import type { ExtractionTable, TableExtractionTransport } from '@millrace/celonis-client/integration';
import { differing, known, poolOf, type Session, type Step } from './change.ts';
import type { Installation, WantedExtraction, WantedExtractionTable, WantedTransformation } from './installation.ts';
import type { Observed, ObservedTask } from './observe.ts';
import { hasTag, tagged } from './ownership.ts';
import { parameterSteps } from './plan-parameters.ts';

/** The steps for the data job itself, its extraction and its transformations. */
export function jobSteps(installation: Installation, observed: Observed): readonly Step[] {
  const tasks = observed.job?.tasks ?? [];
  return [
    ...jobItself(installation, observed),
    ...(installation.extraction === undefined
      ? []
      : extractionSteps(installation.name, installation.extraction, tasks, observed)),
    ...installation.transformations.flatMap((wanted, at) => transformationSteps(installation.name, wanted, at, tasks)),
    ...leftOver(installation, tasks),
  ];
}

/** The step that has the data job load the data model. It comes after the data model. */
export function loadSteps({ name }: Installation, observed: Observed): readonly Step[] {
  const loads = (observed.job?.loads ?? []).filter(({ dataModelId }) => dataModelId === observed.model?.model.id);
  const load = loads.find(({ partialLoad, disabled }) => partialLoad !== true && disabled !== true);
  if (load !== undefined) return [];
  const [spoilt] = loads;
  const fields = differing({
    tables: [spoilt?.partialLoad === true ? 'some' : 'all', 'all'],
    disabled: [String(spoilt?.disabled === true), 'false'],
  });
  const action = spoilt === undefined ? 'create' : 'update';
  return [
    {
      changes: [{ action, kind: 'data model load', name, fields: action === 'create' ? [] : fields }],
      write: async (session) => {
        const client = poolOf(session).jobs.loads(known(session.jobId));
        // There is no operation that changes one.
        if (spoilt !== undefined) await client.delete(spoilt.id, session.call);
        await client.create({ dataModelId: known(session.dataModelId) }, session.call);
      },
    },
  ];
}

function jobItself({ name }: Installation, { job, connection }: Observed): readonly Step[] {
  if (job === undefined) {
    return [
      {
        changes: [{ action: 'create', kind: 'data job', name, fields: [] }],
        write: async (session) => {
          const { connectionId, call } = session;
          session.jobId = (await poolOf(session).jobs.create({ name, connectionId }, call)).id;
        },
      },
    ];
  }
  const fields = differing({
    name: [job.job.name, name],
    connection: [job.job.dataSourceId, connection?.id ?? null],
  });
  if (fields.length === 0) return [];
  return [
    {
      changes: [{ action: 'update', kind: 'data job', name, fields }],
      write: async (session) => {
        const { connectionId, call } = session;
        await poolOf(session).jobs.update({ ...job.job, name, dataSourceId: connectionId }, call);
      },
    },
  ];
}

/** By tag, since a name can change; else by name, for a description that was changed. */
function taskOf(
  tasks: readonly ObservedTask[],
  type: 'EXTRACTION' | 'TRANSFORMATION',
  installation: string,
  { object, name }: { readonly object: string; readonly name: string },
): ObservedTask | undefined {
  const typed = tasks.filter(({ task }) => task.taskType === type);
  return (
    typed.find(({ task }) => hasTag(task.description, installation, object)) ??
    typed.find(({ task }) => task.name === name && !hasTag(task.description, installation))
  );
}

/** The task of the installation's extraction. */
export function extractionTask(
  { name, extraction }: Pick<Installation, 'name' | 'extraction'>,
  tasks: readonly ObservedTask[],
): ObservedTask | undefined {
  return extraction === undefined
    ? undefined
    : taskOf(tasks, 'EXTRACTION', name, { object: 'extract', name: extraction.name });
}

function extractionSteps(
  installation: string,
  wanted: WantedExtraction,
  tasks: readonly ObservedTask[],
  observed: Observed,
): readonly Step[] {
  const found = extractionTask({ name: installation, extraction: wanted }, tasks);
  const description = tagged(wanted.description, installation, 'extract');
  const steps: Step[] = [];
  if (found === undefined) {
    steps.push({
      changes: [{ action: 'create', kind: 'extraction', name: wanted.name, fields: [] }],
      write: async (session) => {
        const { id, taskId } = await poolOf(session)
          .jobs.tasks(known(session.jobId))
          .create({ taskType: 'EXTRACTION', name: wanted.name, description }, session.call);
        session.extraction = { id, taskId: taskId ?? '' };
      },
    });
  } else {
    steps.push(...changedTask(found, { kind: 'extraction', name: wanted.name, description, fields: [] }));
  }
  return [
    ...steps,
    ...tableSteps(wanted.tables, found?.tables ?? []),
    ...wanted.parameters.flatMap((parameter) => parameterSteps(parameter, found?.parameters ?? [], observed)),
  ];
}

/** Name, description and whether it is switched on, of a task that is there; with what the caller has found besides. */
function changedTask(
  { task }: ObservedTask,
  wanted: {
    readonly kind: 'extraction' | 'transformation';
    readonly name: string;
    readonly description: string;
    readonly fields: ReturnType<typeof differing>;
    readonly write?: (session: Session) => Promise<void>;
  },
): readonly Step[] {
  const { kind, name, description } = wanted;
  const named = differing({ name: [task.name, name], description: [task.description, description] });
  const switched = differing({ disabled: [String(task.disabled === true), 'false'] });
  const fields = [...named, ...switched, ...wanted.fields];
  if (fields.length === 0) return [];
  return [
    {
      changes: [{ action: 'update', kind, name, fields }],
      write: async (session) => {
        const client = poolOf(session).jobs.tasks(known(session.jobId));
        if (named.length > 0) await client.update(task.id, { name, description }, session.call);
        if (switched.length > 0) await client.enable(task.id, session.call);
        await wanted.write?.(session);
      },
    },
  ];
}

function tableSteps(wanted: readonly WantedExtractionTable[], found: readonly ExtractionTable[]): readonly Step[] {
  const missing = wanted.filter(({ name }) => !found.some(({ tableName }) => tableName === name));
  // What hangs on another table names it by its ID, so parents are made before.
  const depth = ({ parent }: WantedExtractionTable): number => {
    const above = wanted.find(({ name }) => name === parent);
    return above === undefined ? 0 : depth(above) + 1;
  };
  const levels = [...new Set(missing.map(depth))].toSorted((a, b) => a - b);
  const nameOf = (id: string | null | undefined): string | null =>
    found.find((table) => table.id === id)?.tableName ?? null;
  const changed = wanted.flatMap((table) => {
    const is = found.find(({ tableName }) => tableName === table.name);
    if (is === undefined) return [];
    const fields = differing({
      'filter statement': [is.filterDefinition, table.filter],
      'delta filter statement': [is.deltaFilterDefinition, table.deltaFilter],
      disabled: [String(is.disabled === true), 'false'],
      'nested in': [nameOf(is.dependsOn), table.parent ?? null],
    });
    return fields.length === 0 ? [] : [{ table, is, fields }];
  });
  return [
    ...levels.map((level) => additions(missing.filter((table) => depth(table) === level))),
    ...(changed.length === 0 ? [] : [changes(changed)]),
  ];
}

function additions(tables: readonly WantedExtractionTable[]): Step {
  return {
    changes: tables.map(({ name }) => ({ action: 'create', kind: 'extraction table', name, fields: [] })),
    write: async (session) => {
      const made = await poolOf(session)
        .jobs.tasks(known(session.jobId))
        .addTables(
          known(session.extraction),
          tables.map((table) => tableTransport(table, session)),
          session.call,
        );
      for (const { tableName, id } of made) session.extractionTables.set(tableName ?? '', id);
    },
  };
}

function changes(
  changed: readonly {
    readonly table: WantedExtractionTable;
    readonly is: ExtractionTable;
    readonly fields: ReturnType<typeof differing>;
  }[],
): Step {
  return {
    changes: changed.map(({ table, fields }) => ({
      action: 'update',
      kind: 'extraction table',
      name: table.name,
      fields,
    })),
    write: async (session) => {
      const rows = changed.map(({ table, is }) => ({ ...is, ...tableTransport(table, session), id: is.id }));
      await poolOf(session)
        .jobs.tasks(known(session.jobId))
        .updateTables(known(session.extraction), rows, session.call);
    },
  };
}

function tableTransport(table: WantedExtractionTable, session: Session): TableExtractionTransport {
  const { name, parent, root, filter, deltaFilter } = table;
  const id = (of: string): string => known(session.extractionTables.get(of));
  return {
    tableName: name,
    filterDefinition: filter,
    deltaFilterDefinition: deltaFilter,
    disabled: false,
    parent: parent === undefined,
    parentTable: parent === undefined ? null : id(root),
    dependsOn: parent === undefined ? null : id(parent),
  };
}

function transformationSteps(
  installation: string,
  wanted: WantedTransformation,
  at: number,
  tasks: readonly ObservedTask[],
): readonly Step[] {
  const { name, sql } = wanted;
  const object = `transform:${name}`;
  const description = tagged(wanted.description, installation, object);
  const found = taskOf(tasks, 'TRANSFORMATION', installation, { object, name });
  if (found === undefined) {
    return [
      {
        changes: [{ action: 'create', kind: 'transformation', name, fields: [] }],
        write: async (session) => {
          const client = poolOf(session).jobs.tasks(known(session.jobId));
          const task = { taskType: 'TRANSFORMATION', name, description, executionOrder: at + 1 } as const;
          const { id } = await client.create(task, session.call);
          await client.setStatement(id, sql, session.call);
        },
      },
    ];
  }
  const { task, statement } = found;
  const fields = differing({ SQL: [evenLines(statement ?? ''), evenLines(sql)] });
  return changedTask(found, {
    kind: 'transformation',
    name,
    description,
    fields,
    ...(fields.length === 0
      ? {}
      : {
          write: (session) => poolOf(session).jobs.tasks(known(session.jobId)).setStatement(task.id, sql, session.call),
        }),
  });
}

/** Editors change line ends, and blanks at the end. */
const evenLines = (sql: string): string =>
  sql
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
    .trim();

/** Transformations of the installation that it no longer has. */
function leftOver({ name, transformations }: Installation, tasks: readonly ObservedTask[]): readonly Step[] {
  return tasks
    .filter(
      ({ task }) =>
        task.taskType === 'TRANSFORMATION' &&
        hasTag(task.description, name) &&
        !transformations.some((wanted) => hasTag(task.description, name, `transform:${wanted.name}`)),
    )
    .map(({ task }) => ({
      changes: [{ action: 'delete', kind: 'transformation', name: task.name ?? '', fields: [] }],
      write: async (session) => {
        await poolOf(session).jobs.tasks(known(session.jobId)).delete(task.id, session.call);
      },
    }));
}
