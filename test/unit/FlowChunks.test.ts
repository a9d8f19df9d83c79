import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { epochMs } from '../../engine/model/Clock';
import { type Chunk, FlowChunks } from '../../engine/output/flow/FlowChunks';
import { manualSound, unitsOf } from '../support/manualSound';
import { settled } from '../support/settled';

async function setUp() {
  const { track, push } = manualSound();
  const chunks: Chunk[] = [];
  const flow = new FlowChunks(track, chunk => chunks.push(chunk));
  await settled();
  const units = unitsOf(Buffer.alloc(48 * 20 * 2 * 100), { sampleRate: 48_000 });
  return {
    track,
    chunks,
    flow,
    /** Hands in this many more units of 20 ms. */
    deliver: (count: number) => {
      for (const unit of units.splice(0, count)) push(unit);
    },
    sequences: () => chunks.map(({ sequence }) => sequence),
  };
}

describe('FlowChunks', () => {
  it('tells the time of day, also when the clock of the machine was set', async context => {
    const { track, push } = manualSound();
    const chunks: Chunk[] = [];
    const flow = new FlowChunks(track, chunk => chunks.push(chunk));
    await settled();
    const dayMs = 86_400_000;
    const realMs = Date.now();
    context.mock.method(Date, 'now', () => realMs + dayMs);
    const [unit] = unitsOf(Buffer.alloc(48 * 20 * 2), { sampleRate: 48_000, fromMs: epochMs() });
    if (unit) push(unit);
    assert.ok(Math.abs((chunks[0]?.timestampMs ?? 0) - realMs - dayMs) < 60_000);
    flow.close();
    await track.close();
  });

  it('hands the first chunk over at once, in the form of the sound', async () => {
    const { chunks, deliver } = await setUp();
    deliver(1);
    const [{ data, ...form } = { data: undefined }] = chunks;
    assert.equal(data?.length, 48 * 20 * 2);
    assert.deepEqual(form, { sampleRate: 48_000, channels: 1, timestampMs: 0, sequence: 0 });
  });

  it('hands over one after the other, each when the flow has taken the last', async () => {
    const { flow, deliver, sequences } = await setUp();
    deliver(3);
    assert.deepEqual(sequences(), [0]);
    flow.taken();
    assert.deepEqual(sequences(), [0, 1]);
    flow.taken();
    flow.taken();
    assert.deepEqual(sequences(), [0, 1, 2]);
    deliver(1);
    assert.deepEqual(sequences(), [0, 1, 2, 3]);
  });

  it('loses nothing to a flow that is slow for less than a second', async () => {
    const { flow, deliver, sequences } = await setUp();
    deliver(50);
    for (let taken = 0; taken < 50; taken += 1) flow.taken();
    assert.equal(flow.dropped, 0);
    assert.equal(sequences().length, 50);
  });

  it('drops and counts the oldest for a flow that stays slow', async () => {
    const { flow, chunks, deliver, sequences } = await setUp();
    deliver(71);
    assert.equal(flow.dropped, 20);
    flow.taken();
    assert.deepEqual(sequences(), [0, 21]);
    assert.equal(chunks[1]?.timestampMs, 21 * 20, 'the chunk of a second before the newest');
  });

  it('hands over nothing after it was closed, and lets the source rest', async () => {
    const { track, flow, deliver, sequences } = await setUp();
    deliver(2);
    flow.close();
    flow.close();
    flow.taken();
    assert.deepEqual(sequences(), [0]);
    assert.notEqual(track.state, 'live');
  });
});
