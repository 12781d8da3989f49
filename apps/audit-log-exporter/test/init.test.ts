import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProgram } from '@millrace/cli-kit';
import { describe, expect, test } from 'vitest';
import { testIo, Typist } from '../../../packages/cli-kit/test/helpers.ts';
import { celonisAudit } from '../src/program.ts';
import { celonisAuditIn, emptyFolder, smallTeam } from './support.ts';

const team = 'https://acme.eu-1.celonis.cloud';

async function written(folder: string): Promise<unknown> {
  return JSON.parse(await readFile(join(folder, 'millrace.config.json'), 'utf8'));
}

/** Runs `init` at a terminal at which these lines are typed. */
async function typed(folder: string, lines: readonly string[], argv: readonly string[] = []) {
  const io = { ...testIo({}, folder, true), stdin: new Typist(lines) };
  const code = await runProgram(celonisAudit, ['init', ...argv], io);
  return { code, stdout: io.stdout.text, stderr: io.stderr.text };
}

describe('init', () => {
  test('writes what the flags say, and what to do next, without a terminal', async () => {
    const folder = await emptyFolder();
    const { code, stdout, stderr } = await celonisAuditIn(folder, ['init', '--team', team, '--to', 'parquet:audit'], {
      CELONIS_API_TOKEN: 's3cret',
    });
    expect([code, stdout]).toEqual([0, 'written to millrace.config.json\n']);
    expect(stderr).toMatch(/^next:\n {2}1\. put the key into CELONIS_API_TOKEN.*\n {2}2\. celonis-audit doctor\n/);
    expect(await written(folder)).toEqual({
      'celonis-audit': { team, to: 'parquet:audit', feeds: 'audit,logins,members' },
    });
    expect(await readdir(folder)).toEqual(['millrace.config.json']);
  });

  test('the commands then take their values from it', async () => {
    const simulator = await smallTeam();
    const folder = await emptyFolder();
    await celonisAuditIn(
      folder,
      ['init', '--team', simulator.url, '--to', 'duckdb:a.duckdb', '--feeds', 'members'],
      {},
    );
    const env = { CELONIS_API_TOKEN: simulator.credentials.appKey };
    expect((await celonisAuditIn(folder, ['export'], env)).stdout).toContain('written to duckdb:a.duckdb');
    const { stdout } = await celonisAuditIn(folder, ['config', 'explain'], env);
    expect(stdout).toMatch(/^feeds +members +file /m);
  });

  test('asks on a terminal, again where an answer is none, and takes an empty one for the default', async () => {
    const folder = await emptyFolder();
    const { code, stderr } = await typed(folder, ['http://acme.example', team, '', 'postgres:x', 'csv:out', '']);
    expect(code).toBe(0);
    expect(stderr).toMatch(/The answer: plain http would send the credential in clear text/);
    expect(stderr).toMatch(/'postgres:x' is not a destination/);
    expect(await written(folder)).toEqual({ 'celonis-audit': { team, to: 'csv:out', feeds: 'audit,logins,members' } });
  });

  test('does not ask what a flag says, nor for a key where a profile has it', async () => {
    const folder = await emptyFolder();
    const { stderr } = await typed(folder, ['acme', '', ''], ['--team', team]);
    expect(stderr).not.toMatch(/URL of the team/);
    expect(stderr).toMatch(/next:\n {2}1\. celonis-audit doctor/);
    expect(await written(folder)).toMatchObject({ 'celonis-audit': { team, profile: 'acme' } });
  });

  test('without all answers writes nothing: exit code 2', async () => {
    const folder = await emptyFolder();
    const { code, stderr } = await typed(folder, [team]);
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/There was no answer\. Give the values as flags: --profile/),
    ]);
    expect(await readdir(folder)).toEqual([]);
  });

  test('a flag with a wrong value is refused before anything is written', async () => {
    const folder = await emptyFolder();
    const { code, stderr } = await celonisAuditIn(folder, ['init', '--feeds', 'logs'], {});
    expect([code, stderr]).toEqual([2, expect.stringMatching(/--feeds: "logs" is not one of/)]);
    expect(await readdir(folder)).toEqual([]);
  });

  test('overwrites nothing: its own part is refused, that of another program stays', async () => {
    const folder = await emptyFolder();
    const other = { 'oe-extract': { to: 'duckdb:oe.duckdb' } };
    await writeFile(join(folder, 'millrace.config.json'), JSON.stringify(other));
    expect((await celonisAuditIn(folder, ['init', '--team', team], {})).code).toBe(0);
    const first = await written(folder);
    expect(first).toMatchObject({ ...other, 'celonis-audit': { team } });
    const { code, stderr } = await celonisAuditIn(folder, ['init', '--team', 'https://b.celonis.cloud'], {});
    expect([code, stderr]).toEqual([2, expect.stringMatching(/has "celonis-audit" already: change it there/)]);
    expect(await written(folder)).toEqual(first);
  });

  test('leaves a configuration that is a program alone', async () => {
    const folder = await emptyFolder();
    await writeFile(join(folder, 'millrace.config.mjs'), 'export default {};');
    const { code, stderr } = await celonisAuditIn(folder, ['init'], {});
    expect([code, stderr]).toEqual([2, expect.stringMatching(/millrace\.config\.mjs is there already/)]);
    expect(await readdir(folder)).toEqual(['millrace.config.mjs']);
  });
});
