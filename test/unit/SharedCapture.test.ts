import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { MediaError } from '../../engine/model/errors/errors';
import { FlowOutputs } from '../../engine/output/flow/FlowOutputs';
import { FfmpegFinder } from '../../engine/process/ffmpeg';
import { RpicamFinder } from '../../engine/process/rpicam';
import { SoundFinder } from '../../engine/process/sound/SoundFinder';
import { Captures } from '../../engine/services/Captures';
import { SharedCapture } from '../../engine/services/SharedCapture';
import { Source } from '../../engine/source/Source';
import { Sources } from '../../engine/source/Sources';
import { ManualClock } from '../support/ManualClock';
import { ManualOrigin } from '../support/ManualOrigin';
import { CAMERA_ID, StandInCameras } from '../support/StandInCameras';
import { settled } from '../support/settled';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 30_000;

describe('A USB camera and the nodes that use it', () => {
  let machine: StandInCameras;
  let captures: Captures;
  let frames: string[];
  let failures: MediaError[];
  const path = process.env.PATH;

  beforeEach(() => {
    machine = new StandInCameras(['mjpeg'], { isSlow: true });
    process.env.PATH = machine.env.PATH;
    frames = [];
    failures = [];
    const ffmpeg = new FfmpegFinder({ setting: machine.ffmpeg });
    const taps = new FlowOutputs({
      frame: tap => {
        frames.push(tap);
        setImmediate(() => taps.taken(tap));
      },
      chunk: () => {},
    });
    captures = new Captures(
      {
        ffmpeg,
        rpicam: new RpicamFinder(),
        sound: new SoundFinder({ ffmpeg }),
        sources: new Sources(),
        taps,
        sysRoot: machine.sysRoot,
      },
      { state: () => {}, failed: (_id, error) => failures.push(error), log: () => {} },
    );
  });
  afterEach(async () => {
    await captures.closeAll();
    machine.close();
    process.env.PATH = path;
  });

  const open = (id: string, frameRate?: number) =>
    captures.openCamera(id, {
      options: { source: 'usb', device: CAMERA_ID, ...(frameRate ? { frameRate } : {}) },
      lingerMs: 0,
      frames: { format: 'jpeg' },
    });
  const framesOf = (id: string, more = 3) => {
    const wanted = frames.filter(tap => tap === id).length + more;
    return waitFor(`frames of ${id}`, LIMIT_MS, () => {
      return frames.filter(tap => tap === id).length >= wanted;
    });
  };
  /** The rates with which the camera was opened, in their order. */
  const rates = () =>
    machine.calls
      .filter(call => call.includes('-map 0:V:0'))
      .map(call => Number(/-framerate (\S+)/.exec(call)?.[1] ?? 0));

  it('is opened by the next only when the one before has given it back', async () => {
    await open('a');
    await framesOf('a');
    const closed = captures.close('a');
    await open('b');
    await framesOf('b');
    await closed;
    assert.deepEqual(failures, []);
  });

  it('takes the settings of the newest, and those before when that leaves', async () => {
    await open('a', 10);
    await framesOf('a');
    await open('b', 20);
    await framesOf('b');
    await waitFor('the new rate', LIMIT_MS, () => rates().at(-1) === 20);
    await captures.close('b');
    await waitFor('the old rate', LIMIT_MS, () => rates().at(-1) === 10);
    await framesOf('a');
    assert.deepEqual(rates(), [10, 20, 10]);
    assert.deepEqual(failures, []);
  });

  it('goes on as it is when a node with the same settings comes or leaves', async () => {
    await open('a', 10);
    await framesOf('a');
    await open('b', 10);
    await framesOf('b');
    await captures.close('a');
    await framesOf('b');
    assert.deepEqual(rates(), [10]);
  });

  it('is not opened by who comes while all is being closed', async () => {
    await open('a');
    await framesOf('a');
    const closed = captures.close('a');
    const opened = open('b');
    await captures.closeAll();
    await Promise.all([closed, opened]);
    assert.deepEqual(rates().length, 1);
  });
});

describe('A shared capture', () => {
  it('stays open as long as the most patient node wants', async () => {
    const clock = new ManualClock();
    const origin = new ManualOrigin();
    const options = { findFfmpeg: () => Promise.reject(new Error('none')), log: () => {} };
    const source = new Source(origin, { lingerMs: 0, clock, ...options });
    const shared = new SharedCapture('key', { kind: 'video', source });
    shared.hold('test', { lingerMs: 0, apply: () => {} });
    shared.hold('node', { lingerMs: 5000, apply: () => {} });
    const watching = source.rendition({ codec: 'JPEG' }).subscribe({ unit: () => {} });
    await settled();
    origin.run.unit({
      codec: 'JPEG',
      data: Buffer.alloc(1),
      key: true,
      timestampMs: 1,
      width: 2,
      height: 2,
    });
    watching.close();
    clock.advance(4900);
    await settled();
    assert.equal(source.state.state, 'lingering');
    clock.advance(200);
    await settled();
    assert.equal(source.state.state, 'idle');
    await source.close();
  });
});
