import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { AudioJitterBuffer } from '../../engine/output/speaker/AudioJitterBuffer';
import { Ticker } from '../../engine/output/speaker/Ticker';
import { ManualClock } from '../support/ManualClock';

const FRAMES_PER_MS = 48;
const BLOCK_MS = 20;

/** So much of a 500 Hz tone in both channels, going on where the one before ended. */
function toneSource({ amplitude = 8000 } = {}) {
  let at = 0;
  return (ms: number): Int16Array => {
    const samples = new Int16Array(Math.round(ms * FRAMES_PER_MS) * 2);
    for (let i = 0; i < samples.length; i += 2, at += 1) {
      const value = Math.round(amplitude * Math.sin((2 * Math.PI * 500 * at) / 48_000));
      samples[i] = value;
      samples[i + 1] = value;
    }
    return samples;
  };
}

/** A buffer that is pulled by a clock; `heard` are the blocks, undefined ones as silence. */
function setUp(depthMs = 60) {
  const clock = new ManualClock();
  const buffer = new AudioJitterBuffer({ depthMs });
  const heard: (Int16Array | undefined)[] = [];
  const levels: number[] = [];
  const ticker = new Ticker(clock, BLOCK_MS, () => {
    levels.push(buffer.waitingMs);
    heard.push(buffer.pull()?.slice());
  });
  return { clock, buffer, heard, levels, ticker };
}

/** The left channel of all that was heard. */
function leftOf(blocks: readonly (Int16Array | undefined)[]): number[] {
  return blocks.flatMap(block =>
    block ? Array.from(block).filter((_, i) => i % 2 === 0) : new Array<number>(960).fill(0),
  );
}

/** The largest step from one sample to the next: a click is a large one. */
function largestStep(samples: readonly number[]): number {
  return samples.reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (samples[i - 1] ?? 0))),
    0,
  );
}

/** A 500 Hz tone of amplitude 8000 takes no larger steps by itself. */
const TONE_STEP = 8000 * 2 * Math.PI * (500 / 48_000);

describe('An AudioJitterBuffer', () => {
  for (const { it: sentence, depthMs, startsAfterMs } of [
    { it: 'starts to play when the default depth is reached', depthMs: 60, startsAfterMs: 60 },
    { it: 'waits longer with a greater depth', depthMs: 200, startsAfterMs: 200 },
    { it: 'starts at once with a depth of one block', depthMs: 20, startsAfterMs: 20 },
  ]) {
    it(sentence, () => {
      const { clock, buffer, heard } = setUp(depthMs);
      const tone = toneSource();
      while (!heard.some(Boolean) && clock.now() < 1000) {
        buffer.push(tone(20));
        clock.advance(20);
      }
      assert.equal(heard.findIndex(Boolean), startsAfterMs / 20 - 1);
    });
  }

  it('gives back exactly what was put in, whatever its pieces', () => {
    const { clock, buffer, heard } = setUp();
    const tone = toneSource();
    const put: number[] = [];
    for (const ms of [20, 20, 20, 13, 27, 5, 35, 20, 12.5, 7.5, 40, 20]) {
      const piece = tone(ms);
      put.push(...leftOf([piece]));
      buffer.push(piece);
      clock.advance(ms);
    }
    const played = leftOf(heard.filter(Boolean));
    // The first 5 ms are faded in.
    assert.deepEqual(played.slice(240), put.slice(240, played.length));
    assert.ok(played.length >= 120 * FRAMES_PER_MS);
  });

  it('plays a sound that is shorter than the depth', () => {
    const { clock, buffer, heard } = setUp();
    buffer.push(toneSource()(40));
    clock.advance(60);
    assert.ok(heard.some(Boolean));
    clock.advance(200);
    assert.equal(buffer.isActive, false);
    assert.equal(buffer.counters.played, 2);
  });

  it('conceals a gap without a click, then is silent and fills up again', () => {
    const { clock, buffer, heard } = setUp();
    const tone = toneSource();
    const play = (ms: number) => {
      for (let at = 0; at < ms; at += 20) {
        buffer.push(tone(20));
        clock.advance(20);
      }
    };
    play(400);
    clock.advance(300);
    const gap = heard.slice(-8);
    assert.deepEqual(gap.filter(Boolean), []);
    assert.equal(buffer.isActive, false);
    assert.equal(buffer.counters.concealed, 3);
    play(400);
    assert.equal(buffer.waitingMs, 40);
    assert.ok(largestStep(leftOf(heard)) <= TONE_STEP * 1.05, String(largestStep(leftOf(heard))));
  });

  it('drops what comes in a late burst down to the depth, counts it, and does not click', () => {
    const { clock, buffer, heard, levels } = setUp();
    const tone = toneSource();
    for (let i = 0; i < 20; i += 1) {
      buffer.push(tone(20));
      clock.advance(20);
    }
    clock.advance(300);
    for (let i = 0; i < 16; i += 1) buffer.push(tone(20));
    assert.ok(buffer.waitingMs <= 120, `${buffer.waitingMs} ms wait`);
    assert.ok(buffer.counters.droppedLate >= 10);
    for (let i = 0; i < 20; i += 1) {
      clock.advance(20);
      buffer.push(tone(20));
    }
    assert.ok(Math.max(...levels.slice(-20)) <= 120);
    assert.ok(largestStep(leftOf(heard)) <= TONE_STEP * 1.05, String(largestStep(leftOf(heard))));
  });

  it('keeps what is sent in large pieces, and its delay bounded', () => {
    const { clock, buffer, levels } = setUp();
    const tone = toneSource();
    for (let i = 0; i < 60; i += 1) {
      buffer.push(tone(500));
      clock.advance(500);
    }
    assert.deepEqual(
      { ...buffer.counters, played: 0 },
      { played: 0, concealed: 0, droppedLate: 0 },
    );
    assert.ok(Math.max(...levels) <= 500 + 60 + 20, `${Math.max(...levels)} ms wait`);
  });

  it('bounds its delay when somebody sends faster than can be played', () => {
    const { clock, buffer, levels } = setUp();
    const tone = toneSource();
    for (let i = 0; i < 500; i += 1) {
      buffer.push(tone(20));
      clock.advance(10);
    }
    assert.ok(Math.max(...levels) <= 120);
    assert.ok(buffer.counters.droppedLate > 200);
  });

  for (const { it: sentence, ppm } of [
    { it: 'stays at its depth for an hour with a sender 100 ppm too fast', ppm: 100 },
    { it: 'stays at its depth for an hour with a sender 100 ppm too slow', ppm: -100 },
  ]) {
    it(sentence, () => {
      const { clock, buffer, levels, ticker } = setUp();
      const unit = new Int16Array(960 * 2);
      const sender = new Ticker(clock, BLOCK_MS / (1 + ppm / 1e6), () => buffer.push(unit));
      let lowest = Number.POSITIVE_INFINITY;
      let highest = 0;
      clock.advance(1000);
      for (let second = 0; second < 3600; second += 1) {
        levels.length = 0;
        clock.advance(1000);
        lowest = Math.min(lowest, ...levels);
        highest = Math.max(highest, ...levels);
      }
      sender.stop();
      ticker.stop();
      assert.ok(lowest >= 30 && highest <= 90, `${lowest} to ${highest} ms wait`);
      assert.equal(buffer.counters.droppedLate, 0);
      assert.equal(buffer.counters.concealed, 0);
    });
  }

  it('comes back to its depth when one block too much waits, within half a minute', () => {
    const { clock, buffer } = setUp();
    const tone = toneSource();
    for (let i = 0; i < 1500; i += 1) {
      buffer.push(tone(20));
      if (i === 10) buffer.push(tone(40));
      clock.advance(20);
    }
    // After the pull, and before the next push: a block less than the depth.
    assert.ok(Math.abs(buffer.waitingMs - 40) <= 12, `${buffer.waitingMs} ms wait`);
    assert.equal(buffer.counters.concealed, 0);
  });

  it('bears jitter that is less than its depth', () => {
    const { clock, buffer } = setUp();
    const tone = toneSource();
    let seed = 7;
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    // Each packet is up to 38 ms late, and none overtakes another.
    let lastMs = 0;
    for (let i = 0; i < 3000; i += 1) {
      const atMs = Math.max(lastMs, i * 20 + random() * 38);
      lastMs = atMs;
      clock.after(atMs - clock.now(), () => buffer.push(tone(20)));
    }
    clock.advance(3000 * 20);
    assert.deepEqual(
      { ...buffer.counters, played: 0 },
      { played: 0, concealed: 0, droppedLate: 0 },
    );
  });
});
