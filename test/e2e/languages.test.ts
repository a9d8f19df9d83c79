import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { cameraToBrowser } from '../support/flows';
import { NodeRed } from '../support/NodeRed';
import { observed } from '../support/observers';
import { ROOT } from '../support/packedPackage';
import { waitFor } from '../support/waitFor';

/** The texts of a node file by its type; the nodes share those below `status` and `errors`. */
type Catalog = Readonly<Record<string, unknown>>;

const locales = join(ROOT, 'nodes/locales');

describe('A Node-RED that is set to German', () => {
  let nodeRed: NodeRed;
  before(async () => {
    nodeRed = await NodeRed.start({
      flows: cameraToBrowser({ camera: { source: 'file', file: '/nowhere/film.mp4' } }),
      settings: "lang: 'de',",
    });
  });
  after(() => nodeRed?.stop());

  it('shows the statuses of the nodes in German', async () => {
    await waitFor('German status', 20_000, async () =>
      (await observed(nodeRed)).statuses.some(({ text }) => text === 'bereit'),
    );
  });

  for (const language of ['de', 'ja', 'zh-CN', 'en-US']) {
    it(`gives an editor in ${language} all texts of all nodes`, async () => {
      const catalogs = Object.values(
        await nodeRed.getJson<Record<string, Catalog>>(`/locales/nodes?lng=${language}`),
      );
      const read = (file: string): Catalog =>
        JSON.parse(readFileSync(join(locales, language, file), 'utf8'));
      const files = readdirSync(join(locales, language)).filter(
        file => file.endsWith('.json') && file !== 'common.json',
      );
      assert.equal(files.length, 6);
      for (const file of files) {
        const expected = { ...read('common.json'), ...read(file) };
        const [type] = Object.keys(read(file));
        const catalog = catalogs.find(texts => type !== undefined && type in texts);
        assert.deepEqual(catalog, expected, file);
      }
    });
  }

  it('gives an editor in a language without help the English one', async () => {
    const headers = { Accept: 'text/html', 'Accept-Language': 'ja' };
    const html = await (await fetch(`${nodeRed.origin}/nodes`, { headers })).text();
    const help = readFileSync(join(locales, 'en-US/camera.html'), 'utf8');
    assert.ok(html.includes(help.trim()));
  });
});
