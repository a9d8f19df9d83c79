import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { util } from '@node-red/util';
import { TrackHandle } from '../../engine/port/TrackHandle';

const track = new TrackHandle({ kind: 'video', id: 'a1', origin: 'node', label: 'my camera' });
const shown = { type: 'Track', kind: 'video', id: 'a1', label: 'my camera' };

describe('A track on a wire', () => {
  it('is a readable object in the debug sidebar, alone and in its message', () => {
    const alone = util.encodeObject({ msg: track });
    assert.equal(alone.format, 'Object');
    assert.deepEqual(JSON.parse(alone.msg), shown);
    const inMessage = util.encodeObject({ msg: { payload: track, topic: 'camera' } });
    assert.deepEqual(JSON.parse(inMessage.msg), { payload: shown, topic: 'camera' });
  });

  it('is the same object behind a wire that copies messages', () => {
    const copy = util.cloneMessage({ payload: track, topic: 'camera' });
    assert.equal(copy.payload, track);
    assert.ok(copy.payload instanceof TrackHandle);
  });
});
