import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { KeyframeGate } from '../../engine/media/codec/KeyframeGate';
import { ManualClock } from '../support/ManualClock';

describe('KeyframeGate', () => {
  for (const { it: sentence, requestsAtMs, keyAtMs = [], askedAtMs } of [
    { it: 'asks at once for the first request', requestsAtMs: [5], askedAtMs: [5] },
    {
      it: 'merges a burst into one later ask',
      requestsAtMs: [0, 50, 100, 250],
      askedAtMs: [0, 300],
    },
    {
      it: 'asks at once again after a quiet time',
      requestsAtMs: [0, 300],
      askedAtMs: [0, 300],
    },
    {
      it: 'forgets requests that a keyframe has met',
      requestsAtMs: [0, 50],
      keyAtMs: [100],
      askedAtMs: [0],
    },
    {
      it: 'keeps its distance although a keyframe came meanwhile',
      requestsAtMs: [0, 150],
      keyAtMs: [100],
      askedAtMs: [0, 300],
    },
    {
      it: 'never asks more often than once an interval',
      requestsAtMs: Array.from({ length: 90 }, (_, index) => 10 * index),
      askedAtMs: [0, 300, 600, 900],
    },
  ]) {
    it(sentence, () => {
      const clock = new ManualClock();
      const asked: number[] = [];
      const gate = new KeyframeGate(() => asked.push(clock.now()), { intervalMs: 300, clock });
      for (const at of requestsAtMs) clock.after(at, () => gate.request());
      for (const at of keyAtMs) clock.after(at, () => gate.keyframeSent());
      clock.advance(5000);
      assert.deepEqual(asked, askedAtMs);
    });
  }

  it('asks no more and leaves no timer after it was closed', () => {
    const clock = new ManualClock();
    let asked = 0;
    const ask = () => {
      asked += 1;
    };
    const gate = new KeyframeGate(ask, { clock });
    gate.request();
    gate.request();
    gate.close();
    gate.close();
    assert.equal(clock.pending, 0);
    clock.advance(1000);
    assert.equal(asked, 1);
  });
});
