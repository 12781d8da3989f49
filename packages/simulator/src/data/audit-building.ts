/** Work in Studio, on Action Flows, and on objects of plain families. */
import { FAMILIES, type Family } from './audit-families.ts';
import { newObject, partsOf, type TeamObject } from './audit-objects.ts';
import { lastOf, takeOrCreate, type Action, type Sitting } from './audit-sitting.ts';
import type { Weighted } from './random.ts';

/** Somebody builds in Studio: nodes of a package, then its publication. */
export function studioWork(sitting: Sitting): Action[] {
  const { random } = sitting;
  const [pkg, isNew] = takeOrCreate(sitting, 'Package', 0.04, 'PACKAGE');
  const nodes = partsOf(pkg, 'Node');
  const actions: Action[] = isNew ? [node('STUDIO_NODE_CREATED', pkg, pkg)] : [];
  while (actions.length < sitting.length) {
    const code: string = nodes.length === 0 ? 'STUDIO_NODE_CREATED' : random.weighted(STUDIO_CODES);
    if (code === 'STUDIO_NODE_CREATED') {
      nodes.push(
        newObject(
          random,
          random.pick(NODE_NAMES),
          random.pick(['VIEW', 'ANALYSIS', 'KNOWLEDGE_MODEL', 'FOLDER', 'ACTION_FLOW']),
        ),
      );
      actions.push(node(code, pkg, lastOf(nodes)));
    } else if (code.startsWith('STUDIO_NODE_')) {
      const changed = random.pick(nodes);
      if (code === 'STUDIO_NODE_RENAMED') changed.name = newObject(random, 'View').name;
      if (code === 'STUDIO_NODE_DELETED') nodes.splice(nodes.indexOf(changed), 1);
      actions.push(node(code, pkg, changed));
    } else if (code === 'STUDIO_PACKAGE_PUBLISHED') {
      pkg.version++;
      actions.push({
        event: code,
        message: { packageKey: pkg.key, packageName: pkg.name, version: `1.0.${pkg.version}`, nodes: nodes.length },
      });
    } else if (code.startsWith('ANALYSIS_')) {
      const analysis = random.pick(nodes);
      actions.push({
        event: code,
        message: {
          'Analysis Id': analysis.id,
          'Analysis Name': analysis.name,
          'Export Type': random.pick(['CSV', 'XLSX', 'PDF']),
          rows: random.int(1, 500_000),
        },
      });
    } else {
      actions.push({
        event: code,
        message: {
          packageKey: pkg.key,
          variableKey: random.pick(['currency', 'reportingDate', 'plant']),
          value: random.pick(['EUR', null, { from: '2026-01-01', to: null }, ['DE10', 'PL20']]),
        },
      });
    }
  }
  if (!isNew && random.chance(0.02)) {
    actions.splice(
      sitting.length - 2,
      Number.POSITIVE_INFINITY,
      { event: 'STUDIO_PACKAGE_MOVED_TO_TRASH', message: packageKeys(pkg) },
      { event: 'STUDIO_PACKAGE_DELETED', message: packageKeys(pkg) },
    );
    sitting.objects.remove('Package', pkg);
  }
  return actions;
}

/** Somebody draws and schedules an Action Flow. */
export function actionFlowWork(sitting: Sitting): Action[] {
  const { random } = sitting;
  const actions: Action[] = [];
  const [flow, isNew] = takeOrCreate(sitting, 'Action Flow', 0.15);
  const keys = { actionFlowId: flow.id, actionFlowName: flow.name };
  const blueprint = (): string =>
    JSON.stringify({ name: flow.name, modules: flow.version, flow: [{ id: 1, module: 'gateway:CustomWebHook' }] });
  if (isNew) actions.push({ event: 'ACTIONFLOW_CREATED', message: keys, diffPayload: { newValue: blueprint() } });
  while (actions.length < sitting.length - 2) {
    const oldValue = blueprint();
    flow.version++;
    actions.push({
      event: 'ACTIONFLOW_DRAFT_BLUEPRINT_MODIFIED',
      message: keys,
      diffPayload: { newValue: blueprint(), oldValue },
    });
  }
  actions.push({
    event: 'ACTIONFLOW_SCHEDULE_MODIFIED',
    message: { ...keys, schedule: { type: 'interval', interval: random.pick([15, 60, 1440]) } },
  });
  actions.push(
    random.chance(0.7)
      ? { event: 'ACTIONFLOW_ACTIVATED', message: keys }
      : {
          event: 'ACTIONFLOW_DEACTIVATED',
          message: { ...keys, reason: random.pick(['manual', 'errors']), max_errors_count: 3 },
        },
  );
  return actions;
}

/** Somebody creates, changes and deletes objects of one plain family. */
export function familyWork(sitting: Sitting, role: Family['role']): Action[] {
  const { random, objects } = sitting;
  const family = random.weighted(
    FAMILIES.filter((one) => one.role === role).map((one): Weighted<Family> => [one, one.weight]),
  );
  const actions: Action[] = [];
  while (actions.length < sitting.length) {
    const [object, isNew] = takeOrCreate(sitting, family.kind, 0.35);
    if (isNew) actions.push({ event: family.created, message: family.message(object, random, family.created) });
    for (let changes = random.int(isNew ? 0 : 1, 3); changes > 0; changes--) {
      const event = random.weighted(family.changed);
      object.version++;
      actions.push({ event, message: family.message(object, random, event) });
    }
    if (family.deleted !== undefined && actions.length < sitting.length && random.chance(0.25)) {
      actions.push({ event: family.deleted, message: family.message(object, random, family.deleted) });
      objects.remove(family.kind, object);
    }
  }
  return actions;
}

function node(event: string, pkg: TeamObject, changed: TeamObject): Action {
  const isPackage = changed === pkg;
  return {
    event,
    message: {
      nodeName: changed.name,
      packageKey: pkg.key,
      nodeKey: changed.key,
      id: changed.id,
      nodeType: isPackage ? 'PACKAGE' : 'ASSET',
      nodeId: changed.id,
      ...(isPackage ? {} : { assetType: changed.type }),
    },
  };
}

function packageKeys(pkg: TeamObject): Record<string, unknown> {
  return { packageKey: pkg.key, packageName: pkg.name, id: pkg.id };
}

const NODE_NAMES = ['View', 'Analysis', 'Knowledge Model', 'Folder', 'Übersicht'];

const STUDIO_CODES: readonly Weighted<string>[] = [
  ['STUDIO_NODE_UPDATED', 60],
  ['STUDIO_NODE_CREATED', 7],
  ['STUDIO_NODE_RENAMED', 4],
  ['STUDIO_NODE_COPIED', 2],
  ['STUDIO_NODE_DUPLICATED', 2],
  ['STUDIO_NODE_MOVED', 2],
  ['STUDIO_NODE_DELETED', 4],
  ['STUDIO_PACKAGE_PUBLISHED', 8],
  ['STUDIO_PACKAGE_VARIABLE_CREATED', 1],
  ['STUDIO_PACKAGE_VARIABLE_CHANGED', 3],
  ['STUDIO_INPUT_VARIABLE_VALUE_CHANGED', 4],
  ['STUDIO_INPUT_VARIABLE_CREATED', 1],
  ['ANALYSIS_EXPORT_AUDIT_LOG_EVENT', 4],
];
