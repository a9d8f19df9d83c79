import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import type { CodecJob } from '../../engine/media/codec/CodecJob';
import { type Transcoder, transcoderFor } from '../../engine/media/codec/Transcoder';
import { nalType, nalUnits } from '../../engine/media/h264/h264';
import { colourTold } from '../../engine/media/h264/spsColour';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import { systemClock } from '../../engine/model/Clock';
import { VIDEO_COLOUR } from '../../engine/model/Colour';
import { FfmpegFinder } from '../../engine/process/ffmpeg';
import { Pump } from '../support/Pump';
import { childrenOf } from '../support/processes';
import { type Hardware, StandInFfmpeg } from '../support/StandInFfmpeg';
import { shownTimes } from '../support/shownTimes';
import { TimedPictures } from '../support/timedPictures';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 20_000;

const BY_HARDWARE: CodecJob = {
  from: 'I420',
  to: 'H264',
  width: 320,
  height: 240,
  frameRate: 30,
  bitrateBps: 500_000,
  keyframeIntervalMs: 1000,
  encoder: 'h264_v4l2m2m',
};

describe('Encoding by hardware', () => {
  let units: AccessUnit[];
  let softened: string[];
  let failures: string[];
  let ffmpeg: StandInFfmpeg;
  let transcoder: Transcoder;
  let pump: Pump;
  afterEach(async () => {
    pump.stop();
    await transcoder.close();
    ffmpeg.close();
    assert.deepEqual(encoderPids(), []);
  });

  async function start(hardware: Hardware, { spare = true, change = {} } = {}): Promise<void> {
    units = [];
    softened = [];
    failures = [];
    ffmpeg = new StandInFfmpeg(['h264_v4l2m2m'], hardware);
    const found = await new FfmpegFinder({ setting: ffmpeg.path }).find();
    transcoder = transcoderFor(
      { ...BY_HARDWARE, ...change },
      {
        unit: unit => units.push(unit),
        failed: error => failures.push(error.message),
        softened: (encoder, reason) => softened.push(`${encoder}: ${reason}`),
      },
      { ffmpeg: found, spare, clock: systemClock },
    );
    const pictures = new TimedPictures(320, 240);
    pump = new Pump(() => transcoder.push(pictures.next()));
  }
  const more = (count: number) => {
    const wanted = units.length + count;
    return waitFor(`${count} more units`, LIMIT_MS, () => units.length >= wanted);
  };
  const keyAfter = (index: number) =>
    waitFor('keyframe', LIMIT_MS, () => units.slice(index).some(({ key }) => key));
  const encoderPids = () =>
    childrenOf(process.pid)
      .filter(({ command }) => command.includes('libx264'))
      .map(({ pid }) => pid);
  const isByHardware = (call: string | undefined) => call?.includes('h264_v4l2m2m');
  /** The picture shows what was put in when its time says so. */
  const assertWhole = (from: AccessUnit[]) =>
    assert.deepEqual(
      shownTimes('ffmpeg', from),
      from.map(({ timestampMs }) => timestampMs),
    );

  it('puts the parameter sets that were said once in front of every IDR, with the colours', async () => {
    await start('works');
    await waitFor('third keyframe', LIMIT_MS, () => units.filter(({ key }) => key).length >= 3);
    for (const { data, key } of units) {
      const types = [...nalUnits(data)].map(nalType);
      assert.equal(key, types.includes(5));
      if (!key) continue;
      assert.deepEqual(types.slice(0, 2), [7, 8]);
      assert.deepEqual(colourTold(data), VIDEO_COLOUR);
    }
    assertWhole(units.slice(units.findLastIndex(({ key }) => key)));
  });

  it('makes a keyframe on request in a second process', async () => {
    await start('works', { change: { keyframeIntervalMs: 600_000 } });
    await more(10);
    const before = units.length;
    transcoder.requestKeyframe?.();
    await keyAfter(before);
    await more(5);
    assert.ok(ffmpeg.calls.length >= 2 && ffmpeg.calls.every(isByHardware));
    assertWhole(units.slice(units.findLastIndex(({ key }) => key)));
    assert.deepEqual(softened, []);
  });

  it('makes a keyframe on request where the hardware has room for one encoder only', async () => {
    const change = { keyframeIntervalMs: 600_000 };
    await start('one at a time', { spare: false, change });
    await more(10);
    for (const request of ['the first', 'the second']) {
      const before = units.length;
      // The gate merges requests, so the second must not come too soon after the first.
      transcoder.requestKeyframe?.();
      await keyAfter(before);
      await more(5);
      assert.equal(encoderPids().length, 1, request);
    }
    assert.ok(ffmpeg.calls.every(isByHardware));
    assert.deepEqual([softened, failures], [[], []]);
    assertWhole(units.slice(units.findLastIndex(({ key }) => key)));
  });

  it('goes on with libx264 when the hardware fails in the middle', async () => {
    await start('works');
    await more(10);
    const before = units.length;
    ffmpeg.become('missing');
    for (const pid of encoderPids()) process.kill(pid, 'SIGKILL');
    await keyAfter(before);
    await more(5);
    assert.equal(softened.length, 1);
    assert.match(softened[0] ?? '', /^h264_v4l2m2m: The H264 encoder failed: killed by SIGKILL/);
    assert.deepEqual(failures, []);
    assertWhole(units.slice(units.findLastIndex(({ key }) => key)));
  });

  it('goes on with libx264 when the hardware is not there at all', async () => {
    await start('missing');
    await more(10);
    assert.equal(softened.length, 1);
    assert.equal(units[0]?.key, true);
  });
});
