import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { PeerHandshake, textOf } from '../../engine/peer/PeerHandshake';
import { ManualClock } from '../support/ManualClock';

describe('the handshake of a peer', () => {
  const make = () => {
    const clock = new ManualClock();
    const path = { isChosen: false };
    return { clock, path, handshake: new PeerHandshake(clock, () => path.isChosen) };
  };

  it('has its time from the last limit on, and no timer once it is through', () => {
    const { clock, handshake } = make();
    const ended: number[] = [];
    handshake.limit(1000, () => ended.push(clock.now()));
    clock.advance(900);
    handshake.limit(1000, () => ended.push(clock.now()));
    clock.advance(1100);
    assert.deepEqual(ended, [1900]);
    handshake.limit(1000, () => ended.push(clock.now()));
    handshake.through();
    assert.equal(clock.pending, 0);
  });

  it('counts from the answer until it is through', () => {
    const { clock, handshake } = make();
    clock.advance(500);
    assert.equal(handshake.unfinishedMs, 0);
    handshake.answered();
    clock.advance(120);
    assert.equal(handshake.unfinishedMs, 120);
    handshake.through();
    clock.advance(5000);
    assert.equal(handshake.unfinishedMs, 0);
    assert.equal(handshake.figures.handshakeMs, 120);
  });

  it('says in a line how far it came', () => {
    const { clock, path, handshake } = make();
    handshake.answered();
    clock.advance(10_000);
    const text = () => textOf(handshake.report);
    const none = 'in 10.0 s; 0 checks came, 0 flights were repeated';
    assert.equal(text(), `no check of a path came ${none}`);
    for (let check = 0; check < 3; check += 1) handshake.checked();
    const some = 'in 10.0 s; 3 checks came, 0 flights were repeated';
    assert.equal(text(), `no path was chosen ${some}`);
    path.isChosen = true;
    assert.equal(text(), `DTLS did not begin ${some}`);
    handshake.begun();
    for (let repeat = 0; repeat < 4; repeat += 1) handshake.repeated();
    assert.equal(text(), 'DTLS was not finished in 10.0 s; 3 checks came, 4 flights were repeated');
  });
});
