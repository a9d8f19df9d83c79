import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Editor } from '../../support/Editor';
import { HelpText } from '../../support/HelpText';
import { NodeRed } from '../../support/NodeRed';

const NODES = ['camera', 'display', 'microphone', 'picamera', 'rtc-connection', 'speaker'];
const typeOf = (node: string) => (node.startsWith('rtc-') ? node : `rtc-${node}`);

/** What the editor makes of a help text. */
interface Rendered {
  /** How many there are of each element whose number is the same in all languages. */
  readonly elements: Readonly<Record<string, number>>;
  /** Marks that were meant to format something, with what stands around them. */
  readonly leftOver: readonly string[];
  /** Descriptions of properties outside a list of properties. */
  readonly astray: number;
}

/** Runs in the page: renders the help of a type as the sidebar does. */
const RENDER = `type => {
  const html = RED.utils.renderMarkdown($('script[data-help-name="' + type + '"]').html());
  const help = $('<div>').html(html);
  const elements = {};
  for (const tag of ['h3', 'h4', 'p', 'li', 'dl', 'dt', 'dd', 'td', 'pre', 'code', 'a']) {
    elements[tag] = help.find(tag).length;
  }
  const astray = help.find('dt').filter((_, each) => !$(each).parent().is('dl')).length;
  const text = help.clone().find('code').remove().end().text();
  return { elements, astray, leftOver: text.match(/.{0,20}[*\`|].{0,20}/g) || [] };
}`;

describe('The editor', () => {
  let nodeRed: NodeRed;
  const english = new Map<string, Rendered>();

  before(async () => {
    nodeRed = await NodeRed.start();
  });
  after(() => nodeRed?.stop());

  for (const [language, locale] of [
    ['en-US', 'en-US'],
    ['de', 'de-DE'],
    ['ja', 'ja-JP'],
    ['zh-CN', 'zh-CN'],
  ] as const) {
    it(`shows the help in ${language} to a browser in ${locale}`, async () => {
      const editor = await Editor.open(nodeRed.origin, { language: locale });
      try {
        for (const node of NODES) {
          const rendered = await editor.page.evaluate<Rendered>(
            `(${RENDER})(${JSON.stringify(typeOf(node))})`,
          );
          assert.deepEqual([rendered.leftOver, rendered.astray], [[], 0], node);
          if (language === 'en-US') english.set(node, rendered);
          assert.deepEqual(rendered.elements, english.get(node)?.elements, node);
        }
        await editor.page.evaluate('RED.sidebar.help.show("rtc-connection")');
        const { first } = new HelpText(language, 'rtc-connection');
        await editor.page.locator('.red-ui-help').getByText(first).waitFor();
        await editor.screenshot(`help-${language}`);
        assert.deepEqual(editor.problems, []);
      } finally {
        await editor.close();
      }
    });
  }
});
