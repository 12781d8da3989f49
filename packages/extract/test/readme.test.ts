import { readFileSync } from 'node:fs';
import { startCelonisSimulator } from '@millrace/simulator';
import { expect, test } from 'vitest';
import { MemoryDestination } from './memory-destination.ts';
import { exportLogins } from './readme-example.ts';

const read = (path: string): string => readFileSync(new URL(path, import.meta.url), 'utf8');

test('the example in the README is the file that is compiled and run here', () => {
  const [, example] = /```ts\n(.*?)```/s.exec(read('../README.md')) ?? [];
  expect(example).toBe(read('./readme-example.ts'));
});

test('the example reads the login history', async () => {
  const simulator = await startCelonisSimulator({
    sizes: { auditEvents: 1, loginEvents: 300, members: 5, adoptionEvents: 1 },
  });
  try {
    const destination = new MemoryDestination();
    const { feeds } = await exportLogins(simulator.url, simulator.credentials.appKey, destination);
    expect(feeds[0]?.documents).toBeGreaterThan(290);
    expect(destination.table('login_history')).toHaveLength(feeds[0]?.documents ?? 0);
  } finally {
    await simulator.close();
  }
});
