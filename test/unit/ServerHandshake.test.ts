import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it, mock } from 'node:test';
import { recordsIn } from '../../engine/peer/dtls/dtlsRecord';
import { HandshakePair } from '../support/HandshakePair';
import { seededRandom } from '../support/recordings';

/** How long browsers have for it, in ms of the clock. */
const LIMIT_MS = 60_000;

describe('the handshake of our DTLS server', () => {
  const pairs: HandshakePair[] = [];
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout'] }));
  afterEach(() => {
    for (const each of pairs.splice(0)) each.close();
    mock.timers.reset();
  });

  const make = async () => {
    const pair = await HandshakePair.make(mock.timers);
    pairs.push(pair);
    return pair;
  };
  /** A pair whose client has begun, and has got nothing back. */
  const begun = async () => {
    const pair = await make();
    const hellos: Buffer[] = [];
    pair.fate = (datagram, from) => {
      if (from === 'client') hellos.push(datagram);
      return from === 'client' && hellos.length === 1 ? [0] : [];
    };
    pair.begin();
    await pair.pass(10);
    return { pair, hello: hellos[0] ?? assert.fail() };
  };
  /** A pair that is through, and what the client has sent. */
  const through = async () => {
    const pair = await make();
    const sent: Buffer[] = [];
    pair.fate = (datagram, from) => {
      if (from === 'client') sent.push(datagram);
      return [10];
    };
    pair.begin();
    assert.ok(await pair.pass(LIMIT_MS, () => pair.isThrough));
    return { pair, sent };
  };

  it('is through after two ways there and back, with one datagram for each flight', async () => {
    const { pair } = await through();
    assert.equal(pair.clock.now(), 40);
    assert.equal(pair.sent.length, 2);
    assert.equal(pair.session?.srtpProfile, 7);
    assert.equal(pair.clock.pending, 0);
  });

  it('is through on every network that loses, delays, repeats and mixes datagrams', async () => {
    const tookMs: number[] = [];
    for (let seed = 1; seed <= 60; seed += 1) {
      const pair = await make();
      const random = seededRandom(seed);
      let mostTimers = 0;
      pair.fate = () => {
        const isLost = random() < 0.3;
        const isTwice = random() < 0.1;
        const times = [random() * 80, ...(isTwice ? [random() * 80] : [])];
        return isLost ? [] : times;
      };
      pair.begin();
      const isDone = await pair.pass(LIMIT_MS, () => {
        mostTimers = Math.max(mostTimers, pair.clock.pending);
        return pair.isThrough;
      });
      assert.ok(isDone, `seed ${seed}: ${pair.refusal ?? 'not through'}`);
      assert.equal(pair.refusal, undefined);
      tookMs.push(pair.clock.now());
      pair.close();
    }
    const [median = 0] = tookMs.toSorted((a, b) => a - b).slice(tookMs.length / 2);
    assert.ok(median < 2500, `median ${median} ms`);
  });

  it('repeats its flight after 0.4 s, and after twice as long each time, up to a minute', async () => {
    const { pair } = await begun();
    await pair.pass(175_000);
    const gaps = pair.sent.map(({ atMs }, index) => atMs - (pair.sent[index - 1]?.atMs ?? atMs));
    assert.deepEqual(gaps.slice(1), [400, 800, 1600, 3200, 6400, 12800, 25600, 51200, 60000]);
    assert.deepEqual([pair.begun, pair.repeated], [1, 9]);
    assert.equal(pair.clock.pending, 1);
  });

  it('numbers its records anew whenever it repeats them', async () => {
    const { pair } = await begun();
    await pair.pass(5000);
    const numbers = pair.sent.flatMap(({ datagram }) =>
      recordsIn(datagram).map(({ epoch, sequence }) => `${epoch} ${sequence}`),
    );
    assert.equal(new Set(numbers).size, numbers.length);
    assert.ok(numbers.length >= 15);
  });

  it('repeats its flight at once where the client repeats its own, and begins its wait anew', async () => {
    const { pair, hello } = await begun();
    await pair.pass(290);
    pair.arrive(hello);
    assert.equal(pair.sent.length, 2);
    await pair.pass(390);
    assert.equal(pair.sent.length, 2);
    await pair.pass(20);
    assert.equal(pair.sent.length, 3);
  });

  it('does not answer another first message once it has answered one', async () => {
    const { pair, hello } = await begun();
    const other = Buffer.from(hello);
    other[30] = (other[30] ?? 0) ^ 1; // In the client's random number.
    pair.arrive(other);
    assert.equal(pair.sent.length, 1);
  });

  it('is sent no more than some times, however often a stranger asks', async () => {
    const { pair, hello } = await begun();
    for (let round = 0; round < 1000; round += 1) pair.arrive(hello);
    assert.ok(pair.sent.length <= 40, `${pair.sent.length}`);
    assert.equal(pair.clock.pending, 0);
  });

  it('repeats its last flight whenever the client repeats its last one, without a timer', async () => {
    const { pair, sent } = await through();
    const flights = pair.sent.length;
    await pair.pass(120_000);
    assert.equal(pair.sent.length, flights, 'by itself it sends nothing');
    const last = sent.at(-1) ?? assert.fail();
    for (let round = 1; round <= 3; round += 1) {
      pair.arrive(last);
      assert.equal(pair.sent.length, flights + round);
    }
    await pair.pass(20); // Until they have arrived.
    assert.equal(pair.clock.pending, 0);
    const numbers = pair.sent
      .flatMap(({ datagram }) => recordsIn(datagram))
      .filter(({ epoch }) => epoch === 1)
      .map(({ sequence }) => sequence);
    assert.deepEqual(numbers, [0, 1, 2, 3]);
  });

  it('is through where the last flight is lost, as soon as the client repeats its own', async () => {
    const pair = await make();
    let flights = 0;
    pair.fate = (_, from) => {
      if (from === 'server') flights += 1;
      return from === 'server' && flights === 2 ? [] : [10];
    };
    pair.begin();
    assert.ok(await pair.pass(LIMIT_MS, () => pair.isThrough));
    assert.equal(flights, 3);
    assert.ok(pair.clock.now() < 700, `${pair.clock.now()} ms`);
  });

  it('is through where the last messages of the client come in reverse', async () => {
    const pair = await make();
    let due = 100;
    pair.fate = (_, from) => {
      if (from === 'server') return [10];
      due -= 10;
      return [due];
    };
    pair.begin();
    assert.ok(await pair.pass(LIMIT_MS, () => pair.isThrough));
    assert.ok(pair.clock.now() < 400, `${pair.clock.now()} ms`);
  });

  it('says what there is not in common, and takes the next first message', async () => {
    const pair = await make();
    const hellos: Buffer[] = [];
    pair.fate = (datagram, from) => {
      if (from === 'client') hellos.push(datagram);
      return [];
    };
    pair.begin();
    await pair.pass(10);
    const hello = hellos[0] ?? assert.fail();
    const strange = Buffer.from(hello);
    strange.writeUInt32BE(0, 13 + 12 + 2 + 32 + 1 + 1 + 2); // Its cipher suites.
    pair.arrive(strange);
    assert.deepEqual(pair.notes, ['there is no cipher in common']);
    assert.deepEqual(recordsIn(pair.sent[0]?.datagram ?? assert.fail())[0]?.type, 21);
    pair.arrive(hello);
    assert.equal(pair.sent.length, 2);
  });

  it('sends nothing any more once it is closed', async () => {
    const { pair, hello } = await begun();
    pair.server.close();
    assert.equal(pair.clock.pending, 0);
    pair.arrive(hello);
    await pair.pass(5000);
    assert.equal(pair.sent.length, 1);
  });
});
