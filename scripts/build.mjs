// Builds dist/: the runtime by tsc, the browser library by esbuild, and copies of what the
// runtime looks for beside the compiled nodes (html, locales, icons). What dialogs load of the
// sources in editor/ comes into resources/, where Node-RED serves it.
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildSync } from 'esbuild';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
// Made beside the old one and put in its place at the end: a build that fails changes nothing.
const finished = join(root, 'dist');
const dist = join(root, 'dist.new');
const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');

rmSync(dist, { recursive: true, force: true });
execFileSync(process.execPath, [tsc, '--project', root, '--outDir', dist], { stdio: 'inherit' });

const library = {
  entryPoints: [join(root, 'client/index.ts')],
  bundle: true,
  minify: true,
  target: ['es2022'],
  legalComments: 'none',
};
mkdirSync(join(dist, 'client'), { recursive: true });
buildSync({
  ...library,
  format: 'iife',
  globalName: 'rtcbot',
  outfile: join(dist, 'client/rtcbot.js'),
});
buildSync({ ...library, format: 'esm', outfile: join(dist, 'client/rtcbot.mjs') });
buildSync({
  ...library,
  entryPoints: [join(root, 'editor/qrCode.ts')],
  format: 'iife',
  globalName: 'rtcbotEditor',
  banner: {
    js: '/* Holds qrcode-generator, copyright (c) 2009 Kazuhiko Arase, MIT license: https://opensource.org/license/mit */',
  },
  outfile: join(root, 'resources/qrCode.js'),
});
cpSync(join(root, 'client/page.html'), join(dist, 'client/page.html'));

const isAsset = source => !source.endsWith('.ts');
cpSync(join(root, 'nodes'), join(dist, 'nodes'), { recursive: true, filter: isAsset });
for (const language of readdirSync(join(dist, 'nodes/locales'))) {
  mergeCommon(join(dist, 'nodes/locales', language));
}
cpSync(join(root, 'icons'), join(dist, 'nodes/icons'), { recursive: true });

rmSync(finished, { recursive: true, force: true });
renameSync(dist, finished);

/**
 * Writes the texts that all nodes share into the catalog of each: Node-RED gives every node file a
 * namespace of its own, so a node finds only what stands in its own catalog.
 */
function mergeCommon(directory) {
  const common = readJson(join(directory, 'common.json'));
  rmSync(join(directory, 'common.json'));
  for (const name of readdirSync(directory).filter(file => file.endsWith('.json'))) {
    const merged = merge(common, readJson(join(directory, name)));
    writeFileSync(join(directory, name), `${JSON.stringify(merged, null, 2)}\n`);
  }
}

function readJson(path) {
  return JSON.parse(readFileSync(path, 'utf8'));
}

/** Both trees in one; where both have a text, the special one's counts. */
function merge(common, special) {
  if (typeof common !== 'object' || typeof special !== 'object') return special ?? common;
  const keys = new Set([...Object.keys(common), ...Object.keys(special)]);
  return Object.fromEntries(
    [...keys].map(key => [
      key,
      key in special ? merge(common[key] ?? {}, special[key]) : common[key],
    ]),
  );
}
