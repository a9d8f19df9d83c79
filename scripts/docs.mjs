// npm run docs: writes docs/nodes.md from the help texts of the nodes, and docs/statuses.md from the
// catalog of their errors, so that they cannot drift.
// With --check it only compares, and fails when they differ.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const locale = join(root, 'nodes/locales/en-US');

const HEAD = `# Nodes

Made from the help texts that the editor shows; change those, then run \`npm run docs\`.
`;

const STATUSES = `# Statuses

What can stand beside a red ring under a node, and the sentence that the debug sidebar and *catch* nodes get with it; … stands for a device, an address or a reason. Some are errors of a single message and leave the status as it is. Where a flow finds the code: [messages on wires](messages.md#errors). More on the common ones: [troubleshooting](troubleshooting.md).

Made from the catalog of texts: \`npm run docs\`.
`;

const documents = { 'docs/nodes.md': reference(), 'docs/statuses.md': statuses() };
for (const [name, text] of Object.entries(documents)) {
  const file = join(root, name);
  if (!process.argv.includes('--check')) writeFileSync(file, text);
  else if (read(file) !== text)
    fail(`${name} is not what the texts of the nodes say: npm run docs`);
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

function statuses() {
  const { errors } = JSON.parse(read(join(locale, 'common.json')));
  const rows = Object.entries(errors)
    .map(([code, { status, text }]) => `| *${status}* | ${withGaps(text)} | \`${code}\` |`)
    .sort();
  return [
    STATUSES,
    '| status | what is wrong, and the cure | code |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

/** What is filled in when it happens, such as a device, as … */
function withGaps(text) {
  return text.replaceAll(/ \(__\w+__\)/g, '').replaceAll(/__\w+?__/g, '…');
}

function read(path) {
  return readFileSync(path, 'utf8');
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
