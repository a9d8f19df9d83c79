// What `node --import` loads before a test file. Not TypeScript: worker threads of the product load it
// too, and they have no TypeScript loader. Only the processes of the test files themselves are
// watched, not the runner's.
import { setImmediate } from 'node:timers/promises';
import { isMainThread } from 'node:worker_threads';
import { transformSync } from 'esbuild';

if (isMainThread && process.env.NODE_TEST_CONTEXT) {
  // The TypeScript loader starts its compiler, a process and a thread, when it is first needed.
  // Started now, it is there before the watch begins.
  transformSync('');
  await setImmediate();
  await import('./noLeaks.ts');
}
