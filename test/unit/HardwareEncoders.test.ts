import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { codecArguments } from '../../engine/media/codec/CodecJob';
import { HardwareEncoders } from '../../engine/media/codec/HardwareEncoders';
import { HARDWARE_ENCODERS, type HardwareEncoder } from '../../engine/model/H264Encoder';
import { type Ffmpeg, FfmpegFinder } from '../../engine/process/ffmpeg';
import { ManualClock } from '../support/ManualClock';
import { childrenOf } from '../support/processes';
import { type Hardware, StandInFfmpeg } from '../support/StandInFfmpeg';
import { waitFor } from '../support/waitFor';

describe('HardwareEncoders', () => {
  const log: string[] = [];
  let ffmpeg: StandInFfmpeg | undefined;
  afterEach(() => {
    ffmpeg?.close();
    log.length = 0;
  });

  function machine(encoders: readonly HardwareEncoder[], hardware?: Hardware): HardwareEncoders {
    const standIn = new StandInFfmpeg(encoders, hardware);
    ffmpeg = standIn;
    const finder = new FfmpegFinder({ setting: standIn.path });
    return new HardwareEncoders({
      findFfmpeg: () => finder.find(),
      log: text => log.push(text),
      platform: 'linux',
      sysRoot: standIn.sysRoot,
    });
  }

  it('takes the encoder that encodes for a second, after libx264 until that is known', async () => {
    const encoders = machine(['h264_v4l2m2m']);
    const trial = encoders.tryOut();
    assert.equal(encoders.choose('automatic'), 'libx264');
    await trial;
    assert.equal(encoders.choose('automatic'), 'h264_v4l2m2m');
    assert.equal(encoders.choose('software'), 'libx264');
    assert.deepEqual(log, ['H.264 is encoded by h264_v4l2m2m']);
  });

  it('tries each once, and stays with libx264 where ffmpeg only has the names', async () => {
    const encoders = machine(['h264_v4l2m2m', 'h264_vaapi'], 'missing');
    await Promise.all([encoders.tryOut(), encoders.tryOut()]);
    await encoders.tryOut();
    assert.equal(encoders.choose('automatic'), 'libx264');
    assert.deepEqual(
      ffmpeg?.calls.map(call => /h264_\w+/.exec(call)?.[0]),
      ['h264_v4l2m2m', 'h264_vaapi'],
    );
    assert.match(log.join(), /by libx264 \(h264_v4l2m2m: .*opening encoder.*; h264_vaapi: /);
  });

  it('runs nothing where ffmpeg has no such encoder', async () => {
    const encoders = machine([]);
    await encoders.tryOut();
    assert.deepEqual(ffmpeg?.calls, []);
    assert.deepEqual(log, ['H.264 is encoded by libx264']);
  });

  it('runs nothing where the devices are missing', async () => {
    const standIn = new StandInFfmpeg(['h264_v4l2m2m', 'h264_nvenc', 'h264_vaapi']);
    ffmpeg = standIn;
    const finder = new FfmpegFinder({ setting: standIn.path });
    const findFfmpeg = () => finder.find();
    const sysRoot = '/nowhere';
    const encoders = new HardwareEncoders({
      findFfmpeg,
      log: () => {},
      platform: 'linux',
      sysRoot,
    });
    await encoders.tryOut();
    assert.deepEqual(standIn.calls, []);
    assert.equal(encoders.choose('automatic'), 'libx264');
  });

  it('takes the one that the user names without a trial', () => {
    const encoders = machine(['h264_nvenc']);
    assert.equal(encoders.choose('h264_nvenc'), 'h264_nvenc');
  });

  it('leaves out one that failed at work for a minute, the next time for two', () => {
    const clock = new ManualClock();
    const encoders = new HardwareEncoders({
      findFfmpeg: () => Promise.reject(new Error('not asked for')),
      log: text => log.push(text),
      clock,
    });
    for (const pauseMs of [60_000, 120_000]) {
      encoders.failed('h264_qsv', 'no more sessions');
      clock.advance(pauseMs - 1);
      assert.equal(encoders.choose('h264_qsv'), 'libx264');
      clock.advance(1);
      assert.equal(encoders.choose('h264_qsv'), 'h264_qsv');
    }
    assert.equal(log[0], 'h264_qsv failed (no more sessions): libx264 goes on in its place');
  });

  it('leaves no process when the trial is broken off', async () => {
    const encoders = machine(['h264_v4l2m2m', 'h264_vaapi']);
    const ending = new AbortController();
    const trial = encoders.tryOut(ending.signal);
    await waitFor('trial', 15_000, () => ffmpeg?.calls.length === 1);
    ending.abort();
    await trial;
    assert.equal(ffmpeg?.calls.length, 1);
    const children = childrenOf(process.pid).filter(({ name }) => name === 'ffmpeg');
    assert.deepEqual(children, []);
    assert.equal(encoders.choose('automatic'), 'libx264');
  });
});

describe('The arguments for hardware', () => {
  const conversion = {
    from: 'JPEG',
    to: 'H264',
    width: 641,
    height: 480,
    frameRate: 25,
    bitrateBps: 1_000_000,
    keyframeIntervalMs: 2000,
  } as const;
  const ffmpeg: Ffmpeg = {
    path: 'f',
    version: '7.1',
    libavformat: 61,
    passthrough: ['-fps_mode', 'passthrough'],
    encoders: new Set(),
    rtspTimeoutOption: 'timeout',
  };
  const old: Ffmpeg = { ...ffmpeg, libavformat: 58, passthrough: ['-vsync', 'passthrough'] };
  const argumentsOf = (encoder: HardwareEncoder, version = ffmpeg) =>
    codecArguments({ ...conversion, encoder }, version).join(' ');

  for (const encoder of HARDWARE_ENCODERS) {
    it(`${encoder}: rate, keyframe interval and container as for all`, () => {
      assert.match(
        argumentsOf(encoder),
        new RegExp(
          `-i pipe:0 .*-c:v ${encoder} .*-b:v 1000000 -maxrate 1000000 -bufsize 500000 -g 50 -f flv `,
        ),
      );
      assert.doesNotMatch(argumentsOf(encoder), /libx264|x264-params/);
    });
  }

  it('VAAPI gets pictures that were cut first on its device, one at a time', () => {
    const args = argumentsOf('h264_vaapi');
    assert.match(args, /-vaapi_device \/dev\/dri\/renderD128 .*-i pipe:0/);
    assert.match(args, /-vf \S*crop=640:480,format=nv12,hwupload -c:v h264_vaapi/);
    assert.match(args, /-async_depth 1/);
    assert.doesNotMatch(argumentsOf('h264_vaapi', old), /async_depth/);
  });

  it('NVENC gets the preset of its version', () => {
    assert.match(argumentsOf('h264_nvenc'), /-preset p1 -tune ull -zerolatency 1 -delay 0/);
    assert.match(argumentsOf('h264_nvenc', old), /-preset llhp -zerolatency/);
  });

  it('no other codec gets them', () => {
    const toVp8 = { ...conversion, to: 'VP8', encoder: 'h264_vaapi' } as const;
    assert.doesNotMatch(codecArguments(toVp8, ffmpeg).join(' '), /vaapi|hwupload/);
  });
});
