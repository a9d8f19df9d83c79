import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CaptureEndedError, FfmpegMissingError } from '../../engine/model/errors/errors';
import { Source, type SourceOptions, type SourceState } from '../../engine/source/Source';
import { ManualClock } from '../support/ManualClock';
import { ManualOrigin } from '../support/ManualOrigin';
import { settled } from '../support/settled';
import { unitOf } from '../support/unitOf';

function setUp({
  lingerMs = 1000,
  ...options
}: Pick<SourceOptions, 'pauseMs' | 'about'> & { lingerMs?: number } = {}) {
  const clock = new ManualClock();
  const origin = new ManualOrigin();
  const source = new Source(origin, {
    lingerMs,
    clock,
    log: () => {},
    ...options,
    findFfmpeg: () => Promise.reject(new FfmpegMissingError()),
  });
  const states: SourceState[] = [];
  source.on('state', state => states.push(state));
  const watch = () => source.rendition({ codec: 'VP8' }).subscribe({ unit: () => {} });
  return { clock, origin, source, states, watch };
}

describe('a Source', () => {
  it('shares a rendition among all who want the same', async () => {
    const { source } = setUp();
    const one = source.rendition({ codec: 'VP8', keyframeIntervalMs: 1000 });
    assert.equal(source.rendition({ codec: 'VP8', keyframeIntervalMs: 1000 }), one);
    assert.notEqual(source.rendition({ codec: 'VP8', keyframeIntervalMs: 2000 }), one);
    assert.notEqual(source.rendition({ codec: 'H264', keyframeIntervalMs: 1000 }), one);
    await source.close();
  });

  it('opens its origin once for all renditions', async () => {
    const { origin, source, watch } = setUp();
    watch();
    source.rendition({ codec: 'H264' }).subscribe({ unit: () => {} });
    await settled();
    await settled();
    assert.equal(origin.runs.length, 1);
    await source.close();
  });

  it('is paused after a time without pictures, and no longer with the next one', async () => {
    const { clock, origin, source, watch } = setUp({ pauseMs: 1000 });
    const { close } = watch();
    await settled();
    const unit = () => origin.run.unit(unitOf({ key: true }));
    unit();
    clock.advance(900);
    unit();
    clock.advance(999);
    assert.equal(source.state.isPaused, undefined);
    clock.advance(1);
    const { width, isPaused } = source.state;
    assert.deepEqual([width, isPaused], [640, true]);
    unit();
    assert.equal(source.state.isPaused, undefined);
    clock.advance(1000);
    assert.equal(source.state.isPaused, true);
    close();
    clock.advance(10_000);
    await settled();
    clock.advance(10_000);
    assert.deepEqual(source.state, { state: 'idle' });
    await source.close();
    assert.equal(clock.pending, 0);
  });

  it('is never paused where that was not asked for', async () => {
    const { clock, origin, source, watch } = setUp();
    watch();
    await settled();
    origin.run.unit(unitOf({ key: true }));
    clock.advance(60_000);
    assert.equal(source.state.isPaused, undefined);
    await source.close();
  });

  it('tells size and measured frame rate once they are known', async () => {
    const { origin, source, states, watch } = setUp();
    watch();
    await settled();
    assert.equal(source.native, undefined);
    for (let picture = 0; picture < 60; picture += 1) {
      origin.run.unit(unitOf({ key: true, timestampMs: picture * 40 }));
    }
    assert.equal(source.native, 'VP8');
    assert.deepEqual(source.state, { state: 'live', width: 640, height: 480, frameRate: 25 });
    assert.ok(states.length <= 4, 'a state for each unit');
    origin.run.unit(unitOf({ key: true, timestampMs: 2400, width: 320, height: 240 }));
    assert.equal(source.state.width, 320);
    await source.close();
  });

  it('comes to a true rate within seconds when pictures come in bursts', async () => {
    const { clock, origin, source, states, watch } = setUp();
    watch();
    await settled();
    for (let picture = 0; picture < 30 * 12; picture += 1) {
      const burstMs = Math.floor(picture / 12) * 400;
      clock.advance(Math.max(0, burstMs - clock.now()));
      origin.run.unit(unitOf({ key: true, timestampMs: burstMs + (picture % 12) }));
    }
    const rates = states.flatMap(({ frameRate }) => frameRate ?? []);
    assert.equal(source.state.frameRate, 30);
    assert.ok(
      rates.every(rate => rate >= 25 && rate <= 35),
      `${rates}`,
    );
    await source.close();
  });

  it('forgets size and rate when it fails, says why and when it tries again', async () => {
    const { origin, source, watch } = setUp();
    const failures: string[] = [];
    source.on('failed', error => failures.push(error.code));
    watch();
    await settled();
    origin.run.unit(unitOf({ key: true }));
    origin.run.failed(new CaptureEndedError('camera', 'unplugged'));
    await settled();
    assert.deepEqual(failures, ['capture-ended']);
    assert.deepEqual(source.state, { state: 'backingOff', retryMs: 250 });
    await source.close();
  });

  for (const lingerMs of [0, 1000, 5000]) {
    it(`is idle again ${lingerMs} ms after the last viewer has left, as it is set`, async () => {
      const { clock, origin, source, watch } = setUp({ lingerMs });
      const subscription = watch();
      await settled();
      origin.run.unit(unitOf({ key: true }));
      clock.advance(60_000);
      subscription.close();
      for (let passedMs = 0; passedMs < lingerMs - 100; passedMs += 100) {
        clock.advance(100);
        await settled();
        assert.notEqual(source.state.state, 'idle', `after ${passedMs + 100} ms`);
      }
      clock.advance(100);
      await settled();
      clock.advance(0);
      await settled();
      assert.equal(source.state.state, 'idle');
      assert.equal(origin.run.closed, true);
      await source.close();
      assert.equal(clock.pending, 0);
    });
  }

  it('counts the time that it lingers from when the last of several viewers left', async () => {
    const { clock, origin, source, watch } = setUp({ lingerMs: 5000 });
    const first = watch();
    const second = source.rendition({ codec: 'VP8', maxWidth: 640 }).subscribe({ unit: () => {} });
    await settled();
    origin.run.unit(unitOf({ key: true }));
    first.close();
    clock.advance(4000);
    await settled();
    second.close();
    clock.advance(4900);
    await settled();
    assert.equal(source.state.state, 'lingering');
    clock.advance(100);
    await settled();
    assert.equal(source.state.state, 'idle');
    await source.close();
  });

  it('tells what it left out, though that alone has changed', async () => {
    const about: { via: string; leftOut?: readonly string[] } = { via: 'hw' };
    const { origin, source, states, watch } = setUp({ about: () => ({ ...about }) });
    watch();
    await settled();
    origin.run.unit(unitOf({ key: true }));
    about.leftOut = ['autofocus-mode'];
    origin.run.unit(unitOf({ key: true }));
    assert.deepEqual(states.at(-1)?.leftOut, ['autofocus-mode']);
    const told = states.length;
    origin.run.unit(unitOf({ key: true }));
    assert.equal(states.length, told, 'told twice');
    delete about.leftOut;
    origin.run.unit(unitOf({ key: true }));
    assert.equal(source.state.leftOut, undefined);
    assert.equal(source.state.via, 'hw');
    await source.close();
  });

  it('tells that a rendition cannot be made', async () => {
    const { origin, source } = setUp();
    const failures: string[] = [];
    source.on('failed', error => failures.push(error.code));
    source.rendition({ codec: 'H264' }).subscribe({ unit: () => {} });
    await settled();
    origin.run.unit(unitOf({ key: true }));
    assert.deepEqual(failures, ['ffmpeg-missing']);
    await source.close();
  });

  it('closes everything, for good', async () => {
    const { clock, origin, source, watch } = setUp();
    watch();
    await settled();
    origin.run.unit(unitOf({ key: true }));
    await source.close();
    assert.equal(origin.run.closed, true);
    assert.equal(clock.pending, 0);
    watch();
    await settled();
    assert.equal(origin.runs.length, 1);
  });
});
