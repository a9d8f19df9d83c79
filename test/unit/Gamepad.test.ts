import assert from 'node:assert/strict';
import { after, afterEach, before, beforeEach, describe, it, mock } from 'node:test';
import { Gamepad, type GamepadMessage, setGamepadRate } from '../../client/input/Gamepad';

interface Plugged {
  readonly index: number;
  readonly values: readonly number[];
  readonly axes: readonly number[];
}

describe('A gamepad', () => {
  const page = Object.assign(new EventTarget(), { hidden: false });
  let plugged: (Plugged | null)[];
  let looks: number;
  let gamepad: Gamepad;
  let told: GamepadMessage[];
  const values = () => told.map(({ type, value }) => `${type} ${value}`);
  /** In small steps: a timer that is set in the midst of a step counts from its end. */
  const tick = (ms: number) => {
    for (let passed = 0; passed < ms; passed += 50) mock.timers.tick(50);
  };

  /** What the browser has, as it would tell it. */
  const getGamepads = () => {
    looks += 1;
    return plugged.map(
      each =>
        each && {
          ...{ id: `pad ${each.index}`, index: each.index, connected: true, mapping: 'standard' },
          axes: each.axes,
          buttons: each.values.map(value => ({ pressed: value > 0, value })),
        },
    );
  };
  const navigatorOf = (value: object) =>
    Object.defineProperty(globalThis, 'navigator', { value, configurable: true });

  before(() => Object.assign(globalThis, { document: page }));
  after(() => {
    Reflect.deleteProperty(globalThis, 'document');
    Reflect.deleteProperty(globalThis, 'navigator');
  });
  beforeEach(() => {
    mock.timers.enable({ apis: ['setInterval'] });
    navigatorOf({ getGamepads });
    [plugged, looks, told] = [[], 0, []];
    page.hidden = false;
    setGamepadRate(10);
    gamepad = new Gamepad();
    gamepad.subscribe(message => told.push(message));
  });
  afterEach(() => {
    gamepad.close();
    mock.timers.reset();
  });

  it('is looked at as often as `setGamepadRate` says, from then on', () => {
    tick(1000);
    assert.equal(looks, 10);
    setGamepadRate(50);
    tick(1000);
    assert.equal(looks, 60);
    assert.throws(() => setGamepadRate(0), RangeError);
  });

  it("tells of changes in RTCBot's shape, with their place", () => {
    plugged = [{ index: 0, values: [1], axes: [0, 0] }];
    tick(100);
    assert.deepEqual(
      { ...told[0], timestamp: 0 },
      {
        ...{ type: 'btn0', value: true, place: 'south', timestamp: 0 },
      },
    );
    plugged = [{ index: 0, values: [0], axes: [0, -1] }];
    tick(100);
    assert.deepEqual(values(), ['btn0 true', 'btn0 false', 'axis1 -1']);
    assert.deepEqual(gamepad.state, { btn0: false, axis0: 0, axis1: -1 });
    assert.equal(gamepad.id, 'pad 0');
  });

  it('tells again of what is held, and nothing of what is at rest', () => {
    plugged = [{ index: 0, values: [0], axes: [0.5, 0] }];
    tick(550);
    assert.deepEqual(new Set(values()), new Set(['axis0 0.444']));
    assert.equal(told.length, 3);
    plugged = [{ index: 0, values: [0], axes: [0, 0] }];
    tick(1000);
    assert.deepEqual(values().slice(3), ['axis0 0']);
  });

  for (const { it: sentence, leave } of [
    { it: 'it is unplugged', leave: () => (plugged = [null]) },
    { it: 'nobody sees the page any more', leave: () => (page.hidden = true) },
    { it: 'it is closed', leave: () => gamepad.close() },
  ]) {
    it(`is at rest when ${sentence}`, () => {
      plugged = [{ index: 0, values: [1], axes: [1] }];
      tick(100);
      leave();
      tick(100);
      tick(1000);
      assert.deepEqual(values(), ['btn0 true', 'axis0 1', 'btn0 false', 'axis0 0']);
      assert.equal(gamepad.id, undefined);
    });
  }

  it('can be chosen among several', () => {
    const second = new Gamepad({ index: 1 });
    const other: string[] = [];
    second.subscribe(({ type, value }) => other.push(`${type} ${value}`));
    plugged = [
      { index: 0, values: [1], axes: [] },
      { index: 1, values: [0, 1], axes: [] },
    ];
    tick(100);
    second.close();
    assert.deepEqual(values(), ['btn0 true']);
    assert.deepEqual(other.slice(0, 1), ['btn1 true']);
  });

  it('says why there is none where the browser gives none out', () => {
    assert.equal(gamepad.problemText, '');
    navigatorOf({});
    tick(100);
    assert.match(gamepad.problemText, /https or localhost/);
  });
});
