import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { CaptureOptions } from '../../engine/capture/CaptureOptions';
import { captureKey } from '../../engine/capture/captureKey';

const url: CaptureOptions = { source: 'url', url: 'rtsp://cam/1', rtspTransport: 'tcp' };
const usb: CaptureOptions = { source: 'usb', device: '/dev/video0' };

describe('captureKey', () => {
  const directory = mkdtempSync(join(tmpdir(), 'rtcbot-key-'));
  after(() => rmSync(directory, { recursive: true }));
  const device = join(directory, 'video0');
  writeFileSync(device, '');
  symlinkSync(device, join(directory, 'by-id'));
  const same = (a: CaptureOptions, b: CaptureOptions) => captureKey(a) === captureKey(b);
  const file: CaptureOptions = { source: 'file', path: '/a', loop: true };

  for (const { it: sentence, a, b, expected } of [
    {
      it: 'is the same for one camera under two names, whatever size',
      a: { source: 'usb', device, width: 640 },
      b: { source: 'usb', device: join(directory, 'by-id') },
      expected: true,
    },
    {
      it: 'differs between cameras',
      a: usb,
      b: { ...usb, device: '/dev/video1' },
      expected: false,
    },
    { it: 'differs between sizes of a stream', a: url, b: { ...url, width: 640 }, expected: false },
    {
      it: 'does not mix width and height up',
      a: { ...url, height: 640 },
      b: { ...url, width: 640 },
      expected: false,
    },
    {
      it: 'differs between users',
      a: { ...url, user: 'a' },
      b: { ...url, user: 'b' },
      expected: false,
    },
    {
      it: 'differs between passwords: a wrong one must not keep the right one out',
      a: { ...url, user: 'a', password: 'wrong' },
      b: { ...url, user: 'a', password: 'right' },
      expected: false,
    },
    {
      it: 'differs between cameras that a secret in the address tells apart',
      a: { ...url, url: 'rtsp://nvr/live?token=one' },
      b: { ...url, url: 'rtsp://nvr/live?token=two' },
      expected: false,
    },
    {
      it: 'is the same for a login in the address and the same in its fields',
      a: { ...url, url: 'rtsp://ann:pw@cam/1' },
      b: { ...url, user: 'ann', password: 'pw' },
      expected: true,
    },
    {
      it: 'differs between transports',
      a: url,
      b: { ...url, rtspTransport: 'udp' },
      expected: false,
    },
    {
      it: 'differs between looped and once',
      a: file,
      b: { ...file, loop: false },
      expected: false,
    },
    { it: 'is the same for equal options', a: file, b: { ...file }, expected: true },
    {
      it: 'differs between rates of the test pattern',
      a: { source: 'test' },
      b: { source: 'test', frameRate: 5 },
      expected: false,
    },
  ] satisfies { it: string; a: CaptureOptions; b: CaptureOptions; expected: boolean }[]) {
    it(sentence, () => assert.equal(same(a, b), expected));
  }

  it('holds no password and no address', () => {
    const key = captureKey({ ...url, url: 'rtsp://x:hush@cam/1', user: 'ann', password: 'hush' });
    assert.doesNotMatch(key, /hush|cam|ann/);
  });
});
