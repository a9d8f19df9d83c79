import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { DeadMan } from '../../nodes/lib/DeadMan';
import { ManualClock } from '../support/ManualClock';

function setUp() {
  const clock = new ManualClock();
  const fired: string[] = [];
  const deadMan = new DeadMan({
    silenceMs: 500,
    clock,
    fire: (peer, reason) => fired.push(`${peer}: ${reason}`),
  });
  /** Turns the hands, and lets what lies in the queues of the process have its turn. */
  const advance = async (ms: number) => {
    clock.advance(ms);
    await new Promise(setImmediate);
  };
  return { clock, fired, deadMan, advance };
}

describe("The dead man's switch", () => {
  it('fires when a peer that has begun to send falls silent', async () => {
    const { deadMan, fired, advance } = setUp();
    deadMan.heard('a');
    await advance(499);
    assert.deepEqual(fired, []);
    await advance(1);
    assert.deepEqual(fired, ['a: silent']);
  });

  it('is held by every further message', async () => {
    const { deadMan, fired, advance } = setUp();
    for (let count = 0; count < 10; count += 1) {
      deadMan.heard('a');
      await advance(400);
    }
    assert.deepEqual(fired, []);
    await advance(100);
    assert.deepEqual(fired, ['a: silent']);
  });

  it('fires once, and again only after another message', async () => {
    const { deadMan, fired, advance } = setUp();
    deadMan.heard('a');
    await advance(5000);
    assert.deepEqual(fired, ['a: silent']);
    deadMan.heard('a');
    await advance(500);
    assert.deepEqual(fired, ['a: silent', 'a: silent']);
  });

  it('fires at once when a peer leaves, and says why', () => {
    const { deadMan, fired, clock } = setUp();
    deadMan.heard('a');
    deadMan.left('a', 'page closed');
    assert.deepEqual(fired, ['a: page closed']);
    assert.equal(clock.pending, 0);
  });

  it('does not fire for a peer that never sent anything, nor twice for one that leaves', async () => {
    const { deadMan, fired, advance } = setUp();
    deadMan.left('watcher', 'page closed');
    deadMan.heard('a');
    await advance(500);
    deadMan.left('a', 'vanished');
    assert.deepEqual(fired, ['a: silent']);
  });

  it('looks after each peer by itself', async () => {
    const { deadMan, fired, advance } = setUp();
    deadMan.heard('a');
    await advance(300);
    deadMan.heard('b');
    await advance(200);
    assert.deepEqual(fired, ['a: silent']);
    await advance(300);
    assert.deepEqual(fired, ['a: silent', 'b: silent']);
  });

  it('hears first what came while the thread was busy', async () => {
    const { deadMan, fired, clock, advance } = setUp();
    deadMan.heard('a');
    clock.advance(600);
    // The message lay in the queue, and is handed over in the same turn as the timer.
    deadMan.heard('a');
    await advance(0);
    assert.deepEqual(fired, []);
    await advance(500);
    assert.deepEqual(fired, ['a: silent']);
  });

  it('fires for all that hold it when it is taken away, and leaves no timer', async () => {
    const { deadMan, fired, clock, advance } = setUp();
    deadMan.heard('a');
    deadMan.heard('b');
    deadMan.close('redeployed');
    deadMan.close('redeployed');
    assert.deepEqual(fired, ['a: redeployed', 'b: redeployed']);
    assert.equal(clock.pending, 0);
    await advance(1000);
    assert.equal(fired.length, 2);
  });
});
