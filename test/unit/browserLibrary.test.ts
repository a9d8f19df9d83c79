import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { connect, Queue, RTCConnection, RtcbotPlayer, Session } from '../../client/index';
import { encode } from '../../client/MessageLine';

describe('the browser library', () => {
  it('can be imported where there is no page, as servers that render pages do', () => {
    for (const exported of [connect, Queue, RTCConnection, RtcbotPlayer, Session]) {
      assert.equal(typeof exported, 'function');
    }
  });
});

describe('encode', () => {
  const bytes = new Uint8Array([1, 2]);
  for (const { it: sentence, message, data } of [
    { it: 'leaves text as it is', message: 'go', data: 'go' },
    { it: 'leaves bytes as they are', message: bytes, data: bytes },
    { it: 'writes objects as JSON', message: { speed: 1 }, data: '{"speed":1}' },
    { it: 'writes numbers as JSON', message: 7, data: '7' },
    { it: 'writes undefined as null', message: undefined, data: 'null' },
  ]) {
    it(sentence, () => assert.deepEqual(encode(message), data));
  }
});
