import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { SequenceWindow } from '../../engine/peer/rtp/receive/SequenceWindow';
import { ManualClock } from '../support/ManualClock';
import { seededRandom } from '../support/recordings';

function setUp({ waitMs = 100, mostHeld = 1024 } = {}) {
  const clock = new ManualClock();
  const out: (number | string)[] = [];
  const asked: number[][] = [];
  const window = new SequenceWindow<number>(
    {
      packet: packet => out.push(packet),
      lost: count => out.push(`lost ${count}`),
      missing: sequences => asked.push([...sequences]),
    },
    { waitMs, mostHeld, clock },
  );
  /** Pushes packets that are named by their unwrapped numbers. */
  const push = (...numbers: number[]) => {
    for (const number of numbers) window.push(number % 65_536, number);
  };
  return { clock, out, asked, window, push };
}

describe('a SequenceWindow', () => {
  for (const { it: sentence, arrivals, expected } of [
    { it: 'passes packets in order on at once', arrivals: [5, 6, 7], expected: [5, 6, 7] },
    { it: 'puts packets in order', arrivals: [5, 8, 7, 6, 9], expected: [5, 6, 7, 8, 9] },
    { it: 'drops packets that come twice', arrivals: [5, 5, 7, 7, 6, 5], expected: [5, 6, 7] },
    { it: 'drops packets from before its start', arrivals: [5, 4, 6], expected: [5, 6] },
    { it: 'holds what is behind a gap', arrivals: [5, 7, 8], expected: [5] },
    {
      it: 'counts on over the wrap',
      arrivals: [65_534, 65_535, 65_536, 65_537],
      expected: [65_534, 65_535, 65_536, 65_537],
    },
    {
      it: 'puts packets around the wrap in order',
      arrivals: [65_534, 65_537, 65_536, 65_535, 65_538],
      expected: [65_534, 65_535, 65_536, 65_537, 65_538],
    },
  ]) {
    it(sentence, () => {
      const { out, push } = setUp();
      push(...arrivals);
      assert.deepEqual(out, expected);
    });
  }

  it('reports a gap as lost after its wait, not before', () => {
    const { clock, out, push } = setUp();
    push(5, 8);
    clock.advance(99);
    push(9);
    assert.deepEqual(out, [5]);
    clock.advance(1);
    assert.deepEqual(out, [5, 'lost 2', 8, 9]);
    assert.equal(clock.pending, 0);
  });

  it('waits for each gap from when it was noticed', () => {
    const { clock, out, push } = setUp();
    push(5, 7);
    clock.advance(60);
    push(9);
    clock.advance(40);
    assert.deepEqual(out, [5, 'lost 1', 7]);
    clock.advance(59);
    assert.deepEqual(out, [5, 'lost 1', 7]);
    clock.advance(1);
    assert.deepEqual(out, [5, 'lost 1', 7, 'lost 1', 9]);
  });

  it('drops a packet that comes after its gap was given up', () => {
    const { clock, out, push } = setUp();
    push(5, 7);
    clock.advance(100);
    push(6, 8);
    assert.deepEqual(out, [5, 'lost 1', 7, 8]);
  });

  it('asks for missing packets again and again until they are given up', () => {
    const { clock, asked, push } = setUp();
    push(5, 8);
    clock.advance(4);
    assert.deepEqual(asked, []);
    clock.advance(1);
    assert.deepEqual(asked, [[6, 7]]);
    push(6);
    clock.advance(24);
    assert.equal(asked.length, 1);
    clock.advance(200);
    assert.deepEqual(asked.slice(1), [[7], [7], [7]]);
  });

  it('asks for what is missing at the wrap', () => {
    const { clock, asked, push } = setUp();
    push(65_533, 65_538);
    clock.advance(5);
    assert.deepEqual(asked, [[65_534, 65_535, 0, 1]]);
    push(65_534, 65_535, 65_536, 65_537, 65_540);
    clock.advance(5);
    assert.deepEqual(asked[1], [3]);
  });

  it('neither asks for nor counts packets that were merely overtaken', () => {
    const { clock, asked, window, push } = setUp();
    push(5, 7);
    clock.advance(3);
    push(6);
    clock.advance(50);
    assert.deepEqual(asked, []);
    assert.deepEqual(window.counts, { received: 3, missed: 0 });
  });

  it('counts what came, and what was missed though it was repaired later', () => {
    const { clock, window, push } = setUp();
    push(5, 9, 9);
    clock.advance(10);
    push(7);
    clock.advance(100);
    assert.deepEqual(window.counts, { received: 3, missed: 3 });
  });

  it('gives a gap up early when too many packets wait behind it', () => {
    const { out, push } = setUp({ mostHeld: 3 });
    push(5, 7, 8, 9);
    assert.deepEqual(out, [5]);
    push(10);
    assert.deepEqual(out, [5, 'lost 1', 7, 8, 9, 10]);
  });

  it('goes on at once after an interruption that is too long to repair', () => {
    const { clock, out, asked, window, push } = setUp();
    push(5, 7, 1000, 1001);
    assert.deepEqual(out, [5, 'lost 1', 7, 'lost 992', 1000, 1001]);
    clock.advance(100);
    assert.deepEqual(asked, []);
    assert.equal(window.counts.received, 4);
  });

  it('does bounded work for a peer that sends only every 200th packet', () => {
    const { asked, clock, push } = setUp();
    for (let number = 0; number < 200_000; number += 200) push(number);
    clock.advance(5);
    const numbers = asked.reduce((sum, sequences) => sum + sequences.length, 0);
    assert.ok(numbers > 0 && numbers <= 512, `${numbers}`);
  });

  it('ignores a stray packet, but follows a sender that started anew', () => {
    const { out, push } = setUp();
    push(40_000, 40_001, 10_000, 40_002);
    assert.deepEqual(out, [40_000, 40_001, 40_002]);
    push(20_000, 20_001, 20_002);
    assert.deepEqual(out.slice(3), ['lost 1', 20_001, 20_002]);
  });

  it('says nothing more once it is closed, and leaves no timer', () => {
    const { clock, out, asked, window, push } = setUp();
    push(5, 7);
    window.close();
    push(6, 8, 10);
    assert.equal(clock.pending, 0);
    clock.advance(200);
    assert.deepEqual([out, asked], [[5], []]);
  });

  it('brings everything through disorder, doubles and repaired losses over three wraps', () => {
    const { clock, out, asked, push } = setUp();
    const random = seededRandom(3);
    const late: { number: number; atMs: number }[] = [];
    let nowMs = 0;
    const until = () => {
      for (const sequence of asked.splice(0).flat()) {
        // The repair arrives 40 ms after the ask; which wrap it belongs to follows from the time.
        const number = Math.round((nowMs - sequence) / 65_536) * 65_536 + sequence;
        late.push({ number, atMs: nowMs + 40 });
      }
      while (late[0] && late[0].atMs <= nowMs) push(late.shift()?.number ?? 0);
    };
    const total = 200_000;
    for (let number = 0; number < total; number += 1) {
      const isKept = random() > 0.05 || number === 0 || number === total - 1;
      if (isKept) push(number);
      if (random() < 0.02 && number > 10) push(number - Math.floor(10 * random()));
      clock.advance(1);
      nowMs += 1;
      until();
    }
    for (let rest = 0; rest < 60; rest += 1) {
      clock.advance(1);
      nowMs += 1;
      until();
    }
    assert.equal(out.length, total);
    assert.ok(out.every((packet, index) => packet === index));
  });
});
