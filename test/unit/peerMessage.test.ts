import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  dataOf,
  messageFrom,
  type PeerMessage,
  peerOf,
  streamOf,
} from '../../nodes/lib/peerMessage';

describe('messageFrom', () => {
  for (const { it: sentence, data, payload } of [
    { it: 'reads JSON', data: '{"speed":1}', payload: { speed: 1 } },
    { it: 'reads a JSON string', data: '"hi"', payload: 'hi' },
    { it: 'keeps text that is no JSON', data: 'hello {', payload: 'hello {' },
    { it: 'keeps empty text', data: '', payload: '' },
    { it: 'keeps bytes', data: Buffer.from('{}'), payload: Buffer.from('{}') },
  ]) {
    it(sentence, () => {
      const message = messageFrom('p1', 'default', data);
      assert.deepEqual(message.payload, payload);
      assert.equal(message.peer, 'p1');
      assert.equal(message.channel, 'default');
      assert.deepEqual(message._session, { type: 'rtcbot', id: 'p1' });
    });
  }
});

describe('dataOf', () => {
  for (const { it: sentence, payload, data } of [
    { it: 'sends bytes as they are', payload: Buffer.from([1]), data: Buffer.from([1]) },
    { it: 'sends an object as JSON', payload: { a: 1 }, data: '{"a":1}' },
    { it: 'sends text as JSON, as RTCBot does', payload: 'hi', data: '"hi"' },
    { it: 'sends false', payload: false, data: 'false' },
    { it: 'sends null', payload: null, data: 'null' },
  ]) {
    it(sentence, () => assert.deepEqual(dataOf(payload), data));
  }

  const circle: { self?: object } = {};
  circle.self = circle;
  for (const [name, payload] of Object.entries({ circle, bigint: 1n, nothing: undefined })) {
    it(`refuses a ${name}`, () => {
      assert.throws(() => dataOf(payload), { code: 'message-unsendable' });
    });
  }

  it('is read back by messageFrom', () => {
    for (const payload of [{ a: [1, null] }, 'text', 7, Buffer.from('x')]) {
      assert.deepEqual(messageFrom('p', 'c', dataOf(payload)).payload, payload);
    }
  });
});

describe('peerOf', () => {
  for (const { it: sentence, message, peer } of [
    { it: 'is the peer that is named', message: { peer: 'p1' }, peer: 'p1' },
    {
      it: 'is the peer of the session',
      message: { _session: { type: 'rtcbot', id: 'p2' } },
      peer: 'p2',
    },
    {
      it: 'ignores sessions of other nodes',
      message: { _session: { type: 'websocket', id: 'w' } },
      peer: undefined,
    },
    { it: 'is nobody, which means all', message: {}, peer: undefined },
    { it: 'takes an empty name for none', message: { peer: '' }, peer: undefined },
    ...[() => 1, { a: 1 }, 7, '', undefined].map(id => ({
      it: `ignores a session whose id is ${typeof id === 'string' ? 'empty' : `a ${typeof id}`}`,
      message: { _session: { type: 'rtcbot', id } },
      peer: undefined,
    })),
  ]) {
    it(sentence, () => assert.equal(peerOf(message as unknown as PeerMessage), peer));
  }
});

describe('streamOf', () => {
  for (const { it: sentence, message, stream } of [
    { it: 'is the peer', message: { peer: 'p1', topic: 'radio' }, stream: 'p1' },
    { it: 'is the topic where there is no peer', message: { topic: 'radio' }, stream: 'radio' },
    { it: 'is one for all that have neither', message: {}, stream: '' },
    { it: 'is no topic that is no text', message: { topic: () => 1 }, stream: '' },
  ]) {
    it(sentence, () => assert.equal(streamOf(message as unknown as PeerMessage), stream));
  }
});

describe('dataOf', () => {
  for (const { name, payload, bytes } of [
    { name: 'a Uint8Array', payload: Uint8Array.of(1, 2), bytes: [1, 2] },
    { name: 'a part of one', payload: Uint8Array.of(1, 2, 3).subarray(1), bytes: [2, 3] },
    { name: 'an Int16Array', payload: Int16Array.of(258), bytes: [2, 1] },
    { name: 'an ArrayBuffer', payload: Uint8Array.of(7).buffer, bytes: [7] },
    { name: 'a DataView', payload: new DataView(Uint8Array.of(9).buffer), bytes: [9] },
  ]) {
    it(`sends ${name} as its bytes`, () => {
      assert.deepEqual(dataOf(payload), Buffer.from(bytes));
    });
  }
});
