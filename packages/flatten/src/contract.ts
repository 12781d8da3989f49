/** Contracts: what becomes of a document that would change the schema. */
import { formatPath } from './errors.ts';
import { compareText } from './names.ts';
import type { SchemaChange } from './schema.ts';
import type { Contract, ContractMode } from './spec.ts';
import type { SpecNode } from './spec-tree.ts';

/** What happens at a path, by kind of change. */
export type Rules = Readonly<Record<SchemaChange['kind'], ContractMode>>;

/** A change that a document would make and may not. */
export interface Violation {
  readonly mode: 'freeze' | 'quarantine';
  readonly change: SchemaChange;
  /** Keys and array indices within the document. */
  readonly path: readonly (string | number)[];
}

const EVOLVE: Rules = {
  'table added': 'evolve',
  'column added': 'evolve',
  'type widened': 'evolve',
  'length grown': 'evolve',
};

/** The rules of a path, from those around it and its own declaration. */
function rulesFrom(around: Rules, contract: ContractMode | Contract | undefined): Rules {
  if (contract === undefined) return around;
  const given: Contract =
    typeof contract === 'string' ? { tables: contract, columns: contract, types: contract } : contract;
  return {
    'table added': given.tables ?? around['table added'],
    'column added': given.columns ?? around['column added'],
    'type widened': given.types ?? around['type widened'],
    'length grown': given.lengths ?? around['length grown'],
  };
}

/** The rules of every declared path, worked out once. */
export class Contracts {
  /** Whether any document may be put aside. */
  readonly quarantines: boolean;
  /** Whether the length of a text may be too much somewhere. */
  readonly boundsLengths: boolean;
  readonly #byNode = new Map<SpecNode, Rules>();
  /** Paths at which, and below which, nothing is forbidden: their values need no look. */
  readonly #free = new Set<SpecNode>();

  constructor(root: SpecNode, contract: ContractMode | Contract | undefined) {
    this.#enter(root, rulesFrom(EVOLVE, contract));
    const all = [...this.#byNode.values()];
    this.quarantines = all.some((rules) => Object.values(rules).includes('quarantine'));
    this.boundsLengths = all.some((rules) => rules['length grown'] !== 'evolve');
  }

  /** Whether everything is allowed everywhere. */
  allowsAll(root: SpecNode): boolean {
    return this.#free.has(root);
  }

  /** The rules at a path; `around` for one that is not declared. */
  at(node: SpecNode | undefined, around: Rules): Rules {
    return (node === undefined ? undefined : this.#byNode.get(node)) ?? around;
  }

  /** Whether values at a path and below can break nothing. */
  isFree(node: SpecNode | undefined, rules: Rules): boolean {
    return node === undefined ? evolves(rules) : this.#free.has(node);
  }

  /** The rules of the document itself. */
  ofRoot(root: SpecNode): Rules {
    return this.at(root, EVOLVE);
  }

  #enter(node: SpecNode, around: Rules): boolean {
    const rules = rulesFrom(around, node.spec?.contract);
    this.#byNode.set(node, rules);
    let free = evolves(rules);
    for (const child of node.children.values()) free = this.#enter(child, rules) && free;
    if (free) this.#free.add(node);
    return free;
  }
}

function evolves(rules: Rules): boolean {
  return Object.values(rules).every((mode) => mode === 'evolve');
}

/** The one of two violations that is told of: by path, then by kind, so that the order of fields does not matter. */
export function firstViolation(a: Violation | undefined, b: Violation): Violation {
  if (a === undefined) return b;
  if (a.mode !== b.mode) return a.mode === 'freeze' ? a : b;
  return (comparePaths(a.path, b.path) || compareText(a.change.kind, b.change.kind)) <= 0 ? a : b;
}

function comparePaths(a: Violation['path'], b: Violation['path']): number {
  for (const [index, step] of a.entries()) {
    const other = b[index];
    if (other === undefined) return 1;
    const order =
      typeof step === 'number' && typeof other === 'number' ? step - other : compareText(String(step), String(other));
    if (order !== 0) return order;
  }
  return a.length - b.length;
}

/** What a violation is, in a sentence without place. */
export function describeViolation({ change, path }: Violation): string {
  const at = formatPath(path);
  switch (change.kind) {
    case 'table added':
      return `${at} would add the table ${change.table}`;
    case 'column added':
      return `${at} would add the column ${change.column} (${change.type}) to ${change.table}`;
    case 'type widened':
      return `${at} would widen ${change.column} of ${change.table} from ${change.from} to ${change.to}`;
    default:
      return (
        `${at} is longer than ${change.column} of ${change.table} has been: ${change.toChars} characters ` +
        `(${change.toBytes} bytes), not ${change.fromChars} (${change.fromBytes})`
      );
  }
}
