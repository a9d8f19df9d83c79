import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { stateTexts } from '../../client/player/PlayerState';
import { playerHtml } from '../../client/player/playerView';
import { allOf, sectionOf, textOf } from '../support/documents';
import { allEditorNodes } from '../support/editorNode';

interface Catalog {
  readonly status: Readonly<Record<string, string>>;
  readonly errors: Readonly<Record<string, { readonly status: string; readonly text: string }>>;
}

const document = textOf('docs/troubleshooting.md');
const common: Catalog = JSON.parse(textOf('nodes/locales/en-US/common.json'));
/** All but those made from the help or about the browser alone. */
const DOCUMENTS = [
  ...['troubleshooting', 'performance', 'raspberry-pi', 'networks', 'settings', 'messages'],
  ...['coming-from-rtcbot', 'architecture', 'hardware-checklist', 'https', 'security'],
];
const red = new Set(Object.values(common.errors).map(({ status }) => status));
const inRows = (section: string) =>
  allOf(sectionOf(document, section), /^\| (\*.+?) \|/gm).flatMap(cell =>
    allOf(cell, /\*([^*]+)\*/g),
  );

describe('The document of troubles', () => {
  it('quotes statuses of the camera that exist', () => {
    const statuses = inRows('The camera node says …');
    assert.ok(statuses.length > 8);
    assert.deepEqual(
      statuses.filter(text => !red.has(text)),
      [],
    );
  });

  it('quotes words of the page that exist', () => {
    const words = inRows('The page loads, but no picture comes');
    const onPage = [
      ...Object.values(stateTexts),
      ...allOf(playerHtml, />([A-Z][\w ]+)<\/button>/g),
    ];
    assert.ok(words.length > 6);
    assert.deepEqual(
      words.filter(text => !onPage.includes(text)),
      [],
    );
  });

  it('quotes buttons of the page that exist', () => {
    const buttons = allOf(document, /click \*([^*]+)\*/g);
    assert.ok(buttons.length > 0);
    for (const button of buttons) assert.ok(playerHtml.includes(`>${button}<`), button);
  });
});

describe('The documents', () => {
  const labels = new Set(allEditorNodes().flatMap(node => Object.values(labelsOf(node.catalog))));

  for (const name of DOCUMENTS) {
    it(`call the fields of dialogs as the dialogs do: ${name}`, () => {
      // Bold is also the beginning of an item in a list, which is no field.
      const text = textOf(`docs/${name}.md`).replaceAll(/^(?:-|\d+\.) \*\*[^*]+\*\*/gm, '');
      const fields = allOf(text, /\*\*([^*\n]+)\*\*/g);
      assert.deepEqual(
        fields.filter(field => !labels.has(field)),
        [],
      );
    });
  }
});

function labelsOf(catalog: Readonly<Record<string, unknown>>): Record<string, string> {
  const [texts] = Object.values(catalog) as { label: Record<string, string> }[];
  return texts?.label ?? {};
}
