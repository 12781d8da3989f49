/** Options that choose model, names and shape of the tables. */
import type { OptionSpec, SecretSpec } from '@millrace/cli-kit';

export const modelOption: OptionSpec = {
  flags: '--model <name>',
  key: 'model',
  description: 'oe/activity-log (one row per event) or oe/event-log (one row per run)',
  default: 'oe/activity-log',
};

export const namesOption: OptionSpec = {
  flags: '--names <names>',
  key: 'names',
  description:
    'current (digital_process, process_context) or older (execution_templates, execution_context); default: those of the model',
};

export const digitalProcessOption: OptionSpec = {
  flags: '--digital-process <id>',
  key: 'digitalProcess',
  description: 'only process contexts of this digital process, as the "by Template" connector has it',
  env: 'OE_DIGITAL_PROCESS',
};

/** Columns are written TABLE$COLUMN or TABLE.COLUMN. */
export const shapeOptions: readonly OptionSpec[] = [
  {
    flags: '--omit <list>',
    key: 'omit',
    description: 'columns and child tables to leave out, as process_context$context$*$customer (* is any one key)',
  },
  {
    flags: '--only <list>',
    key: 'only',
    description: 'of these tables keep only these columns and child tables, and keys',
  },
  {
    flags: '--rename <list>',
    key: 'rename',
    description: 'other table names, as process_context=runs,account=tenants',
  },
  {
    flags: '--map <list>',
    key: 'map',
    description: 'how objects are laid out, as process_context$context$order.created=json (columns, table or json)',
  },
];

export const pseudonymizeOption: OptionSpec = {
  flags: '--pseudonymize <list>',
  key: 'pseudonymize',
  description: 'columns to store as keyed hashes; the word sensitive stands for all that the model marks so',
};

export const pseudonymSecret: SecretSpec = {
  env: 'OE_PSEUDONYM_KEY',
  description: 'key for --pseudonymize, 16 characters or more',
};
