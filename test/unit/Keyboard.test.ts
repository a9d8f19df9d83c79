import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it, mock } from 'node:test';
import { Keyboard, type KeyMessage } from '../../client/input/Keyboard';

/** A key event as a browser makes it, on no element. */
function keyEvent(type: string, code: string, more: object = {}): Event {
  const event = new Event(type, { cancelable: true });
  const fields = { code, key: code.replace('Key', '').toLowerCase(), keyCode: 0, repeat: false };
  const modifiers = { altKey: false, shiftKey: false, ctrlKey: false, metaKey: false };
  return Object.assign(event, fields, modifiers, more);
}

describe('A keyboard', () => {
  const page = Object.assign(new EventTarget(), { hidden: false });
  let target: EventTarget;
  let keyboard: Keyboard;
  let told: KeyMessage[];
  const names = () =>
    told.map(({ type, code, repeat }) => `${type} ${code}${repeat ? ' again' : ''}`);
  const press = (code: string, more: object = {}) =>
    target.dispatchEvent(keyEvent('keydown', code, more));
  const release = (code: string, more: object = {}) =>
    target.dispatchEvent(keyEvent('keyup', code, more));

  before(() => Object.assign(globalThis, { document: page, window: new EventTarget() }));
  after(() => {
    Reflect.deleteProperty(globalThis, 'document');
    Reflect.deleteProperty(globalThis, 'window');
  });
  beforeEach(() => {
    mock.timers.enable({ apis: ['setInterval'] });
    target = new EventTarget();
    told = [];
    page.hidden = false;
    keyboard = new Keyboard({ target });
    keyboard.subscribe(message => told.push(message));
  });
  afterEach(() => {
    keyboard.close();
    mock.timers.reset();
  });

  it("tells of presses and releases with RTCBot's fields and the modifiers", () => {
    press('KeyW', { shiftKey: true, ctrlKey: true, keyCode: 87 });
    release('KeyW');
    const { timestamp, ...down } = told[0] as KeyMessage;
    assert.deepEqual(down, {
      ...{ type: 'keydown', key: 'w', code: 'KeyW', keyCode: 87, repeat: false },
      ...{ altKey: false, shiftKey: true, ctrlKey: true, metaKey: false },
    });
    assert.ok(Math.abs(timestamp - Date.now()) < 60_000);
    assert.deepEqual(names(), ['keydown KeyW', 'keyup KeyW']);
  });

  it('tells of a held key again and again, until it is released', () => {
    press('KeyW');
    press('KeyD');
    // Each beat sets the next; not every version of Node.js runs those within one tick.
    mock.timers.tick(200);
    mock.timers.tick(200);
    release('KeyD');
    release('KeyW');
    mock.timers.tick(400);
    assert.deepEqual(names(), [
      ...['keydown KeyW', 'keydown KeyD', 'keydown KeyD again', 'keydown KeyD again'],
      ...['keyup KeyD', 'keyup KeyW'],
    ]);
  });

  for (const { it: sentence, leave } of [
    { it: 'the window loses the keyboard', leave: () => window.dispatchEvent(new Event('blur')) },
    { it: 'its element loses the keyboard', leave: () => target.dispatchEvent(new Event('blur')) },
    {
      it: 'the page is hidden',
      leave: () => {
        page.hidden = true;
        page.dispatchEvent(new Event('visibilitychange'));
      },
    },
    { it: 'it is closed', leave: () => keyboard.close() },
  ]) {
    it(`releases every key when ${sentence}`, () => {
      press('KeyW', { shiftKey: true });
      press('ShiftLeft', { shiftKey: true });
      leave();
      assert.deepEqual(names().slice(2), ['keyup KeyW', 'keyup ShiftLeft']);
      assert.equal(told.at(-1)?.shiftKey, false);
      assert.deepEqual(keyboard.held, []);
      mock.timers.tick(1000);
      assert.equal(told.length, 4);
    });
  }

  it('releases all when Command is released, as macOS tells of no other release before', () => {
    press('MetaLeft', { key: 'Meta' });
    press('KeyW');
    release('MetaLeft', { key: 'Meta' });
    assert.deepEqual(names().slice(2), ['keyup MetaLeft', 'keyup KeyW']);
  });

  it('tells of no release of a key that it told of no press', () => {
    release('KeyW');
    assert.deepEqual(told, []);
  });

  it('leaves a key alone that the page has used itself', () => {
    target = new EventTarget();
    target.addEventListener('keydown', event => event.preventDefault());
    const second = new Keyboard({ target });
    second.subscribe(message => told.push(message));
    press('KeyW');
    second.close();
    assert.deepEqual(told, []);
  });

  it('keeps the page from scrolling, and leaves the other keys to the browser', () => {
    assert.equal(press('ArrowUp', { key: 'ArrowUp' }), false);
    assert.equal(press('F5', { key: 'F5' }), true);
  });
});
