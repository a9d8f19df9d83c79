import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { exampleFlow } from '../support/flows';
import { NodeRed } from '../support/NodeRed';
import { npm, PACKAGE_NAME, packedTarball, ROOT } from '../support/packedPackage';

const LANGUAGES = readdirSync(join(ROOT, 'nodes/locales'));

describe('the package', () => {
  let scratch: string;
  before(() => {
    scratch = mkdtempSync(join(tmpdir(), 'rtcbot-install-'));
  });
  after(() => rmSync(scratch, { recursive: true, force: true }));

  /** A directory like a user directory of Node-RED into which npm has installed the package. */
  function install(name: string, what: string): string {
    const directory = join(scratch, name);
    mkdirSync(directory);
    writeFileSync(join(directory, 'package.json'), '{"name": "scratch", "private": true}');
    // As the palette manager does: a dependency that refuses this Node.js would stop the install.
    npm(['install', '--engine-strict', what], directory);
    return directory;
  }

  /** Node-RED knows its nodes and examples, the example runs, the page is there. */
  async function assertWorks(installed: string): Promise<void> {
    const nodeRed = await NodeRed.start({ installed, flows: exampleFlow('02 Camera to browser') });
    try {
      const sets =
        await nodeRed.getJson<{ module: string; types: string[]; err?: string }[]>('/nodes');
      const ours = sets.filter(({ module }) => module === PACKAGE_NAME);
      assert.deepEqual(ours.flatMap(({ types }) => types).sort(), nodeTypes());
      assert.deepEqual(
        ours.map(({ err }) => err),
        ours.map(() => undefined),
      );
      const examples = await nodeRed.getJson<object>(`/library/examples/flows/${PACKAGE_NAME}`);
      assert.match(JSON.stringify(examples), /02 Camera to browser/);
      const icon = `/icons/${PACKAGE_NAME}/rtc-camera.svg`;
      const image = await fetch(nodeRed.origin + icon);
      assert.match(await image.text(), /<svg/);
      assert.equal((await fetch(`${nodeRed.origin}/rtcbot`)).status, 200);
    } finally {
      await nodeRed.stop();
    }
  }

  it('holds only what a user needs', () => {
    const listing = execFileSync('tar', ['-tzf', packedTarball()], { encoding: 'utf8' });
    const strange = listing
      .trim()
      .split('\n')
      .filter(
        file =>
          !/^package\/(dist|examples|resources)\/|^package\/[A-Z]+(\.md)?$|package\.json$/.test(
            file,
          ),
      );
    assert.deepEqual(strange, []);
    assert.doesNotMatch(listing, /\.test\.|\.ts$/m);
  });

  it('holds all that Node-RED, npm and the flow library look for', () => {
    const listing = execFileSync('tar', ['-tzf', packedTarball()], { encoding: 'utf8' });
    const files = new Set(listing.trim().split('\n'));
    const wanted = [
      ...['README.md', 'LICENSE', 'CHANGELOG.md', 'package.json', 'resources/qrCode.js'],
      ...readdirSync(join(ROOT, 'examples')).map(name => `examples/${name}`),
      ...nodeFiles().flatMap(name => [
        `dist/nodes/${name}.js`,
        `dist/nodes/${name}.html`,
        ...LANGUAGES.map(language => `dist/nodes/locales/${language}/${name}.json`),
        `dist/nodes/locales/en-US/${name}.html`,
      ]),
      // The library shows the icons of this place only.
      ...nodeTypes().map(type => `dist/nodes/icons/${type}.svg`),
    ];
    assert.deepEqual(
      wanted.filter(file => !files.has(`package/${file}`)),
      [],
    );
  });

  it('works as a tarball', async () => {
    await assertWorks(install('tarball', packedTarball()));
  });

  it('works as a linked folder', async () => {
    await assertWorks(install('linked', ROOT));
  });

  it('works from a git URL: npm builds it', async () => {
    const repository = join(scratch, 'repository');
    commitCheckout(repository);
    await assertWorks(install('git', `git+file://${repository}`));
  });
});

/** The types of the nodes that the package announces, sorted. */
function nodeTypes(): string[] {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return Object.keys(manifest['node-red'].nodes).sort();
}

/** The names of their files, without ending. */
function nodeFiles(): string[] {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  const scripts = Object.values<string>(manifest['node-red'].nodes);
  return scripts.map(script => script.replace(/^.*\/|\.js$/g, ''));
}

/** A new repository whose one commit holds this checkout as it is now. */
function commitCheckout(repository: string): void {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: ROOT,
      env: { ...process.env, GIT_DIR: join(repository, '.git'), GIT_WORK_TREE: ROOT },
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  mkdirSync(repository);
  git('init', '--quiet');
  // A folder is ignored anyway, a link to one is not.
  writeFileSync(join(repository, '.git', 'info', 'exclude'), 'node_modules');
  git('add', '--all');
  git(
    '-c',
    'user.name=test',
    '-c',
    'user.email=test@example.com',
    'commit',
    '--quiet',
    '-m',
    'all',
  );
}
