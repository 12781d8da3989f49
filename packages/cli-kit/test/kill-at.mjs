/**
 * Preloaded into the program: kills it, sends it a signal, or says that the disk is full, at the n-th operation on a file below the
 * working folder or statement of the database.
 * KILL_AT=12, SIGTERM_AT=12, SIGINT_AT=12 or FULL_AT=12; COUNT_TO=FILE writes how many operations there were, with FULL_AT how many
 * of them failed.
 */
import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { DuckDBConnection } from '@duckdb/node-api';

const { KILL_AT, SIGTERM_AT, SIGINT_AT, FULL_AT, COUNT_TO } = process.env;
let count = 0;
let failed = 0;

function step() {
  count += 1;
  if (String(count) === KILL_AT) process.kill(process.pid, 'SIGKILL');
  if (String(count) === SIGTERM_AT) signalled('SIGTERM');
  if (String(count) === SIGINT_AT) signalled('SIGINT');
}

/** Whoever is not at an end five seconds later ends with a code that nothing else has. */
function signalled(signal) {
  process.kill(process.pid, signal);
  setTimeout(() => process.exit(99), 5000).unref();
}

function fileStep(name, path) {
  if (!String(path).startsWith(process.cwd())) return;
  step();
  if (FULL_AT !== undefined && count >= Number(FULL_AT) && ['open', 'writeFile', 'mkdir'].includes(name)) {
    failed += 1;
    throw Object.assign(new Error(`ENOSPC: no space left on device, ${name} '${path}'`), { code: 'ENOSPC' });
  }
}

for (const name of ['open', 'rename', 'rm', 'truncate', 'mkdir', 'writeFile', 'link', 'unlink']) {
  const original = promises[name];
  promises[name] = async (path, ...rest) => {
    fileStep(name, path);
    return original(path, ...rest);
  };
}
for (const name of ['open', 'rename', 'unlink', 'writeFile']) {
  const original = fs[name];
  fs[name] = (path, ...rest) => {
    try {
      fileStep(name, path);
    } catch (error) {
      rest.at(-1)(error);
      return;
    }
    original(path, ...rest);
  };
}
syncBuiltinESMExports();
for (const name of ['run', 'runAndReadAll']) {
  const original = DuckDBConnection.prototype[name];
  DuckDBConnection.prototype[name] = function counted(...args) {
    step();
    return original.apply(this, args);
  };
}
if (COUNT_TO !== undefined)
  process.on('exit', () => fs.writeFileSync(COUNT_TO, String(FULL_AT === undefined ? count : failed)));
