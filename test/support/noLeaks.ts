/**
 * Loaded before every test file (by preload.mjs): a file that leaves a process, socket, timer or
 * worker behind fails, and its error names what is left.
 */
import { after } from 'node:test';
import { childrenOf } from './processes';
import { waitFor } from './waitFor';

/** How long what is being closed may take to be gone, in ms. */
const GRACE_MS = 2000;
/** How long a leaking file's result may take to reach the runner before the process is ended. */
const REPORT_MS = 500;

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

/** The names of everything this process holds open: what keeps it alive, and its children. */
function held(): string[] {
  // The standard streams are pipes, files or a terminal, as the runner chose them; a pipe to a
  // child needs no line of its own beside the child. CloseReq is a handle on its way out.
  const harmless = ['PipeWrap', 'TTYWrap', 'FSReqCallback', 'FSReqPromise', 'CloseReq'];
  const resources = process
    .getActiveResourcesInfo()
    .filter(each => !harmless.includes(each) && each !== 'ProcessWrap');
  const children = childrenOf(process.pid)
    .map(each => `process ${each.command.join(' ')}`)
    // The TypeScript loader's own helper.
    .filter(each => !/esbuild --service=/.test(each));
  return [...resources, ...children];
}
