import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { afterEach, describe, it } from 'node:test';
import { CalleeUnreachableError } from '../../engine/model/errors/callErrors';
import type { ConnectionProxyEvents } from '../../engine/port/ConnectionProxy';
import { Calling, type CallingConnection } from '../../nodes/lib/Calling';
import type { callEndpoint, LaterError } from '../../signaling/call';
import { ManualClock } from '../support/ManualClock';
import { settled } from '../support/settled';

/** A connection whose calls a test lets through or not, and all that was told. */
class Rig extends EventEmitter<ConnectionProxyEvents> {
  readonly clock = new ManualClock();
  readonly told: string[] = [];
  /** Peers that were closed. */
  readonly closed: (string | undefined)[] = [];
  /** What the endpoint says next; default: it answers. */
  says: () => Promise<string> = async () => 'answer';
  accepts: () => Promise<void> = async () => {};
  offers = 0;
  signal: AbortSignal | undefined;
  readonly calling: Calling;

  constructor() {
    super();
    const call: typeof callEndpoint = (_target, _sdp, signal) => {
      this.signal = signal;
      return this.says();
    };
    // An emitter with the three methods is all that a call needs of a connection.
    const connection = this as unknown as CallingConnection;
    this.calling = new Calling(
      connection,
      { address: 'http://robot/rtcbot' },
      {
        calling: () => this.told.push('calling'),
        failed: error => this.told.push(`failed: ${(error as { code: string }).code}`),
        waiting: pauseMs => this.told.push(`waiting ${pauseMs}`),
        ended: () => this.told.push('ended'),
      },
      { call, clock: this.clock },
    );
  }

  async offer() {
    this.offers += 1;
    return { peer: `p${this.offers}`, sdp: 'offer' };
  }

  async accept() {
    await this.accepts();
  }

  async closePeer(peer?: string) {
    this.closed.push(peer);
  }

  /** Lets time pass, and what follows happen. */
  async pass(ms: number): Promise<void> {
    this.clock.advance(ms);
    for (let turn = 0; turn < 3; turn += 1) await settled();
  }
}

const unreachable = () => Promise.reject(new CalleeUnreachableError('http://robot', 'gone'));

describe('a Calling', () => {
  let rig: Rig;
  const begin = async () => {
    rig = new Rig();
    rig.emit('opened');
    await rig.pass(0);
  };
  const through = async () => {
    await begin();
    await rig.pass(250);
    assert.equal(rig.offers, 1);
  };
  afterEach(() => rig.calling.close());

  it('waits for the tracks of a deploy, then calls once', async () => {
    await begin();
    await rig.pass(249);
    assert.equal(rig.offers, 0);
    await rig.pass(1);
    await rig.pass(60_000);
    assert.equal(rig.offers, 1);
    assert.deepEqual(rig.closed, []);
  });

  it('calls again and again when nobody answers, in longer and longer pauses up to 8 s', async () => {
    rig = new Rig();
    rig.says = unreachable;
    rig.emit('opened');
    await rig.pass(250);
    for (const pauseMs of [500, 1000, 2000, 4000, 8000, 8000]) {
      assert.deepEqual(rig.told.slice(-2), ['failed: callee-unreachable', `waiting ${pauseMs}`]);
      await rig.pass(pauseMs - 1);
      const { offers } = rig;
      await rig.pass(1);
      assert.equal(rig.offers, offers + 1);
    }
    // What was offered in vain is freed.
    assert.equal(rig.closed.length, rig.offers);
  });

  it('waits as long as the endpoint asks, within reason', async () => {
    rig = new Rig();
    let seconds = 5;
    rig.says = async () => {
      const error: LaterError = new CalleeUnreachableError('http://robot', 'full');
      error.retryAfterMs = 1000 * seconds;
      throw error;
    };
    rig.emit('opened');
    await rig.pass(250);
    assert.equal(rig.told.at(-1), 'waiting 5000');
    seconds = 3600;
    await rig.pass(5000);
    assert.equal(rig.told.at(-1), 'waiting 8000');
  });

  it('calls again when the connection is lost', async () => {
    await through();
    await rig.pass(60_000);
    rig.emit('disconnected', 'p1', 'vanished');
    assert.equal(rig.told.at(-1), 'waiting 500');
    await rig.pass(500);
    assert.equal(rig.offers, 2);
  });

  it('does not run wild when each connection is lost at once', async () => {
    await through();
    for (const pauseMs of [500, 1000, 2000]) {
      rig.emit('disconnected', `p${rig.offers}`, 'connection failed');
      assert.equal(rig.told.at(-1), `waiting ${pauseMs}`);
      await rig.pass(pauseMs);
    }
  });

  it('does not mind the end of peers that it has left', async () => {
    await through();
    rig.emit('disconnected', 'p0', 'vanished');
    await rig.pass(60_000);
    assert.equal(rig.offers, 1);
  });

  it('is made anew soon when what is sent has changed', async () => {
    await through();
    rig.emit('disconnected', 'p1', 'renewed');
    await rig.pass(250);
    assert.equal(rig.offers, 2);
    assert.equal(rig.told.includes('waiting 500'), false);
  });

  it('does not fight with who took its place, until it is told to', async () => {
    await through();
    rig.emit('disconnected', 'p1', 'replaced');
    await rig.pass(60_000);
    assert.equal(rig.offers, 1);
    assert.equal(rig.told.at(-1), 'failed: call-replaced');
    rig.calling.now();
    await rig.pass(0);
    assert.equal(rig.offers, 2);
  });

  it('hangs up and stays so, until it is told to call', async () => {
    await through();
    rig.calling.hangUp();
    rig.emit('disconnected', 'p1', 'closed by flow');
    await rig.pass(60_000);
    assert.equal(rig.offers, 1);
    assert.equal(rig.told.at(-1), 'ended');
    rig.calling.now();
    await rig.pass(0);
    assert.equal(rig.offers, 2);
  });

  it('does not wait when it is told to call', async () => {
    rig = new Rig();
    rig.says = unreachable;
    rig.emit('opened');
    await rig.pass(250);
    await rig.pass(500);
    rig.calling.now();
    await rig.pass(0);
    assert.equal(rig.offers, 3);
    assert.equal(rig.told.at(-1), 'waiting 500');
  });

  it('lets a call that is through or under way alone when it is told to call', async () => {
    await through();
    rig.calling.now();
    await rig.pass(60_000);
    assert.equal(rig.offers, 1);
  });

  it('begins anew when the engine was restarted', async () => {
    await through();
    rig.emit('disconnected', 'p1', 'connection failed');
    rig.emit('opened');
    await rig.pass(250);
    await rig.pass(60_000);
    assert.equal(rig.offers, 2);
  });

  it('frees what it has offered when it is closed while the endpoint thinks, and calls no more', async () => {
    rig = new Rig();
    rig.says = () =>
      new Promise((_, reject) => {
        rig.signal?.addEventListener('abort', () => reject(rig.signal?.reason));
      });
    rig.emit('opened');
    await rig.pass(250);
    rig.calling.close();
    await rig.pass(60_000);
    assert.deepEqual(rig.closed, ['p1']);
    assert.equal(rig.offers, 1);
    assert.deepEqual(rig.told, ['calling', 'calling']);
    assert.equal(rig.listenerCount('disconnected'), 0);
  });
});
