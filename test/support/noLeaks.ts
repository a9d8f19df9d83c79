/**
 * Loaded before every test file (by preload.mjs): a file that leaves a process, socket, timer or
 * worker behind fails, and its error names what is left.
 */
import { after } from 'node:test';
import type { Worker } from 'node:worker_threads';
import { childrenOf } from './processes';
import { socketInodesOf } from './sockets';
import { waitFor } from './waitFor';

/** How long what is being closed may take to be gone, in ms. */
const GRACE_MS = 2000;
/** How long a leaking file's result may take to reach the runner before the process is ended. */
const REPORT_MS = 500;

const workers = new Set<Worker>();
process.on('worker', worker => {
  workers.add(worker);
  worker.once('exit', () => workers.delete(worker));
});
watch();

function watch(): void {
  const before = held();
  let checked = false;
  // Hooks run in the order in which they were made, and this file is loaded first: a hook made
  // within a hook comes after all those of the test file.
  after(() => {
    after(async () => {
      checked = true;
      await checkAgainst(before);
    });
  });
  process.on('exit', () => {
    if (checked) return;
    process.stderr.write('The leak check did not run.\n');
    process.exitCode = 1;
  });
}

async function checkAgainst(before: readonly string[]): Promise<void> {
  try {
    await waitFor('clean end', GRACE_MS, () => leftSince(before).length === 0);
  } catch {
    const left = leftSince(before).join(', ');
    // What is left may keep this process alive for ever.
    setTimeout(() => process.exit(1), REPORT_MS);
    throw new Error(`${process.argv[1]} leaves behind: ${left}`);
  }
}

/** What is held now beyond what was held then. */
function leftSince(before: readonly string[]): string[] {
  const left = held();
  for (const each of before) {
    const index = left.indexOf(each);
    if (index >= 0) left.splice(index, 1);
  }
  return left;
}

/** The names of everything this process holds open. */
function held(): string[] {
  // Of the standard streams the runner decides what they are, a child has a line of its own, sockets
  // are counted by their descriptors, and what is a request or closes already ends by itself.
  const counted = /Pipe|TTY|Process|TCP|UDP|Req/;
  const resources = process.getActiveResourcesInfo().filter(each => !counted.test(each));
  const children = childrenOf(process.pid).map(each => `process ${each.command.join(' ')}`);
  const sockets = Array.from(socketInodesOf(process.pid), () => 'socket');
  // One that ended at once may be told of after its end; its id is -1 then.
  const running = [...workers].filter(({ threadId }) => threadId >= 0);
  const threads = running.map(({ threadId }) => `worker ${threadId}`);
  return [...resources, ...children, ...sockets, ...threads];
}
