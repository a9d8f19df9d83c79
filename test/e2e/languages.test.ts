import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { NodeRed } from '../support/NodeRed';
import { ROOT } from '../support/packedPackage';

/** The texts of a node file by its type; the nodes share those below `status` and `errors`. */
type Catalog = Readonly<Record<string, unknown>>;

const locales = join(ROOT, 'nodes/locales');
const LANGUAGES = ['de', 'ja', 'zh-CN', 'en-US'];

const filesOf = (language: string, extension: string) =>
  readdirSync(join(locales, language)).filter(
    file => file.endsWith(extension) && file !== 'common.json',
  );
const read = (language: string, file: string) =>
  readFileSync(join(locales, language, file), 'utf8');

describe('Node-RED', () => {
  let nodeRed: NodeRed;
  before(async () => {
    nodeRed = await NodeRed.start();
  });
  after(() => nodeRed?.stop());

  /** The html of all nodes as an editor in this language loads it. */
  const nodesIn = async (language: string) => {
    const headers = { Accept: 'text/html', 'Accept-Language': language };
    return (await fetch(`${nodeRed.origin}/nodes`, { headers })).text();
  };

  for (const language of LANGUAGES) {
    it(`gives an editor in ${language} all texts of all nodes`, async () => {
      const catalogs = Object.values(
        await nodeRed.getJson<Record<string, Catalog>>(`/nodes/messages?lng=${language}`),
      );
      const files = filesOf(language, '.json');
      assert.equal(files.length, 6);
      for (const file of files) {
        const own: Catalog = JSON.parse(read(language, file));
        const [type] = Object.keys(own);
        const catalog = catalogs.find(texts => type !== undefined && type in texts);
        const common: Catalog = JSON.parse(read(language, 'common.json'));
        assert.deepEqual(catalog, { ...common, ...own }, file);
      }
    });

    it(`gives an editor in ${language} the help of all nodes`, async () => {
      const html = await nodesIn(language);
      const files = filesOf(language, '.html');
      assert.equal(files.length, 6);
      for (const file of files) assert.ok(html.includes(read(language, file).trim()), file);
    });
  }

  it('gives an editor in a region the help in its language', async () => {
    assert.ok((await nodesIn('de-AT')).includes(read('de', 'camera.html').trim()));
  });

  it('gives an editor in a language without help the English one', async () => {
    assert.ok((await nodesIn('fr')).includes(read('en-US', 'camera.html').trim()));
  });
});
