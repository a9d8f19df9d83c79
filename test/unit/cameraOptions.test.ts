import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type CameraConfig, cameraOptions } from '../../nodes/lib/cameraOptions';
import { lingerMs } from '../../nodes/lib/lingerMs';

/** A camera as it is dropped from the palette. */
const DROPPED: CameraConfig = {
  id: '1',
  type: 'rtc-camera',
  name: '',
  z: 'flow',
  source: 'test',
  device: '',
  url: '',
  rtspTransport: 'tcp',
  file: '',
  loop: true,
  width: '',
  height: '',
  frameRate: '',
  linger: '5',
  wires: [[], []],
};

describe('cameraOptions', () => {
  for (const { it: sentence, config, credentials, options } of [
    { it: 'makes a dropped camera a test pattern', config: {}, options: { source: 'test' } },
    {
      it: 'reads size and rate, pixels whole',
      config: { width: '640', height: 480.4, frameRate: '29.97' },
      options: { source: 'test', width: 640, height: 480, frameRate: 29.97 },
    },
    {
      it: 'reads a USB camera',
      config: { source: 'usb', device: ' /dev/video0 ' },
      options: { source: 'usb', device: '/dev/video0' },
    },
    {
      it: 'reads an address with its credentials',
      config: { source: 'url', url: 'rtsp://camera/1', rtspTransport: 'udp' },
      credentials: { user: 'me', password: 'secret' },
      options: {
        source: 'url',
        url: 'rtsp://camera/1',
        rtspTransport: 'udp',
        user: 'me',
        password: 'secret',
      },
    },
    {
      it: 'reads an address without credentials, over TCP unless told otherwise',
      config: { source: 'url', url: 'rtsp://camera/1', rtspTransport: undefined },
      credentials: { user: '', password: '' },
      options: { source: 'url', url: 'rtsp://camera/1', rtspTransport: 'tcp' },
    },
    {
      it: 'loops a file unless told otherwise',
      config: { source: 'file', file: '/a.mp4', loop: undefined },
      options: { source: 'file', path: '/a.mp4', loop: true },
    },
    {
      it: 'plays a file once',
      config: { source: 'file', file: '/a.mp4', loop: false },
      options: { source: 'file', path: '/a.mp4', loop: false },
    },
  ]) {
    it(sentence, () => {
      // A flow file may lack what the type promises.
      const whole = { ...DROPPED, ...config } as CameraConfig;
      assert.deepEqual(cameraOptions(whole, credentials), options);
    });
  }

  for (const { config, names } of [
    { config: { source: 'usb' }, names: /device/ },
    { config: { source: 'url', url: '  ' }, names: /url/ },
    { config: { source: 'url', url: '192.168.1.20/stream1' }, names: /url.*rtsp:/ },
    { config: { source: 'url', url: '-version' }, names: /url.*rtsp:/ },
    { config: { source: 'url', url: '/etc/hostname' }, names: /url.*rtsp:/ },
    { config: { source: 'url', url: 'rtsp://' }, names: /url.*rtsp:/ },
    { config: { source: 'file' }, names: /file/ },
    { config: { width: '8' }, names: /width/ },
    { config: { height: 'tall' }, names: /height/ },
    { config: { frameRate: '0' }, names: /frameRate/ },
  ]) {
    it(`refuses ${JSON.stringify(config)} and names the setting`, () => {
      assert.throws(() => cameraOptions({ ...DROPPED, ...config } as CameraConfig), {
        code: 'setting-invalid',
        message: names,
      });
    });
  }
});

describe('lingerMs', () => {
  for (const { linger, ms } of [
    { linger: '5', ms: 5000 },
    { linger: 0, ms: 0 },
    { linger: '', ms: 5000 },
    { linger: '0.5', ms: 500 },
  ]) {
    it(`is ${ms} for ${JSON.stringify(linger)}`, () => {
      assert.equal(lingerMs({ ...DROPPED, linger }), ms);
    });
  }
});
