import { processIo, runProgram } from '@millrace/cli-kit';
import { oeExtract } from './program.ts';

process.exitCode = await runProgram(oeExtract, process.argv.slice(2), processIo());
