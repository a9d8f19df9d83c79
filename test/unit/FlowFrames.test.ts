import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Frame } from '../../engine/model/Frame';
import { Track } from '../../engine/model/Track';
import { FlowFrames } from '../../engine/output/flow/FlowFrames';
import { ManualOrigin } from '../support/ManualOrigin';
import { settled } from '../support/settled';
import { unitOf } from '../support/unitOf';

async function setUp() {
  const origin = new ManualOrigin();
  const track = new Track(origin, { lingerMs: 0 });
  const frames: Frame[] = [];
  const flow = new FlowFrames(track, frame => frames.push(frame));
  await settled();
  const deliver = (timestampMs: number) =>
    origin.run.unit(unitOf({ codec: 'JPEG', key: true, timestampMs }));
  return { track, frames, flow, deliver, times: () => frames.map(frame => frame.timestampMs) };
}

describe('FlowFrames', () => {
  it('hands the first picture over at once, with its size and capture time', async () => {
    const { frames, deliver } = await setUp();
    deliver(5);
    const [{ data, ...frame } = { data: undefined }] = frames;
    assert.deepEqual(frame, {
      format: 'jpeg',
      width: 640,
      height: 480,
      timestampMs: 5,
      sequence: 0,
    });
    assert.ok(data);
  });

  it('hands over the newest picture only when the flow has taken the last', async () => {
    const { frames, flow, deliver, times } = await setUp();
    for (const time of [1, 2, 3, 4]) deliver(time);
    assert.deepEqual(times(), [1]);
    flow.taken();
    assert.deepEqual(times(), [1, 4]);
    assert.equal(frames[1]?.sequence, 3);
    assert.equal(flow.dropped, 2);
  });

  it('hands the next picture over as soon as it comes when the flow waits for it', async () => {
    const { flow, deliver, times } = await setUp();
    deliver(1);
    flow.taken();
    assert.deepEqual(times(), [1]);
    deliver(2);
    assert.deepEqual(times(), [1, 2]);
  });

  it('gives one picture for any number of thanks', async () => {
    const { flow, deliver, times } = await setUp();
    deliver(1);
    for (let count = 0; count < 5; count += 1) flow.taken();
    for (const time of [2, 3, 4]) deliver(time);
    assert.deepEqual(times(), [1, 2]);
  });

  it('lets go of the track and hands nothing over after it was closed', async () => {
    const { track, flow, deliver, times } = await setUp();
    deliver(1);
    deliver(2);
    flow.close();
    flow.close();
    flow.taken();
    assert.deepEqual(times(), [1]);
    assert.notEqual(track.state, 'live');
  });
});
