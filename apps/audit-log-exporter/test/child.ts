import { startChild, type Child } from '../../../packages/cli-kit/test/child.ts';

const main = new URL('../src/main.ts', import.meta.url);

/** Starts the program as a process of its own; `before` are modules that are loaded first. */
export function startProgram(
  cwd: string,
  argv: readonly string[],
  env: Record<string, string>,
  before: readonly string[] = [],
): Child {
  return startChild(main, cwd, argv, env, before);
}
