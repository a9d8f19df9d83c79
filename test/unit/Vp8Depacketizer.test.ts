import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Vp8Depacketizer } from '../../engine/peer/rtp/receive/Vp8Depacketizer';

/** Frame tag and start code of a keyframe, 640x360. */
const KEY = Buffer.from('10020 09d012a8002 6801'.replaceAll(' ', ''), 'hex');
const DELTA = Buffer.from('1102 00aabb'.replaceAll(' ', ''), 'hex');
const SIZE = { width: 640, height: 360 };
const hex = (digits: string) => Buffer.from(digits, 'hex');

describe('A Vp8Depacketizer', () => {
  for (const { it: sentence, descriptor } of [
    { it: 'no extension', descriptor: '10' },
    { it: 'the bit for frames that nothing refers to', descriptor: '30' },
    { it: 'an extension byte alone', descriptor: '9000' },
    { it: 'a picture id of 7 bits', descriptor: '90807f' },
    { it: 'a picture id of 15 bits', descriptor: '9080ffff' },
    { it: 'a layer index', descriptor: '904055' },
    { it: 'a temporal layer', descriptor: '9020c0' },
    { it: 'a key index', descriptor: '90101f' },
    { it: 'a temporal layer and a key index in one byte', descriptor: '9030df' },
    { it: 'everything', descriptor: '90f0812255df' },
  ]) {
    it(`reads payloads with ${sentence}`, () => {
      const made = new Vp8Depacketizer();
      assert.ok(made.push(Buffer.concat([hex(descriptor), KEY])));
      assert.deepEqual(made.finish(), { data: KEY, key: true, ...SIZE });
    });
  }

  it('puts a frame of several packets and partitions together', () => {
    const made = new Vp8Depacketizer();
    for (const [descriptor, from, to] of [
      ['10', 0, 4],
      ['00', 4, 6],
      ['11', 6, 7],
      ['9180ffff', 7, 10],
    ] as const) {
      assert.ok(made.push(Buffer.concat([hex(descriptor), KEY.subarray(from, to)])));
    }
    assert.deepEqual(made.finish(), { data: KEY, key: true, ...SIZE });
    assert.ok(made.push(Buffer.concat([hex('10'), DELTA])));
    assert.deepEqual(made.finish(), { data: DELTA, key: false, ...SIZE });
  });

  for (const { it: sentence, payloads } of [
    { it: 'a frame without its start', payloads: ['00aa'] },
    { it: 'a frame that starts in a later partition', payloads: ['11aa'] },
    { it: 'a second start', payloads: ['10aa', '10bb'] },
    { it: 'a descriptor without data', payloads: ['10'] },
    { it: 'a descriptor that is cut off', payloads: ['90f081'] },
    { it: 'nothing at all', payloads: [''] },
  ]) {
    it(`refuses ${sentence}`, () => {
      const made = new Vp8Depacketizer();
      const taken = payloads.map(payload => made.push(hex(payload)));
      assert.equal(taken.at(-1), false);
    });
  }

  for (const { it: sentence, frame } of [
    { it: 'a frame whose size is unknown', frame: DELTA },
    { it: 'a keyframe without its start code', frame: hex('100200aaaaaa80026801') },
    { it: 'a keyframe of no size', frame: hex('1002009d012a00006801') },
  ]) {
    it(`calls ${sentence} damaged`, () => {
      const made = new Vp8Depacketizer();
      assert.ok(made.push(Buffer.concat([hex('10'), frame])));
      assert.equal(made.finish(), 'damaged');
    });
  }

  it('has nothing to give without payloads, nor after they were discarded', () => {
    const made = new Vp8Depacketizer();
    assert.equal(made.finish(), 'empty');
    assert.ok(made.push(Buffer.concat([hex('10'), KEY])));
    made.discard();
    assert.equal(made.finish(), 'empty');
  });
});
