import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RenditionCodec, VideoCodec } from '../../engine/model/AccessUnit';
import { match, preferredCodec } from '../../engine/model/match';

describe('match', () => {
  const steps: Record<VideoCodec, Record<RenditionCodec, string>> = {
    I420: { I420: '', JPEG: 'JPEG', H264: 'H264', VP8: 'VP8' },
    JPEG: { I420: 'I420', JPEG: '', H264: 'H264', VP8: 'VP8' },
    H264: { I420: 'I420', JPEG: 'JPEG', H264: '', VP8: 'I420 VP8' },
    VP8: { I420: 'I420', JPEG: 'JPEG', H264: 'I420 H264', VP8: '' },
    RGB24: { I420: 'I420', JPEG: 'JPEG', H264: 'H264', VP8: 'VP8' },
    RGBA: { I420: 'I420', JPEG: 'JPEG', H264: 'H264', VP8: 'VP8' },
    GRAY8: { I420: 'I420', JPEG: 'JPEG', H264: 'H264', VP8: 'VP8' },
  };
  for (const [offered, row] of Object.entries(steps)) {
    for (const [wanted, path] of Object.entries(row)) {
      it(`leads from ${offered} to ${wanted} by ${path || 'nothing'}`, () => {
        assert.equal(match(offered as VideoCodec, wanted as RenditionCodec).join(' '), path);
      });
    }
  }
});

describe('preferredCodec', () => {
  for (const { it: sentence, accepted, native, expected } of [
    { it: 'takes H264 where both go', accepted: ['VP8', 'H264'], expected: 'H264' },
    { it: 'takes VP8 where only that goes', accepted: ['VP8'], expected: 'VP8' },
    { it: 'passes native VP8 on', accepted: ['H264', 'VP8'], native: 'VP8', expected: 'VP8' },
    { it: 'converts native H264 if it must', accepted: ['VP8'], native: 'H264', expected: 'VP8' },
    { it: 'has nothing for who takes nothing', accepted: [], expected: undefined },
    { it: 'ignores a native JPEG', accepted: ['VP8', 'H264'], native: 'JPEG', expected: 'H264' },
  ] as const) {
    it(sentence, () => assert.equal(preferredCodec(accepted, native), expected));
  }
});
