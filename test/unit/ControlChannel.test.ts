import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { parseControl } from '../../client/connection/ControlChannel';

describe('parseControl', () => {
  const video = { rtpTimestamp: 4_000_000_000, captureTime: 1.5 };
  for (const { it: sentence, data, message } of [
    {
      it: 'reads a pong',
      data: '{"type":"pong","time":1,"serverTime":2}',
      message: { type: 'pong', time: 1, serverTime: 2 },
    },
    {
      it: 'reads a pong with a capture mark',
      data: JSON.stringify({ type: 'pong', time: 1, serverTime: 2, video }),
      message: { type: 'pong', time: 1, serverTime: 2, video },
    },
    {
      it: 'keeps a pong whose mark is broken',
      data: '{"type":"pong","time":1,"serverTime":2,"video":{"rtpTimestamp":"x"}}',
      message: { type: 'pong', time: 1, serverTime: 2 },
    },
    {
      it: 'reads what the server sends',
      data: '{"type":"sending","video":true}',
      message: { type: 'sending', video: true, audio: false },
    },
    { it: 'reads a reconnect', data: '{"type":"reconnect"}', message: { type: 'reconnect' } },
    { it: 'reads that messages wait', data: '{"type":"busy"}', message: { type: 'busy' } },
    {
      it: 'reads that it was replaced',
      data: '{"type":"replaced"}',
      message: { type: 'replaced' },
    },
    {
      it: 'reads what the server is capable of',
      data: '{"type":"hello","split":true}',
      message: { type: 'hello', split: true },
    },
    {
      it: 'reads how large a message the server takes',
      data: '{"type":"hello","split":true,"largest":4194304}',
      message: { type: 'hello', split: true, largest: 4_194_304 },
    },
    {
      it: 'reads that a message was left out',
      data: '{"type":"refused","reason":"it has 9 bytes"}',
      message: { type: 'refused', reason: 'it has 9 bytes' },
    },
    {
      it: 'takes a hello that names nothing for one of an older server',
      data: '{"type":"hello"}',
      message: { type: 'hello', split: false },
    },
    { it: 'ignores a pong without times', data: '{"type":"pong"}', message: undefined },
    { it: 'ignores types it does not know', data: '{"type":"news"}', message: undefined },
    { it: 'ignores text that is not JSON', data: 'hello', message: undefined },
    { it: 'ignores null', data: 'null', message: undefined },
    { it: 'ignores bytes', data: new ArrayBuffer(3), message: undefined },
  ]) {
    it(sentence, () => assert.deepEqual(parseControl(data), message));
  }
});
