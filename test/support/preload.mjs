// What `node --import` loads before a test file. Not TypeScript: worker threads of the product load it
// too, and they have no TypeScript loader. Only the processes of the test files themselves are
// watched, not the runner's.
import { isMainThread } from 'node:worker_threads';

if (isMainThread && process.env.NODE_TEST_CONTEXT) await import('./noLeaks.ts');
