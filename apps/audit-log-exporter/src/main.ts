import { processIo, runProgram } from '@millrace/cli-kit';
import { celonisAudit } from './program.ts';

process.exitCode = await runProgram(celonisAudit, process.argv.slice(2), processIo());
