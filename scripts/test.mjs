// npm test [-- PART...]: all tests, or those whose path holds one of the given parts.
// SKIP_BROWSERS=1 leaves out the tests that need a browser, and says so in the last line.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { installPrograms } from './debianPrograms.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const browserTests = join('test', 'e2e', 'browsers');
const skipBrowsers = process.env.SKIP_BROWSERS === '1';
const totals = { pass: 0, fail: 0, skipped: 0 };

main();

function main() {
  const files = chosenFiles(process.argv.slice(2));
  const missing = installPrograms({ withBrowsers: files.some(isBrowserTest) });
  // Without Debian's ffmpeg the tests beside the browsers can use that of a devDependency; those
  // with aiortc are left out.
  const dispensable = skipBrowsers ? ['ffmpeg', 'python3-aiortc'] : [];
  const indispensable = missing.filter(each => !dispensable.includes(each));
  if (indispensable.length > 0) {
    end(`The tests need ${indispensable.join(', ')}: sudo apt install ${indispensable.join(' ')}`);
  }
  if (missing.includes('ffmpeg')) process.env.FFMPEG_PATH = devFfmpeg();

  build();
  const runDir = mkdtempSync(join(tmpdir(), 'rtcbot-test-'));
  try {
    runAll(files, runDir);
  } finally {
    rmSync(runDir, { recursive: true, force: true });
  }
  report(files);
}

function runAll(files, runDir) {
  const [alone, together] = partition(files, file => !file.startsWith(join('test', 'unit') + sep));
  // Without its worker thread esbuild, which tsx uses, is no leak of the tests.
  const env = { ...process.env, ESBUILD_WORKER_THREADS: '0', RTCBOT_TEST_DIR: runDir };
  if (alone.some(file => file.startsWith(join('test', 'e2e') + sep))) {
    env.RTCBOT_TEST_TARBALL = pack(runDir);
  }
  runFiles(together, 2, env, join(runDir, 'unit.tap'));
  runFiles(alone, 1, env, join(runDir, 'others.tap'));
}

/** Every test file below test/, relative to the root, that the arguments and the setting let in. */
function chosenFiles(parts) {
  const all = readdirSync(join(root, 'test'), { recursive: true })
    .filter(file => file.endsWith('.test.ts'))
    .map(file => join('test', file))
    .sort();
  const chosen = all.filter(file => parts.length === 0 || parts.some(part => file.includes(part)));
  if (chosen.length === 0) end(`No test file's path holds ${parts.join(' or ')}.`);
  return skipBrowsers ? chosen.filter(file => !isBrowserTest(file)) : chosen;
}

function isBrowserTest(file) {
  return file.startsWith(browserTests + sep);
}

/** Packs what a user would install; gives the tarball's path. */
function pack(directory) {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', directory];
  const packed = execFileSync('npm', args, {
    cwd: root,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return join(directory, JSON.parse(packed)[0].filename);
}

function runFiles(files, concurrency, env, tapFile) {
  if (files.length === 0) return;
  const { status } = spawnSync(
    process.execPath,
    [
      ...['--import', 'tsx', '--import', './test/support/preload.mjs'],
      ...['--test', `--test-concurrency=${concurrency}`],
      ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
      ...['--test-reporter=tap', `--test-reporter-destination=${tapFile}`],
      ...files,
    ],
    { cwd: root, env, stdio: 'inherit' },
  );
  const counts = countsIn(readFileSync(tapFile, 'utf8'));
  for (const name of Object.keys(totals)) totals[name] += counts[name];
  // A runner that fails without counting a failure must not pass.
  if (status !== 0 && counts.fail === 0) totals.fail += 1;
}

/** The counts at the end of a TAP report: lines such as "# pass 12". */
function countsIn(tap) {
  const count = name =>
    Number(
      tap
        .match(new RegExp(`^# ${name} (\\d+)$`, 'gm'))
        ?.at(-1)
        ?.match(/\d+/)?.[0] ?? 0,
    );
  return {
    pass: count('pass'),
    fail: count('fail') + count('cancelled'),
    skipped: count('skipped'),
  };
}

function report(files) {
  const { pass, fail, skipped } = totals;
  const lines = [
    '',
    `Test files: ${files.length}`,
    `${pass} passed, ${fail} failed, ${skipped} skipped`,
  ];
  if (skipBrowsers) lines.push('SKIP_BROWSERS=1: the tests that need a browser were not run.');
  process.stdout.write(`${lines.join('\n')}\n`);
  process.exitCode = fail === 0 && pass > 0 ? 0 : 1;
}

function partition(items, test) {
  return [items.filter(test), items.filter(item => !test(item))];
}

/** The program of a devDependency, where the machine has no ffmpeg of its own. */
function devFfmpeg() {
  const script = "process.stdout.write(require('@ffmpeg-installer/ffmpeg').path)";
  return execFileSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' });
}

function build() {
  const script = join(root, 'scripts/build.mjs');
  const { status } = spawnSync(process.execPath, [script], { cwd: root, stdio: 'inherit' });
  if (status !== 0) end('The build failed.');
}

function end(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
