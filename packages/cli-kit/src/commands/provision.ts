/** `provision plan | apply | destroy | export` and `up`, for a program that says what is to stand in Celonis. */
import type { Installation } from '@millrace/provision';
import type { CommandContext, CommandSpec, OptionSpec, SecretSpec } from '../command.ts';
import { celonisOptions, celonisSecrets, readCelonisProfileOption } from './celonis-options.ts';
import { stateOption } from './push-options.ts';
import { jsonOption } from './shared-options.ts';

/** What the commands of a program need to know of it. */
export interface Provisioned {
  /** `celonis-audit` */
  readonly program: string;
  /** Default of `--name`. */
  readonly name: string;
  /** What comes into Celonis, in words. */
  readonly what: string;
  /** Options of the program's own. */
  readonly options: readonly OptionSpec[];
  /** Secrets of the program's own. */
  readonly secrets: readonly SecretSpec[];
  /** The command that reads the source and writes it to `--to`, for the push road. */
  readonly extract: CommandSpec;
  /** Loads what makes the installation of the settings: for the road, pool and name that it is given. */
  readonly load: () => Promise<(context: CommandContext, place: Place) => Promise<Installation>>;
}

/** Where an installation stands. */
export interface Place {
  readonly road: 'pull' | 'push';
  readonly pool: string;
  readonly name: string;
}

const poolOption: OptionSpec = {
  flags: '--pool <name>',
  key: 'pool',
  description: 'name or ID of the data pool; made when there is none of that name',
  default: 'millrace',
};

const roadOption: OptionSpec = {
  flags: '--road <road>',
  key: 'road',
  description: 'pull: Celonis extracts by itself; push: the tables come by Data Push',
  default: 'pull',
};

const adoptOption: OptionSpec = {
  flags: '--adopt',
  key: 'adopt',
  description: 'take over a data job and a data model of that name that something else made',
};

const extractorFileOption: OptionSpec = {
  flags: '--extractor-file <file>',
  key: 'extractorFile',
  description:
    'where the Extractor Builder file is written when it has to be imported by hand; default: NAME-extractor.json',
};

/** The commands. */
export function provisionCommands(program: Provisioned): readonly CommandSpec[] {
  const name: OptionSpec = {
    flags: '--name <name>',
    key: 'name',
    description: 'name of connection, data job and data model; several installations live in one pool by it',
    default: program.name,
  };
  const place = [poolOption, name];
  const readProfile = readCelonisProfileOption;
  const connection = { secrets: [...celonisSecrets, ...program.secrets], readProfile };
  const wanted = [...place, roadOption, adoptOption, ...celonisOptions, ...program.options, stateOption];
  return [
    {
      name: 'provision plan',
      summary: 'say what would be built or changed in Celonis',
      description: `Compares what stands in the data pool with what ${program.what} needs, and prints each object that would be made (+), changed (~),
removed (-) or has to be made by hand (!), with the fields that differ. Writes nothing. Exit code 9 when there is anything.`,
      options: [...wanted, jsonOption],
      ...connection,
      examples: [
        ['provision plan', 'before the first apply, and whenever somebody may have changed something'],
        ['provision plan --pool Compliance --name audit-eu', 'in a pool of your own, under another name'],
      ],
      load: async () => (await import('../handlers/provision.ts')).runPlan(program),
    },
    {
      name: 'provision apply',
      summary: 'build it in Celonis',
      description: `Makes data pool, connection, data job with extraction and transformations, data model with tables, foreign keys and activity tables,
and the load at the end of the job. What is right is not touched, what is not its own never. Interrupted anywhere, the next apply
goes on from there. What no API of the team does is explained, and found by the next apply once it is done. Exit code 9 then.`,
      options: [...wanted, extractorFileOption, jsonOption],
      ...connection,
      examples: [['provision apply', 'make it, or bring it up to date']],
      load: async () => (await import('../handlers/provision.ts')).runApply(program),
    },
    {
      name: 'provision destroy',
      summary: 'remove it from Celonis',
      description: `Removes data job, data model and connection, as far as this program made them, and the pool when it made it and nothing else is in it.
Asks first.`,
      options: [...place, { flags: '--yes', key: 'yes', description: 'do not ask' }, ...celonisOptions, jsonOption],
      secrets: celonisSecrets,
      readProfile,
      examples: [['provision destroy --yes', 'from a script']],
      load: async () => (await import('../handlers/provision-destroy.ts')).runDestroy(program),
    },
    {
      name: 'provision export',
      summary: 'write it as a document that Celonis imports',
      description: `Writes data pool, connection, data job and data model as one document in the form of Celonis' own exports, for the import of data
pools. Needs no team. Whether Celonis takes the custom extractor with it is not known, since its own exports leave it out; secrets
are not in it. After the import, "provision plan" finds nothing to change.`,
      options: [
        { flags: '--file <file>', key: 'file', description: 'where to write it; default: standard output' },
        ...wanted,
      ],
      ...connection,
      examples: [
        ['provision export --file pool.json', 'then, for instance: content-cli import data-pool -f pool.json'],
      ],
      load: async () => (await import('../handlers/provision-export.ts')).runExportPool(program),
    },
    {
      name: 'up',
      summary: 'the whole road: build it in Celonis, execute, load',
      description: `Applies, executes the data job, follows its log, waits for the load of the data model, and prints where it is and what is in it.
The first execution is a full load; later ones are delta loads. With --road push the tables are read here and pushed first, as
"${program.extract.name} --to celonis:POOL" does.`,
      options: [
        ...wanted,
        { flags: '--full', key: 'full', description: 'a full load' },
        extractorFileOption,
        jsonOption,
      ],
      ...connection,
      examples: [
        ['up', 'everything; run it again for what is new'],
        ['up --pool Compliance --json', 'for a script'],
      ],
      load: async () => (await import('../handlers/up.ts')).runUp(program),
    },
  ];
}
