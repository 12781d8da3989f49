/** A browser without a window, where there is one. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

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

/** Draws a page in a frame, and gives what a function body returns there, to which `window` and `document` are those of the page. */
export async function seenIn(page: string, body: string): Promise<unknown> {
  const folder = await mkdtemp(join(tmpdir(), 'millrace-browser-'));
  try {
    const path = join(folder, 'frame.html');
    // The page is an attribute, so that it keeps its own rules on what may run.
    const attribute = page.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
    await writeFile(
      path,
      `<!doctype html><meta charset="utf-8"><pre></pre>
<script>
function measure({ contentWindow, contentDocument }) {
  const seen = ((window, document) => { ${body} })(contentWindow, contentDocument);
  document.querySelector('pre').textContent = encodeURIComponent(JSON.stringify(seen));
}
</script>
<iframe style="width: 1100px; height: 3000px" onload="measure(this)" srcdoc="${attribute}"></iframe>`,
    );
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', `--user-data-dir=${join(folder, 'profile')}`];
    const { stdout } = await promisify(execFile)(
      chromium ?? '',
      [...flags, '--window-size=1200,3200', '--dump-dom', pathToFileURL(path).href],
      { maxBuffer: 1 << 26 },
    );
    return JSON.parse(decodeURIComponent(/<pre>([^<]*)<\/pre>/.exec(stdout)?.[1] ?? 'null'));
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
