import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { membersOf, messageProperties } from '../support/messageProperties';

const root = join(__dirname, '../..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');
const document = read('docs/messages.md');
/** The first column of its tables. */
const rows = [...document.matchAll(/^\| (`[^|]+`) \|/gm)].map(([, cell = '']) => cell);
const inRows = new Set(
  rows.flatMap(cell => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name)),
);
const properties = messageProperties();
const statistics = membersOf('engine/peer/PeerMeter.ts', 'PeerStats');
const reasons = unionIn('engine/peer/CloseCause.ts', 'CloseCause');
const commands = new Set(
  nodeSources().flatMap(text =>
    [...text.matchAll(/(?:command|name) === '(\w+)'/g)].map(([, name]) => name),
  ),
);
/** Of others: of `http in` and `http response`, of object detection, of what catch nodes get. */
const FOREIGN = new Set(['req', 'image', 'error', '_error']);
/** What a row may be about besides properties: what stands in `payload` or `command`. */
const VALUES = new Set([
  ...['connected', 'disconnected', 'abandoned'],
  ...commands,
  ...statistics,
  ...unionIn('engine/peer/PeerHandshake.ts', 'HandshakeStep'),
]);

describe('The document of messages', () => {
  it('names every property that the nodes read or write', () => {
    assert.ok(properties.size > 20);
    const missing = [...properties].filter(
      name => !inRows.has(name) && !document.includes(`\`msg.${name}\``),
    );
    assert.deepEqual(missing, []);
  });

  it('has a row for every figure of the statistics', () => {
    assert.deepEqual(
      statistics.filter(name => !inRows.has(name)),
      [],
    );
  });

  it('has a row for every reason why a peer left, and for no other', () => {
    const inDocument = rows.filter(cell => /^`[a-z]+( [a-z]+)+`$/.test(cell));
    const oneWord = rows.filter(cell => reasons.includes(cell.slice(1, -1)));
    assert.ok(reasons.length > 5);
    assert.deepEqual([...new Set([...inDocument, ...oneWord])].sort(), reasons.map(quoted).sort());
  });

  it('has a row for every command', () => {
    assert.ok(commands.size > 6);
    assert.deepEqual(
      [...commands].filter(name => !inRows.has(name)),
      [],
    );
  });

  it('names nothing that is not in the code', () => {
    const unknown = [...inRows].filter(
      (name = '') =>
        ![properties, VALUES, FOREIGN].some(names => names.has(name)) && !reasons.includes(name),
    );
    assert.deepEqual(unknown, []);
  });
});

describe('What documents and help call msg.…', () => {
  const texts = [
    ...['README.md', 'CHANGELOG.md'],
    ...inDirectory('docs', '.md'),
    ...inDirectory('nodes/locales/en-US', '.html'),
  ];
  for (const file of texts) {
    it(`exists in the code: ${file}`, () => {
      const names = [...read(file).matchAll(/\bmsg\.(\w+)/g)].map(([, name = '']) => name);
      const unknown = names.filter(name => !properties.has(name) && !FOREIGN.has(name));
      assert.deepEqual(unknown, []);
    });
  }
});

function quoted(text: string): string {
  return `\`${text}\``;
}

/** The members of a union of texts. */
function unionIn(path: string, type: string): string[] {
  const [, union = ''] = new RegExp(`type ${type} =([^;]+);`).exec(read(path)) ?? [];
  return [...union.matchAll(/'([a-z ]+)'/g)].map(([, member = '']) => member);
}

function nodeSources(): string[] {
  return inDirectory('nodes', '.ts').map(read);
}

function inDirectory(directory: string, ending: string): string[] {
  return readdirSync(join(root, directory))
    .filter(name => name.endsWith(ending))
    .map(name => join(directory, name));
}
