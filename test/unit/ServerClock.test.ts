import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { rtpDistanceMs, ServerClock } from '../../client/base/ServerClock';

describe('ServerClock', () => {
  it('knows nothing before the first exchange', () => {
    const clock = new ServerClock();
    clock.setMark({ rtpTimestamp: 0, captureTime: 0 });
    assert.equal(clock.offsetMs, undefined);
    assert.equal(clock.roundTripMs, undefined);
    assert.equal(clock.captureTimeOf(0), undefined);
  });

  it('finds the offset of a symmetric path exactly', () => {
    const clock = new ServerClock();
    // The server is 5000 ms ahead; 10 ms each way.
    clock.addExchange(1000, 6010, 1020);
    assert.equal(clock.offsetMs, 5000);
    assert.equal(clock.roundTripMs, 20);
  });

  it('trusts the exchange with the shortest round trip', () => {
    const clock = new ServerClock();
    clock.addExchange(1000, 6100, 1110); // 100 ms there, 10 ms back
    clock.addExchange(2000, 7001, 2002); // 1 ms each way
    clock.addExchange(3000, 8005, 3300); // 5 ms there, 295 ms back
    assert.equal(clock.offsetMs, 5000);
    assert.equal(clock.roundTripMs, 2);
  });

  it('starts anew after the computer slept, which halts the clock of the page', () => {
    const clock = new ServerClock();
    clock.addExchange(1000, 6001, 1002);
    clock.addExchange(2000, 3_607_110, 2020);
    assert.equal(clock.offsetMs, 3_605_100);
    assert.equal(clock.roundTripMs, 20);
  });

  it('forgets all but the last ten exchanges', () => {
    const clock = new ServerClock();
    clock.addExchange(0, 1, 2);
    for (let second = 1; second <= 10; second += 1) {
      clock.addExchange(second * 1000, second * 1000 + 710, second * 1000 + 20);
    }
    assert.equal(clock.offsetMs, 700);
    assert.equal(clock.roundTripMs, 20);
  });

  it("gives a picture's capture time by the page's clock", () => {
    const clock = new ServerClock();
    clock.addExchange(1000, 6010, 1020);
    clock.setMark({ rtpTimestamp: 90_000, captureTime: 6000 });
    assert.equal(clock.captureTimeOf(90_000 + 9000), 1100);
    assert.equal(clock.captureTimeOf(90_000 - 9000), 900);
  });
});

describe('rtpDistanceMs', () => {
  for (const { it: sentence, to, from, ms } of [
    { it: 'is 0 between equal timestamps', to: 7, from: 7, ms: 0 },
    { it: 'is positive forwards', to: 9000, from: 0, ms: 100 },
    { it: 'is negative backwards', to: 0, from: 9000, ms: -100 },
    { it: 'goes forwards across the wrap', to: 4499, from: 0xffffffff - 4500, ms: 100 },
    { it: 'goes backwards across the wrap', to: 0xffffffff - 4500, from: 4499, ms: -100 },
    { it: 'takes timestamps of the upper half', to: 0xc0000000 + 90, from: 0xc0000000, ms: 1 },
  ]) {
    it(sentence, () => assert.equal(rtpDistanceMs(to, from), ms));
  }
});
