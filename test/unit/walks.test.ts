import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';

const DOCS = join(__dirname, '../../docs');

describe('the walks through the code', () => {
  it('lead over files that are there', () => {
    const text = readFileSync(join(DOCS, 'walks.md'), 'utf8');
    const links = Array.from(text.matchAll(/\]\((\.\.\/[^)]+)\)/g), ([, path = '']) => path);
    assert.ok(links.length > 20);
    assert.deepEqual(
      links.filter(path => !existsSync(join(DOCS, path))),
      [],
    );
  });
});
