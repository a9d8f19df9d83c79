import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The root of this checkout. */
export const ROOT = join(__dirname, '../..');

/** The package's name, as its package.json has it. */
export const PACKAGE_NAME: string = JSON.parse(
  readFileSync(join(ROOT, 'package.json'), 'utf8'),
).name;

/**
 * A directory of this test run in which things are kept from one test file to the next. Made by
 * scripts/test.mjs; a test file that is run alone makes its own and removes it at its end.
 */
const runDir = process.env.RTCBOT_TEST_DIR ?? ownRunDir();

let installed: string | undefined;

/** The path of the packed tarball of the built package, as `npm pack` makes it. */
export function packedTarball(): string {
  const known = process.env.RTCBOT_TEST_TARBALL;
  if (known) return known;
  const packed = npm(['pack', '--ignore-scripts', '--json', '--pack-destination', runDir], ROOT);
  return join(runDir, JSON.parse(packed)[0].filename);
}

/**
 * A directory holding package.json and node_modules of a user directory in which the tarball was
 * installed by npm. Made once in a test run (it takes some 10 s); user directories link to it.
 */
export function installedTarball(): string {
  if (installed) return installed;
  const directory = join(runDir, 'installed');
  try {
    mkdirSync(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    installed = directory; // an earlier test file of this run was here; files run one by one
    return directory;
  }
  try {
    writeFileSync(join(directory, 'package.json'), '{"name": "scratch", "private": true}');
    npm(['install', packedTarball()], directory);
  } catch (error) {
    rmSync(directory, { recursive: true, force: true });
    throw error;
  }
  installed = directory;
  return directory;
}

/** Runs npm in a directory and gives what it wrote to stdout. @throws Error with its stderr */
export function npm(args: readonly string[], directory: string): string {
  return execFileSync('npm', [...args, '--no-audit', '--no-fund'], {
    cwd: directory,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

function ownRunDir(): string {
  const directory = mkdtempSync(join(tmpdir(), 'rtcbot-test-'));
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  return directory;
}
