import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { isTyped, scrollsPage } from '../../client/input/keyUse';

const key = (name: string, element: object = {}, more: object = {}) => ({
  ...{ key: name, ctrlKey: false, altKey: false, metaKey: false },
  ...more,
  composedPath: () => [element as EventTarget],
});

describe('A key', () => {
  for (const { it: sentence, name, element, typed } of [
    { it: 'in the page drives', name: 'w', element: { localName: 'body' }, typed: false },
    {
      it: 'in a text field is text',
      name: 'w',
      element: { localName: 'input', type: 'text' },
      typed: true,
    },
    { it: 'in a text area is text', name: 'w', element: { localName: 'textarea' }, typed: true },
    {
      it: 'in an editable text is text',
      name: 'w',
      element: { localName: 'p', isContentEditable: true },
      typed: true,
    },
    { it: 'in a list chooses', name: 'ArrowUp', element: { localName: 'select' }, typed: true },
    {
      it: 'on a slider moves it',
      name: 'ArrowUp',
      element: { localName: 'input', type: 'range' },
      typed: true,
    },
    { it: 'on a button drives', name: 'w', element: { localName: 'button' }, typed: false },
    {
      it: 'that presses the button does not drive',
      name: ' ',
      element: { localName: 'button' },
      typed: true,
    },
    {
      it: 'that ticks the box does not drive',
      name: ' ',
      element: { localName: 'input', type: 'checkbox' },
      typed: true,
    },
    {
      it: 'beside the box drives',
      name: 'w',
      element: { localName: 'input', type: 'checkbox' },
      typed: false,
    },
    {
      it: 'that follows the link does not drive',
      name: 'Enter',
      element: { localName: 'a' },
      typed: true,
    },
  ]) {
    it(sentence, () => assert.equal(isTyped(key(name, element)), typed));
  }

  it('of an input method is text', () => {
    assert.equal(isTyped(key('w', {}, { isComposing: true })), true);
  });

  for (const { it: sentence, name, more = {}, scrolls } of [
    { it: 'that would scroll is kept from it', name: 'ArrowDown', scrolls: true },
    { it: 'that would turn a page is kept from it', name: ' ', scrolls: true },
    { it: 'of a letter is left alone', name: 'w', scrolls: false },
    { it: 'for reloading is left alone', name: 'F5', scrolls: false },
    { it: 'for the next field is left alone', name: 'Tab', scrolls: false },
    {
      it: 'of a shortcut is left alone',
      name: 'ArrowLeft',
      more: { altKey: true },
      scrolls: false,
    },
  ]) {
    it(sentence, () => assert.equal(scrollsPage(key(name, {}, more)), scrolls));
  }
});
