// npm run docs: writes docs/nodes.md from the help texts of the nodes, so that it cannot drift.
// With --check it only compares, and fails when they differ.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const file = join(root, 'docs/nodes.md');
const locale = join(root, 'nodes/locales/en-US');

const HEAD = `# Nodes

Made from the help texts that the editor shows; change those, then run \`npm run docs\`.
`;

const text = reference();
if (process.argv.includes('--check')) {
  if (read(file) !== text) fail('docs/nodes.md is not what the help texts say: npm run docs');
} else {
  writeFileSync(file, text);
}

function reference() {
  const { nodes } = JSON.parse(read(join(root, 'package.json')))['node-red'];
  const types = Object.keys(nodes);
  const sections = Object.entries(nodes).map(([type, script]) => section(type, nameOf(script)));
  const contents = types.map(type => `- [${type}](#${type})`).join('\n');
  return `${[HEAD, contents, '', ...sections].join('\n').trimEnd()}\n`;
}

/** dist/nodes/camera.js is camera. */
function nameOf(script) {
  return script.replace(/^.*\//, '').replace(/\.js$/, '');
}

function section(type, name) {
  const help = read(join(locale, `${name}.html`));
  const [, markdown] = help.match(/<script[^>]*>\n([\s\S]*?)<\/script>/) ?? [];
  if (!markdown) fail(`no help in ${name}.html`);
  return `## ${type}\n\n${plain(markdown)}`;
}

/** The editor's list of properties, \`: name (type) : what\`, as a list that every viewer knows. */
function plain(markdown) {
  return markdown
    .replaceAll(/^: \*?(\w+)\*? \(([^)]*)\) : (.*)$/gm, '- `msg.$1` ($2): $3')
    .replaceAll(/^(\d+\. .*)\n(?=- )/gm, '**$1**\n\n');
}

function read(path) {
  return readFileSync(path, 'utf8');
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
