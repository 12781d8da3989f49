/** Holds documents to the contracts of a specification. */
import { ContractCheck } from './contract-check.ts';
import { Contracts, describeViolation, type Violation } from './contract.ts';
import { ContractError, type ErrorPlace, formatSpecPath, SpecError } from './errors.ts';
import { valueAt } from './keys.ts';
import type { Names } from './names.ts';
import type { TablePlan } from './plan.ts';
import { Rejects, rejectsOf } from './rejects.ts';
import { checkKeys, depthOf, type SpecNode } from './spec-tree.ts';
import type { Contract, ContractMode, JsonObject, RootSpec } from './spec.ts';
import { coerce, type Scalar } from './types.ts';
import { isContainer } from './walk.ts';

export { ContractError } from './errors.ts';

type Place = ErrorPlace & { readonly path: readonly (string | number)[] };

/** The contracts of one flattener. */
export interface ContractKeeper {
  /**
   * What puts a document aside.
   * @throws ContractError when the document would change what is frozen
   */
  check(document: JsonObject, place: Place): Violation | undefined;
  /** Puts a document aside, whose row would have the key `id`. */
  reject(document: JsonObject, id: string, violation: Violation): void;
  /** Absent where no document is put aside, nor was in an earlier run. */
  readonly rejects: Rejects | undefined;
  /** Whether a document may bring tables, columns and types of its own; absent where texts may be too long as well. */
  readonly mayGrow: boolean | undefined;
}

/**
 * The option `contracts` of `createFlattener` and `flatten`: `createFlattener(spec, { contracts })`. They call it.
 * @throws SpecError when a contract is none, or the name of the table of rejected documents is taken
 */
export function contracts(
  spec: RootSpec,
  tree: SpecNode,
  plan: { readonly root: TablePlan; readonly names: Names },
): ContractKeeper | undefined {
  checkContract(spec.contract, 'The specification');
  for (const { path, contract } of spec.paths ?? []) checkContract(contract, `The path ${formatSpecPath(path)}`);
  if (spec.rejected !== undefined && (typeof spec.rejected !== 'string' || spec.rejected === '')) {
    throw new SpecError('`rejected` is the name of the table of rejected documents');
  }
  const { root, names } = plan;
  const rules = new Contracts(tree, spec.contract);
  const contract = rules.allowsAll(tree) ? undefined : new ContractCheck(root, tree, rules, depthOf(spec));
  const rejects = rules.quarantines || rejectsOf(spec) !== undefined ? new Rejects(root, names, spec) : undefined;
  if (contract === undefined && rejects === undefined) return undefined;
  return {
    check(document, place) {
      const violation = contract?.check(document);
      if (violation?.mode === 'freeze') throw broken(violation, place);
      return violation;
    },
    reject(document, id, violation) {
      const key = root.keys.map((column): Scalar => {
        if (column.kind !== 'value' || column.slot === 'key') return id;
        const value = valueAt(document, column.path) ?? '';
        return isContainer(value) ? '' : coerce(column.node?.spec?.type, value);
      });
      rejects?.add(id, key, violation, document);
    },
    rejects,
    mayGrow: rules.boundsLengths ? undefined : contract === undefined,
  };
}

function broken(violation: Violation, place: Place): ContractError {
  return new ContractError(
    `A frozen contract is broken: ${describeViolation(violation)}; declare it, or let the contract evolve there`,
    violation.change,
    { ...place, path: [...place.path, ...violation.path] },
  );
}

const MODES: readonly unknown[] = ['evolve', 'freeze', 'quarantine'];
const CONTRACT_KEYS = new Set(['tables', 'columns', 'types', 'lengths']);

function checkContract(contract: ContractMode | Contract | undefined, where: string): void {
  if (contract === undefined || MODES.includes(contract)) return;
  if (typeof contract === 'object' && contract !== null) {
    checkKeys(contract, CONTRACT_KEYS, `a contract (${where})`);
    if (Object.values(contract).every((mode) => mode === undefined || MODES.includes(mode))) return;
  }
  throw new SpecError(
    `${where}: \`contract\` is 'evolve', 'freeze' or 'quarantine', or such a mode for each kind of change: { columns: 'freeze' }`,
  );
}
