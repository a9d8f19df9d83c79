import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  automaticBitrate,
  type CodecJob,
  codecArguments,
  isSameConversion,
} from '../../engine/media/codec/CodecJob';
import type { Ffmpeg } from '../../engine/process/ffmpeg';

const BASE: CodecJob = {
  from: 'I420',
  to: 'H264',
  width: 640,
  height: 480,
  frameRate: 25,
  bitrateBps: 1_000_000,
  keyframeIntervalMs: 2000,
};

const FFMPEG: Ffmpeg = {
  path: 'ffmpeg',
  version: '5.1',
  libavformat: 59,
  passthrough: ['-fps_mode', 'passthrough'],
  encoders: new Set(),
  rtspTimeoutOption: 'timeout',
};

/** The value behind an option, the last one where it is given twice. */
const behind = (args: readonly string[], option: string) => args[args.lastIndexOf(option) + 1];

describe('codecArguments', () => {
  it('tells the encoder bitrate, a short buffer and the keyframe interval in pictures', () => {
    const args = codecArguments(BASE, FFMPEG);
    assert.equal(behind(args, '-b:v'), '1000000');
    assert.equal(behind(args, '-maxrate'), '1000000');
    assert.equal(behind(args, '-bufsize'), '500000');
    assert.equal(behind(args, '-g'), '50');
  });

  it('uses the form of the passthrough option that this ffmpeg knows', () => {
    const old = { ...FFMPEG, passthrough: ['-vsync', 'passthrough'] };
    assert.equal(behind(codecArguments(BASE, old), '-vsync'), 'passthrough');
    assert.equal(behind(codecArguments(BASE, FFMPEG), '-fps_mode'), 'passthrough');
  });

  for (const { it: sentence, width, height, to, filter } of [
    {
      it: 'cuts odd sizes for H264',
      width: 641,
      height: 480,
      to: 'H264',
      filter: /^crop=640:480$/,
    },
    {
      it: 'cuts odd heights for VP8',
      width: 640,
      height: 481,
      to: 'VP8',
      filter: /^crop=640:480$/,
    },
    {
      it: 'stretches what is one wide',
      width: 1,
      height: 300,
      to: 'H264',
      filter: /^scale=2:300:/,
    },
    { it: 'stretches a single pixel', width: 1, height: 1, to: 'VP8', filter: /^scale=2:2:/ },
    { it: 'leaves even sizes alone', width: 640, height: 480, to: 'H264', filter: undefined },
    { it: 'leaves odd JPEGs alone', width: 641, height: 481, to: 'JPEG', filter: undefined },
  ] as const) {
    it(sentence, () => {
      const args = codecArguments({ ...BASE, width, height, to }, FFMPEG);
      assert.equal(args.includes('-vf'), filter !== undefined);
      if (filter) assert.match(behind(args, '-vf') ?? '', filter);
    });
  }
});

describe('isSameConversion', () => {
  it('is true for equal values', () => assert.ok(isSameConversion(BASE, { ...BASE })));

  for (const change of [
    { from: 'JPEG' },
    { to: 'VP8' },
    { width: 2 },
    { height: 2 },
    { frameRate: 24 },
    { bitrateBps: 1 },
    { keyframeIntervalMs: 1 },
  ] as const) {
    it(`sees another ${Object.keys(change)}`, () => {
      assert.equal(isSameConversion(BASE, { ...BASE, ...change }), false);
    });
  }
});

describe('automaticBitrate', () => {
  for (const { width, height, frameRate, least, most } of [
    { width: 640, height: 480, frameRate: 30, least: 1_400_000, most: 1_600_000 },
    { width: 1280, height: 720, frameRate: 30, least: 2_500_000, most: 3_500_000 },
    { width: 1920, height: 1080, frameRate: 30, least: 4_000_000, most: 6_000_000 },
    { width: 16, height: 16, frameRate: 1, least: 150_000, most: 150_000 },
    { width: 8192, height: 8192, frameRate: 120, least: 12_000_000, most: 12_000_000 },
  ]) {
    it(`suits ${width}x${height} at ${frameRate}`, () => {
      const bps = automaticBitrate(width, height, frameRate);
      assert.ok(bps >= least && bps <= most, `${bps}`);
    });
  }
});
