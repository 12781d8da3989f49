import { defineConfig, type RolldownOptions } from 'rolldown';

// Only cli-kit, which is not published, goes into the bundle; everything else stays a dependency.
const config: RolldownOptions = defineConfig({
  input: 'src/main.ts',
  platform: 'node',
  external: (id, _importer, resolved) =>
    !resolved && !id.startsWith('.') && !id.startsWith('/') && !id.startsWith('@millrace/cli-kit'),
  resolve: { conditionNames: ['@millrace/source', 'import', 'node', 'default'] },
  output: { dir: 'dist', format: 'esm', cleanDir: true, sourcemap: true },
});

export default config;
