import { defineConfig, type ViteUserConfig } from 'vitest/config';

const conditions = ['@millrace/source', 'node', 'import', 'module', 'default'];

// A long run takes as long as it takes; a test that hangs is still found.
const timeout = process.env['MILLRACE_FULL'] === undefined ? 60_000 : 1_800_000;

const config: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: [
      'packages/*/test/**/*.test.ts',
      'apps/*/test/**/*.test.ts',
      'tools/*/test/**/*.test.ts',
      'test/**/*.test.ts',
    ],
    // By default one core is left idle, which on two is half of them.
    maxWorkers: '100%',
    testTimeout: timeout,
    hookTimeout: timeout,
  },
});

export default config;
