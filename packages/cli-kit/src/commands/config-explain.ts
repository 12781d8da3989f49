import type { CommandSpec } from '../command.ts';

/** `config explain`: where each value of a command comes from. */
export function configExplainCommand(command: CommandSpec): CommandSpec {
  return {
    name: 'config explain',
    summary: `say where each value of ${command.name} comes from`,
    description: `Takes the options of ${command.name} and prints each value with its origin: flag, environment, millrace.config.json (or .js, .mjs),
default; and from the profile, where one is given. Of credentials it says only whether they are there.`,
    options: command.options,
    ...(command.secrets === undefined ? {} : { secrets: command.secrets }),
    ...(command.readProfile === undefined ? {} : { readProfile: command.readProfile }),
    load: async () => {
      const { explainConfig } = await import('../handlers/config-explain.ts');
      return (context) => explainConfig(command.secrets ?? [], context);
    },
  };
}
