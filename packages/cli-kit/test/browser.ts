/** A browser without a window, where there is one, spoken to over its debugging protocol. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** The first of the usual names that is installed, or what `CHROME_PATH` names. */
export const chromium: string | undefined = [
  process.env['CHROME_PATH'],
  'chromium',
  'chromium-browser',
  'google-chrome',
].find((name) => name !== undefined && answers(name));

function answers(name: string): boolean {
  try {
    execFileSync(name, ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Opens a page and gives the value of a JavaScript expression there. `profile` is a folder that the browser may fill. */
export async function evaluateIn(page: URL, expression: string, profile: string): Promise<unknown> {
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--remote-debugging-port=0',
    `--user-data-dir=${profile}`,
  ];
  const browser = spawn(chromium ?? '', [...flags, '--window-size=1100,900', page.href], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  try {
    const port = await debuggingPort(browser);
    const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
      type: string;
      webSocketDebuggerUrl: string;
    }[];
    const socket = new WebSocket(targets.find(({ type }) => type === 'page')?.webSocketDebuggerUrl ?? '');
    await new Promise((done) => socket.addEventListener('open', done));
    const answer = new Promise<unknown>((done) => socket.addEventListener('message', ({ data }) => done(data)));
    const loaded = `new Promise((done) => { const ask = () => done(JSON.stringify(${expression}));
      if (document.readyState === 'complete') ask(); else addEventListener('load', ask); })`;
    socket.send(
      JSON.stringify({ id: 1, method: 'Runtime.evaluate', params: { expression: loaded, awaitPromise: true } }),
    );
    const { result } = JSON.parse(String(await answer)) as { result: { result: { value?: string } } };
    socket.close();
    return JSON.parse(result.result.value ?? 'null');
  } finally {
    const gone = new Promise((done) => browser.once('exit', done));
    browser.kill('SIGKILL');
    await gone;
  }
}

async function debuggingPort({ stderr }: ChildProcess): Promise<string> {
  if (stderr === null) throw new Error('no output');
  for await (const line of createInterface({ input: stderr })) {
    const port = /^DevTools listening on ws:\/\/127\.0\.0\.1:(\d+)\//.exec(line)?.[1];
    if (port !== undefined) return port;
  }
  throw new Error('The browser ended.');
}
