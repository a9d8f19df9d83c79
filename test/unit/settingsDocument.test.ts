import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { allOf, missingIn, textOf } from '../support/documents';

const root = join(__dirname, '../..');
const document = textOf('docs/settings.md');
/** Of every program that is started, and of every test. */
const EVERYWHERE = new Set(['PATH', 'LC_ALL']);
/** Set by scripts/test.mjs for the tests it starts; the rest is for people who change the code. */
const FOR_CONTRIBUTORS = /^(RTCBOT_SYS_ROOT|SKIP_BROWSERS|PORT|HOST)$/;

describe('The document of settings', () => {
  const product = ['engine', 'nodes', 'signaling'].map(sourcesOf).join('\n');
  const variables = allOf(product, /\benv\.([A-Z][A-Z_]+)/g).filter(name => !EVERYWHERE.has(name));

  it('names each environment variable that the nodes read', () => {
    assert.ok(variables.length > 5);
    const forUsers = variables.filter(name => !FOR_CONTRIBUTORS.test(name));
    assert.deepEqual(missingIn(document, forUsers), []);
  });

  it('names each key of settings.js that the nodes read', () => {
    const keys = [
      ...allOf(product, /settings\.get\('(\w+)'\)/g),
      ...allOf(product, /\b(httpNode[A-Z]\w+)\b/g),
    ];
    assert.ok(keys.length > 4);
    assert.deepEqual(missingIn(document, keys), []);
  });

  it('names nothing that is not read', () => {
    const named = allOf(document, /`([A-Z][A-Z_]+|rtcbot\w+|httpNode\w+)`/g);
    const all = product;
    assert.deepEqual(
      named.filter(name => !all.includes(name)),
      [],
    );
  });

  it('leaves what is for contributors to their document, with the variables of scripts', () => {
    const scripts = allOf(sourcesOf('scripts'), /\benv\.([A-Z][A-Z_]+)/g);
    const wanted = [...variables, ...scripts].filter(name => FOR_CONTRIBUTORS.test(name));
    assert.equal(new Set(wanted).size, 4);
    const contributing = textOf('CONTRIBUTING.md');
    assert.deepEqual(
      wanted.filter(name => !contributing.includes(name)),
      [],
    );
  });
});

/** All sources below a directory, in one text. */
function sourcesOf(directory: string): string {
  return readdirSync(join(root, directory), { recursive: true, encoding: 'utf8' })
    .filter(file => /\.(ts|mjs)$/.test(file))
    .map(file => textOf(join(directory, file)))
    .join('\n');
}
