import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bytesOf, decode, encode } from '../../client/channels/message';
import * as library from '../../client/index';

describe('the browser library', () => {
  it('can be imported where there is no page, as servers that render pages do', () => {
    assert.ok(Object.keys(library).length > 0);
    for (const exported of Object.values(library)) assert.equal(typeof exported, 'function');
  });

  it("has everything that RTCBot's has and works there", () => {
    const names = ['RTCConnection', 'Keyboard', 'Gamepad', 'setGamepadRate', 'Queue'];
    assert.deepEqual(
      names.filter(name => !(name in library)),
      [],
    );
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

describe('decode', () => {
  for (const { it: sentence, message, value } of [
    { it: 'gives the value of JSON text', message: '{"speed":1}', value: { speed: 1 } },
    { it: 'leaves other text as it is', message: 'go', value: 'go' },
    { it: 'leaves an empty text as it is', message: '', value: '' },
  ]) {
    it(sentence, () => assert.deepEqual(decode(message), value));
  }
});

describe('bytesOf', () => {
  it('counts the bytes of a long text as the wire has them', () => {
    assert.equal(bytesOf('€'.repeat(2000)), 6000);
  });

  it('counts the bytes of a view alone', () => {
    assert.equal(bytesOf(new Uint8Array(100).subarray(10, 20)), 10);
  });
});
