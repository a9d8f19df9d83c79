import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { CaptureOptions } from '../../engine/capture/CaptureOptions';
import {
  findingIn,
  refusesCopy,
  type SourceKnowledge,
  wayOf,
} from '../../engine/capture/ffmpeg/way';

const url: CaptureOptions = { source: 'url', url: 'rtsp://cam/1', rtspTransport: 'tcp' };
const usb: CaptureOptions = { source: 'usb', device: '/dev/video0' };

describe('wayOf', () => {
  const rows: { it: string; options: CaptureOptions; known: SourceKnowledge; way: string }[] = [
    { it: 'tries H.264 first', options: url, known: {}, way: 'H264' },
    { it: 'copies H.264', options: url, known: { codec: 'h264' }, way: 'H264' },
    { it: 'copies JPEG', options: url, known: { codec: 'mjpeg' }, way: 'JPEG' },
    { it: 'decodes other codecs', options: url, known: { codec: 'hevc' }, way: 'I420' },
    {
      it: 'decodes H.264 that cannot be carried',
      options: url,
      known: { codec: 'h264', mustDecode: true },
      way: 'I420',
    },
    {
      it: 'decodes for a width',
      options: { ...url, width: 640 },
      known: { codec: 'h264' },
      way: 'I420',
    },
    {
      it: 'decodes for a height',
      options: { ...url, height: 480 },
      known: { codec: 'mjpeg' },
      way: 'I420',
    },
    { it: 'decodes for a rate', options: { ...url, frameRate: 5 }, known: {}, way: 'I420' },
    { it: 'decodes a camera of which nothing is known', options: usb, known: {}, way: 'I420' },
    {
      it: 'copies the JPEG of a camera, of any size',
      options: { ...usb, width: 640 },
      known: { asks: 'mjpeg' },
      way: 'JPEG',
    },
    { it: 'copies the H.264 of a camera', options: usb, known: { asks: 'h264' }, way: 'H264' },
    {
      it: 'decodes a camera that gives something else than it was asked for',
      options: usb,
      known: { asks: 'mjpeg', codec: 'rawvideo' },
      way: 'I420',
    },
  ];
  for (const { it: sentence, options, known, way } of rows) {
    it(sentence, () => assert.equal(wayOf(options, known), way));
  }
});

describe('findingIn', () => {
  for (const { it: sentence, line, expected } of [
    {
      it: 'the codec, as ffmpeg 4 tells it',
      line: '    Stream #0:0: Video: h264 (Constrained Baseline), yuv420p, 640x480, 30 fps',
      expected: { codec: 'h264' },
    },
    {
      it: 'the codec of a stream with language and id',
      line: '  Stream #0:1[0x2](und): Video: hevc (Main) (hev1 / 0x31766568), yuv420p',
      expected: { codec: 'hevc' },
    },
    {
      it: 'nothing in a line on sound',
      line: '  Stream #0:0: Audio: aac (LC), 48000 Hz',
      expected: undefined,
    },
    {
      it: 'that pictures must be turned',
      line: '      displaymatrix: rotation of -90.00 degrees',
      expected: { mustDecode: true },
    },
    {
      it: 'that pictures must be turned, as ffmpeg 4 tells it',
      line: '      rotate          : 180',
      expected: { mustDecode: true },
    },
    {
      it: 'that pictures stand upright',
      line: '      displaymatrix: rotation of -0.00 degrees',
      expected: undefined,
    },
  ]) {
    it(`finds ${sentence}`, () => assert.deepEqual(findingIn(line), expected));
  }
});

describe('refusesCopy', () => {
  for (const { line, expected } of [
    { line: '[flv @ 0x1] Video codec mjpeg not compatible with flv', expected: true },
    {
      line: 'Could not write header for output file #0 (incorrect codec parameters ?): Invalid argument',
      expected: true,
    },
    { line: '[flv @ 0x55ffb2f75dc0] Packet is missing PTS', expected: true },
    { line: '[flv @ 0x1] Timestamps are unset in a packet for stream 0.', expected: false },
  ]) {
    it(`is ${expected} for "${line}"`, () => assert.equal(refusesCopy(line), expected));
  }
});
