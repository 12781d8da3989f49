/**
 * Preloaded into the program: kills it, or says that the disk is full, at the n-th operation on a file below the working folder.
 * KILL_AT=12 or FULL_AT=12; COUNT_TO=FILE writes how many operations there were.
 */
import fs from 'node:fs';
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const { KILL_AT, FULL_AT, COUNT_TO } = process.env;
let count = 0;

function step(name, path) {
  if (!String(path).startsWith(process.cwd())) return;
  count += 1;
  if (String(count) === KILL_AT) process.kill(process.pid, 'SIGKILL');
  if (FULL_AT !== undefined && count >= Number(FULL_AT) && ['open', 'writeFile', 'mkdir'].includes(name)) {
    throw Object.assign(new Error(`ENOSPC: no space left on device, ${name} '${path}'`), { code: 'ENOSPC' });
  }
}

for (const name of ['open', 'rename', 'rm', 'truncate', 'mkdir', 'writeFile', 'link', 'unlink']) {
  const original = promises[name];
  promises[name] = async (path, ...rest) => {
    step(name, path);
    return original(path, ...rest);
  };
}
for (const name of ['open', 'rename', 'unlink', 'writeFile']) {
  const original = fs[name];
  fs[name] = (path, ...rest) => {
    try {
      step(name, path);
    } catch (error) {
      rest.at(-1)(error);
      return;
    }
    original(path, ...rest);
  };
}
syncBuiltinESMExports();
if (COUNT_TO !== undefined) process.on('exit', () => fs.writeFileSync(COUNT_TO, String(count)));
