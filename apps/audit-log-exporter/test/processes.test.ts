import { execFileSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { CelonisSimulator } from '@millrace/simulator';
import { describe, expect, onTestFinished, test } from 'vitest';
import { killAt } from '../../../packages/cli-kit/test/child.ts';
import { startProgram } from './child.ts';
import { celonisAuditIn, emptyFolder, keyOf, query, smallTeam } from './support.ts';
import { contents, countOperations, destinations, every, exportTo, full, team, unbroken } from './unbroken.ts';

describe.for(destinations)('asked to stop: %s', (destination) => {
  let want: Promise<unknown> | undefined;
  const wanted = (): Promise<unknown> => (want ??= team().then((simulator) => unbroken(destination, simulator)));

  /** That it ended by itself, having said why, and left what the next run completes. */
  async function checkStopped(
    folder: string,
    simulator: CelonisSimulator,
    signal: string,
    ended: Awaited<ReturnType<typeof startProgram>['ended']>,
    where: string,
  ): Promise<void> {
    const { code, stderr } = ended;
    // A run that was all but done may still end with 0.
    const said = code === 0 || (code === 1 && stderr.includes(`stopped by ${signal}`));
    expect([where, said, code, stderr]).toEqual([where, true, code, stderr]);
    const left = (await readdir(folder)).filter((name) => name.includes('lock') || name.includes('tmp'));
    expect(left, where).toEqual([]);
    simulator.faults = {};
    expect((await celonisAuditIn(folder, exportTo(destination), keyOf(simulator))).code, where).toBe(0);
    expect(await contents(folder, destination), where).toEqual(await wanted());
  }

  test.for(['SIGTERM', 'SIGINT'] as const)(
    '%s in any phase ends the program within 5 s, with what was committed whole',
    { timeout: 3_600_000 },
    async (signal) => {
      // After which request: the first, one of the probes, one among windows, the last log-ins, the members.
      for (const after of full ? every(2, 45) : [signal === 'SIGTERM' ? 6 : 12]) {
        let requests = 0;
        let child: ReturnType<typeof startProgram> | undefined;
        const late = new AbortController();
        const simulator = await team({
          before: () => {
            requests += 1;
            if (requests !== after) return undefined;
            child?.process.kill(signal);
            setTimeout(() => late.abort(), 5000).unref();
            return undefined;
          },
        });
        const folder = await emptyFolder();
        child = startProgram(folder, exportTo(destination), keyOf(simulator));
        const ended = await child.ended;
        expect([after, late.signal.aborted]).toEqual([after, false]);
        await checkStopped(folder, simulator, signal, ended, `${signal} after request ${after}`);
      }
    },
  );

  test.runIf(full).for(['SIGTERM', 'SIGINT'] as const)(
    '%s at any operation on a file or the database does the same',
    { timeout: 3_600_000 },
    async (signal) => {
      const simulator = await team();
      const operations = await countOperations(destination, simulator);
      for (const at of every(16, operations)) {
        const folder = await emptyFolder();
        const env = { ...keyOf(simulator), [`${signal}_AT`]: String(at) };
        const ended = await startProgram(folder, exportTo(destination), env, [killAt]).ended;
        expect(ended.code, `${signal} at operation ${at}: not within 5 s`).not.toBe(99);
        await checkStopped(folder, simulator, signal, ended, `${signal} at operation ${at} of ${operations}`);
      }
    },
  );
});

const canMount = process.platform === 'linux' && process.getuid?.() === 0 && mountable();

function mountable(): boolean {
  try {
    execFileSync('unshare', ['-m', 'true']);
    return true;
  } catch {
    return false;
  }
}

/** Bytes in the files of a folder and below. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => stat(join(parentPath, name)));
  return (await Promise.all(files)).reduce((sum, { size }) => sum + size, 0);
}

describe.for(destinations)('a full disk: %s', (destination) => {
  test.skipIf(!canMount)('is said as what it is, and the next run goes on where there is room', async () => {
    const simulator = await team();
    const folder = await emptyFolder();
    const small = join(folder, 'small');
    await mkdir(small);
    const whole = await emptyFolder();
    const env = keyOf(simulator);
    expect((await celonisAuditIn(whole, exportTo(destination), env)).code).toBe(0);
    // Much of a database file is blocks that are free again.
    const size = Math.floor(Math.min((await sizeOf(whole)) / 2, 400 * 1024));
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', small]);
    onTestFinished(() => void execFileSync('umount', [small]));
    const { code, stderr } = await startProgram(small, exportTo(destination), env).ended;
    expect([code, stderr]).toEqual([1, expect.stringMatching(/The disk is full: make room and run again/)]);
    execFileSync('mount', ['-o', 'remount,size=200m', small]);
    expect((await celonisAuditIn(small, exportTo(destination), env)).code).toBe(0);
    expect(await contents(small, destination)).toEqual(await unbroken(destination, simulator));
  });
});

describe('a full disk at any operation on a file', () => {
  test('is said as what it is, and the next run ends with what an unbroken run has', async () => {
    const destination = 'parquet:audit';
    const simulator = await team();
    const want = await unbroken(destination, simulator);
    const env = keyOf(simulator);
    const operations = await countOperations(destination, simulator);
    for (const at of full ? every(6, operations) : [60]) {
      const folder = await emptyFolder();
      const count = join(folder, 'count');
      const hooks = { FULL_AT: String(at), COUNT_TO: count };
      const first = await startProgram(folder, exportTo(destination), { ...env, ...hooks }, [killAt]).ended;
      // The last operations make no file: nothing of theirs can fail.
      const hasFailed = Number(await readFile(count, 'utf8')) > 0;
      const isTold = first.code !== 0 && /The disk is full|ENOSPC/.test(first.stderr);
      expect([at, isTold, first.stderr]).toEqual([at, hasFailed, first.stderr]);
      expect(first.code === 0).toBe(!hasFailed);
      expect((await celonisAuditIn(folder, exportTo(destination), env)).code).toBe(0);
      expect(await contents(folder, destination), `full at operation ${at}`).toEqual(want);
    }
  }, 3_600_000);
});

describe.for(destinations)('a lock: %s', (destination) => {
  const lockFile = (folder: string): string =>
    destination.startsWith('duckdb') ? join(folder, 'audit.millrace-lock') : join(folder, 'audit', '_lock');

  test('a second start ends with exit code 8 and says who holds the state; the first goes on', async () => {
    let second: ReturnType<typeof startProgram>['ended'] | undefined;
    let requests = 0;
    const folder = await emptyFolder();
    const simulator: CelonisSimulator = await team({
      before: async () => {
        requests += 1;
        if (requests !== 6) return undefined;
        second = startProgram(folder, exportTo(destination), keyOf(simulator)).ended;
        await second;
        return undefined;
      },
    });
    const first = startProgram(folder, exportTo(destination), keyOf(simulator));
    expect((await first.ended).code).toBe(0);
    const { code, stderr, stdout } = (await second) ?? { code: undefined, stderr: '', stdout: '' };
    expect([code, stdout]).toEqual([8, '']);
    expect(stderr).toMatch(
      new RegExp(`in use by process ${first.process.pid} on ${hostname()} since \\d{4}-\\d\\d-\\d\\dT[\\d:.]+Z`),
    );
  });

  test('one left by a dead process is taken over, with a note', async () => {
    const folder = await emptyFolder();
    const simulator = await team();
    await celonisAuditIn(folder, exportTo(destination), keyOf(simulator));
    const holder = { host: hostname(), since: '2026-01-01T00:00:00.000Z', token: 'x' };
    // A number that is free, and one that another process has by now.
    for (const dead of [{ pid: 4_194_000 }, { pid: process.pid, started: '1' }, { pid: 1, boot: 'an earlier one' }]) {
      await writeFile(lockFile(folder), JSON.stringify({ ...holder, ...dead }));
      const { code, stderr } = await celonisAuditIn(folder, exportTo(destination), keyOf(simulator));
      expect([code, stderr]).toEqual([
        0,
        expect.stringMatching(`^note: .* locked by process ${dead.pid} on .* taken over\n$`),
      ]);
      expect(await readdir(folder)).toEqual(['audit']);
    }
  });

  test('one of another machine is never taken over', async () => {
    const folder = await emptyFolder();
    const simulator = await team();
    await celonisAuditIn(folder, exportTo(destination), keyOf(simulator));
    const holder = { pid: 7, host: 'elsewhere', since: '2026-01-01T00:00:00.000Z', token: 'x' };
    await writeFile(lockFile(folder), JSON.stringify(holder));
    const { code, stderr } = await celonisAuditIn(folder, exportTo(destination), keyOf(simulator));
    expect(code).toBe(8);
    expect(stderr).toMatch(/in use by process 7 on elsewhere since 2026-01-01T00:00:00\.000Z.* delete .*lock/);
  });
});

describe('time zones', () => {
  const bounds: [string, string, string][] = [
    ['the night in which Europe goes to summer time', '2026-03-29', '2026-03-30'],
    ['the night in which New York goes to winter time', '2026-11-01T00:00:00', '2026-11-01T06:00:00Z'],
    ['a leap day', '2028-02-29', '2028-03-01'],
  ];
  const zones = ['Europe/Berlin', 'America/New_York', 'Asia/Kolkata'];
  test.for(bounds)('move no bound: %s', async (bound) => {
    const [, from, until] = bound;
    const utc = (text: string): number => Date.parse(text.length === 10 || text.endsWith('Z') ? text : `${text}Z`);
    const start = utc(from);
    const end = utc(until);
    const simulator = await smallTeam({
      now: new Date(end + 86_400_000).toISOString(),
      sizes: { auditEvents: 2, loginEvents: 2, members: 2, adoptionEvents: 0, days: 1 },
    });
    const [model] = simulator.data.auditEvents;
    if (model === undefined) throw new Error('no model');
    const times: number[] = [];
    for (let at = start - 3 * 3_3_600_000; at <= end + 3 * 3_3_600_000; at += 3_600_000) times.push(at - 1, at);
    const events = times.map((at) => ({ ...model, timestamp: new Date(at).toISOString() }));
    simulator.data.auditEvents.splice(0, Infinity, ...events);
    simulator.touch();
    const want = times.filter((at) => at >= start && at < end).map(String);
    for (const TZ of full ? zones : zones.slice(bounds.indexOf(bound), bounds.indexOf(bound) + 1)) {
      const folder = await emptyFolder();
      const argv = ['export', '--to', 'duckdb:audit', '--feeds', 'audit', '--from', from, '--until', until];
      expect((await startProgram(folder, argv, { ...keyOf(simulator), TZ }).ended).code).toBe(0);
      const rows = await query(folder, 'duckdb:audit', 'SELECT epoch_ms("timestamp") FROM audit_log ORDER BY 1');
      expect([TZ, rows.flat()]).toEqual([TZ, want]);
    }
  });
});
