export type { CommandContext, CommandSpec, OptionSpec, ProgramSpec, SecretSpec } from './command.ts';
export { exitCodes, type ExitCode } from './exit-codes.ts';
export { exitCodeOf, renderFailure } from './failure.ts';
export { processIo, type Io } from './io.ts';
export { printJson, renderTable, type Cell } from './output.ts';
export { createProgram, runProgram } from './program.ts';
export { createProgress, type Progress } from './progress.ts';
export { flagOf, resolveSettings, Settings, type Origin, type Setting } from './settings.ts';
export { UsageError } from './usage-error.ts';
