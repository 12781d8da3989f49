import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';
import { expect, test } from 'vitest';

const KB = 1000;

/** Bytes of the code that a page has to load to use these exports, minified and gzipped, with the WebAssembly kernel in it. */
async function bundled(names: string): Promise<number> {
  const index = fileURLToPath(new URL('../src/index.ts', import.meta.url));
  const bundle = await rolldown({
    input: 'entry',
    plugins: [
      {
        name: 'entry',
        resolveId: (id) => (id === 'entry' ? id : null),
        load: (id) => {
          return id === 'entry' ? `export ${names} from ${JSON.stringify(index)};` : null;
        },
      },
    ],
  });
  const { output } = await bundle.generate({ format: 'esm', minify: true });
  await bundle.close();
  const code = output.map((file) => (file.type === 'chunk' ? file.code : '')).join('');
  return gzipSync(code, { level: 9 }).length;
}

test('the main entry with its kernel is under 30 kB, minified and gzipped', async () => {
  expect(await bundled('*')).toBeLessThan(30 * KB);
});

test('what is not used is left out', async () => {
  expect(await bundled('{ canonicalJson }')).toBeLessThan(2 * KB);
});
