import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { browserApi } from '../support/browserApi';
import { allOf, missingIn, namesInRows, sectionOf, textOf } from '../support/documents';

const document = textOf('docs/browser-library.md');
/** The player has a document and a test of its own. */
const api = browserApi().filter(({ name }) => !/^(Rtcbot)?Player/.test(name));
const joystick = textOf('client/input/RtcbotJoystick.ts');
const events = [
  ...allOf(textOf('client/channels/Channel.ts'), /^ {2}(\w+): \[/gm),
  ...allOf(textOf('client/connection/SessionOptions.ts'), /^ {2}(\w+): \[/gm),
];
/** What no class lists: attributes, parts and events of the element, and the events of classes. */
const others = [
  ...allOf(joystick, /[aA]ttribute\('([\w-]+)'/g),
  ...allOf(joystick, /part="(\w+)"/g),
  ...allOf(joystick, /CustomEvent\('(\w+)'/g),
  ...events,
];

describe('The document of the browser library', () => {
  for (const { name, kind, members } of api) {
    if (kind === 'class') {
      it(`has a section for ${name}, and in it each method and property`, () => {
        assert.ok(members.length > 0);
        assert.deepEqual(missingIn(sectionOf(document, name), members), []);
      });
    } else if (kind === 'function') {
      it(`names the function ${name}`, () => assert.match(document, new RegExp(`\\b${name}\\(`)));
    } else {
      it(`names all there is in ${name}`, () => {
        assert.ok(members.length > 0);
        assert.deepEqual(missingIn(document, members), []);
      });
    }
  }

  it('names the attributes, parts and events of the joystick, and all events of classes', () => {
    assert.ok(others.length > 10);
    assert.deepEqual(missingIn(document, others), []);
  });

  it('has no row for anything that is not in the library', () => {
    const known = new Set([...api.flatMap(({ members }) => members), ...others]);
    const names = namesInRows(document);
    assert.ok(names.length > 60);
    assert.deepEqual(
      names.filter(name => !known.has(name)),
      [],
    );
  });
});
