import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RTCSctpTransport } from 'werift';
import { ReceiveWindow } from '../../engine/peer/stack/ReceiveWindow';

const WINDOW_BYTES = 1024 * 1024;

/** What of the stack's association a window uses; each chunk that is taken is of so many bytes. */
class Association {
  advertisedRwnd = WINDOW_BYTES;
  sackNeeded = false;
  sackImmediate = false;
  sacks = 0;
  taken = 0;

  receiveDataChunk(bytes: number): void {
    this.taken += 1;
    this.advertisedRwnd -= bytes;
  }

  async sendSack(): Promise<void> {
    this.sacks += 1;
  }
}

describe('a ReceiveWindow', () => {
  const start = () => {
    const sctp = new Association();
    let stops = 0;
    const stop = async () => {
      stops += 1;
    };
    const transport = { sctp, stop } as unknown as RTCSctpTransport;
    return { sctp, window: new ReceiveWindow(transport), stops: () => stops };
  };
  const fill = (window: ReceiveWindow) => {
    for (let sent = 0; sent < 4; sent += 1) window.hold(Buffer.alloc(256 * 1024), 'default');
  };

  it('is shut by what the flow has not taken: chunks are answered, and not taken', () => {
    const { sctp, window } = start();
    fill(window);
    assert.equal(window.isNarrow, true);
    sctp.receiveDataChunk(100);
    assert.equal(sctp.taken, 0);
    assert.deepEqual([sctp.sackNeeded, sctp.sackImmediate], [true, true]);
  });

  it('tells the peer once when there is room again', () => {
    const { sctp, window } = start();
    fill(window);
    window.taken(1);
    assert.equal(sctp.sacks, 0);
    window.taken(1);
    window.taken(1);
    assert.equal(sctp.sacks, 1);
    sctp.receiveDataChunk(100);
    assert.equal(sctp.taken, 1);
    window.taken(1);
    assert.equal(sctp.advertisedRwnd, WINDOW_BYTES - 100);
  });

  it('stays open for one message of any size, and is shut by three of them', () => {
    const { window } = start();
    const large = Buffer.alloc(10_000_000);
    window.hold(large, 'default');
    window.hold(large, 'default');
    assert.equal(window.isNarrow, false);
    window.hold(large, 'default');
    assert.equal(window.isNarrow, true);
  });

  it('counts many small messages for more than their bytes', () => {
    const { window } = start();
    for (let sent = 0; sent < 5000; sent += 1) window.hold('x', 'default');
    assert.equal(window.isNarrow, true);
  });

  it('counts the label of the channel, which may be long and goes along with each message', () => {
    const { window } = start();
    for (let sent = 0; sent < 20; sent += 1) window.hold('x', 'l'.repeat(60_000));
    assert.equal(window.isNarrow, true);
  });

  it('ends the association of a peer that sends a message without end', () => {
    const { sctp, stops } = start();
    for (let sent = 0; sent < 2 * WINDOW_BYTES; sent += 1024) sctp.receiveDataChunk(1024);
    assert.equal(stops(), 0);
    sctp.receiveDataChunk(1024);
    assert.equal(stops(), 1);
  });

  it('lets be what is taken that it does not know of', () => {
    const { sctp, window } = start();
    window.taken(3);
    assert.deepEqual([sctp.advertisedRwnd, sctp.sacks], [WINDOW_BYTES, 0]);
  });
});
