import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  type ConnectionConfig,
  connectionOptions,
  statsIntervalMs,
} from '../../nodes/lib/connectionOptions';

/** A connection as it is dropped from the palette. */
const DROPPED: ConnectionConfig = {
  id: '1',
  type: 'rtc-connection',
  name: '',
  z: 'flow',
  signaling: 'endpoint',
  path: '/rtcbot',
  page: true,
  maxPeers: '32',
  bitrate: '',
  keyframeInterval: '',
  latency: 'lowest',
  wires: [[], [], [], []],
};
const UNWIRED = { video: false, audio: false };
const DEFAULTS = {
  latency: 'lowest',
  maxPeers: 32,
  keyframeIntervalMs: 10_000,
  encoder: 'automatic',
};

describe('connectionOptions', () => {
  for (const { it: sentence, config, options } of [
    { it: 'takes a dropped node as it is', config: {}, options: {} },
    { it: 'fills in what a flow file lacks', config: { maxPeers: '' }, options: {} },
    { it: 'reads kbit/s', config: { bitrate: '1500' }, options: { bitrateBps: 1_500_000 } },
    {
      it: 'reads seconds',
      config: { keyframeInterval: '2.5' },
      options: { keyframeIntervalMs: 2500 },
    },
    { it: 'reads the limit', config: { maxPeers: 3.2 }, options: { maxPeers: 3 } },
    {
      it: 'reads MiB of a message',
      config: { maxMessage: '0.5' },
      options: { mostMessageBytes: 524_288 },
    },
    {
      it: 'reads that hardware is not wanted',
      config: { encoder: 'software' },
      options: { encoder: 'software' },
    },
    {
      it: 'reads the name of an encoder',
      config: { encoder: 'h264_vaapi' },
      options: { encoder: 'h264_vaapi' },
    },
    {
      it: 'takes a flow of before there was a choice',
      config: { encoder: undefined },
      options: {},
    },
    { it: 'reads the latency', config: { latency: 'smooth' }, options: { latency: 'smooth' } },
    {
      it: 'lets the newcomer in where that is wanted',
      config: { whenFull: 'replace' },
      options: { whenFull: 'replace' },
    },
    { it: 'refuses the newcomer else', config: { whenFull: 'refuse' }, options: {} },
    { it: 'takes an unknown latency for the lowest', config: { latency: 'x' }, options: {} },
  ]) {
    it(sentence, () => {
      const request = connectionOptions({ ...DROPPED, ...config } as ConnectionConfig, UNWIRED);
      assert.deepEqual(request, { ...DEFAULTS, ...options });
    });
  }

  for (const config of [{ maxPeers: 0 }, { bitrate: '1' }, { keyframeInterval: '0' }]) {
    it(`refuses ${JSON.stringify(config)} and names the setting`, () => {
      assert.throws(() => connectionOptions({ ...DROPPED, ...config }, UNWIRED), {
        code: 'setting-invalid',
        message: new RegExp(Object.keys(config).join()),
      });
    });
  }

  for (const { it: sentence, config, wired, asked } of [
    { it: 'asks peers for nothing that is not wired', config: {}, wired: UNWIRED, asked: {} },
    {
      it: 'asks for tracks where flows of older versions say nothing',
      config: {},
      wired: { video: true, audio: true },
      asked: { video: 'track', audio: 'track' },
    },
    {
      it: 'asks for frames and chunks',
      config: { video: 'frames', audio: 'chunks', framesWidth: '321', framesRate: 5 },
      wired: { video: true, audio: true },
      asked: { video: { format: 'jpeg', maxWidth: 322, frameRate: 5 }, audio: 'chunks' },
    },
  ]) {
    it(sentence, () => {
      const request = connectionOptions({ ...DROPPED, ...config } as ConnectionConfig, wired);
      assert.deepEqual(request, { ...DEFAULTS, ...asked });
    });
  }
});

describe('statsIntervalMs', () => {
  it('reads seconds, and nothing as none', () => {
    assert.equal(statsIntervalMs({ ...DROPPED, statsInterval: '1.5' }), 1500);
    assert.equal(statsIntervalMs({ ...DROPPED, statsInterval: '' }), undefined);
    assert.equal(statsIntervalMs(DROPPED), undefined);
  });

  it('refuses what would flood the flow', () => {
    assert.throws(() => statsIntervalMs({ ...DROPPED, statsInterval: 0.01 }), /statsInterval/);
  });
});
