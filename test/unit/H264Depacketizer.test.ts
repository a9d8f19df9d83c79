import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { joinNals } from '../../engine/media/h264/h264';
import { H264Depacketizer } from '../../engine/peer/rtp/receive/H264Depacketizer';

/** 320x240, baseline. */
const SPS = Buffer.from('6742c015dc141fb0110000030001000003003c8f162f80', 'hex');
const PPS = Buffer.from('68ce3c80', 'hex');
const IDR = Buffer.from('65888400', 'hex');
const SLICE = Buffer.from('419a0011', 'hex');
const SEI = Buffer.from('0605ff80', 'hex');
const AUD = Buffer.from('09f0', 'hex');
const SIZE = { width: 320, height: 240 };

function stapA(...nals: Buffer[]): Buffer {
  return Buffer.concat([
    Buffer.from([0x78]),
    ...nals.flatMap(nal => [Buffer.from([nal.length >> 8, nal.length & 255]), nal]),
  ]);
}

/** The FU-A of an IDR slice with these flags. */
const fragment = (flags: number, bytes = 'aabb') =>
  Buffer.concat([Buffer.from([0x7c, flags | 5]), Buffer.from(bytes, 'hex')]);
const [START, MIDDLE, END] = [0x80, 0, 0x40];

function depacketizer(...payloads: Buffer[]): H264Depacketizer {
  const made = new H264Depacketizer();
  for (const payload of payloads) assert.ok(made.push(payload));
  return made;
}

describe('An H264Depacketizer', () => {
  for (const { it: sentence, payloads, nals } of [
    { it: 'reads NAL units of their own', payloads: [SPS, PPS, IDR], nals: [SPS, PPS, IDR] },
    { it: 'reads aggregates', payloads: [stapA(SPS, PPS, IDR)], nals: [SPS, PPS, IDR] },
    {
      it: 'puts fragments together',
      payloads: [stapA(SPS, PPS), fragment(START), fragment(MIDDLE, 'cc'), fragment(END, 'dd')],
      nals: [SPS, PPS, Buffer.from('65aabbccdd', 'hex')],
    },
    {
      it: 'keeps SEI, drops delimiters, puts parameter sets first',
      payloads: [AUD, SEI, SPS, PPS, IDR],
      nals: [SPS, PPS, SEI, IDR],
    },
  ]) {
    it(sentence, () => {
      const picture = depacketizer(...payloads).finish();
      assert.deepEqual(picture, { data: joinNals(nals), key: true, ...SIZE });
    });
  }

  it('gives a keyframe the parameter sets that came in a unit before', () => {
    const made = depacketizer(SPS, PPS);
    assert.equal(made.finish(), 'empty');
    for (const payload of [SLICE, IDR, IDR]) {
      assert.ok(made.push(payload));
      const key = payload === IDR;
      const nals = key ? [SPS, PPS, IDR] : [SLICE];
      assert.deepEqual(made.finish(), { data: joinNals(nals), key, ...SIZE });
    }
  });

  it('gives a keyframe the parameter sets of a picture that was discarded', () => {
    const made = depacketizer(stapA(SPS, PPS), fragment(START));
    made.discard();
    assert.ok(made.push(IDR));
    assert.deepEqual(made.finish(), { data: joinNals([SPS, PPS, IDR]), key: true, ...SIZE });
  });

  for (const { it: sentence, good, bad } of [
    { it: 'an empty payload', good: [], bad: Buffer.alloc(0) },
    { it: 'the forbidden bit', good: [], bad: Buffer.from('e5aa', 'hex') },
    { it: 'an aggregate whose sizes do not fit', good: [], bad: Buffer.from('78000967', 'hex') },
    { it: 'an aggregate with a rest', good: [], bad: Buffer.from('7800016700', 'hex') },
    { it: 'an aggregate of nothing', good: [], bad: Buffer.from('78', 'hex') },
    { it: 'an aggregate with an empty unit', good: [], bad: Buffer.from('780000000167', 'hex') },
    { it: 'the interleaved mode', good: [], bad: Buffer.from('7d00aabb', 'hex') },
    { it: 'a fragment without its start', good: [], bad: fragment(MIDDLE) },
    { it: 'a fragment that starts anew', good: [fragment(START)], bad: fragment(START) },
    { it: 'a fragment of nothing', good: [], bad: fragment(START, '') },
    { it: 'a unit amid fragments', good: [fragment(START)], bad: SLICE },
  ]) {
    it(`refuses ${sentence}`, () => {
      assert.equal(depacketizer(...good).push(bad), false);
    });
  }

  for (const { it: sentence, payloads } of [
    { it: 'a picture that ends amid fragments', payloads: [SPS, PPS, fragment(START)] },
    { it: 'a keyframe without parameter sets', payloads: [IDR] },
    { it: 'a keyframe without a PPS', payloads: [SPS, IDR] },
    { it: 'a picture with a broken SPS', payloads: [SPS.subarray(0, 5), PPS, IDR] },
  ]) {
    it(`calls ${sentence} damaged`, () => {
      assert.equal(depacketizer(...payloads).finish(), 'damaged');
    });
  }

  for (const { payload, starts } of [
    { payload: stapA(SPS, PPS), starts: true },
    { payload: SPS, starts: true },
    { payload: AUD, starts: true },
    { payload: IDR, starts: false },
    { payload: stapA(SLICE, SPS), starts: false },
    { payload: fragment(START), starts: false },
  ]) {
    it(`${starts ? 'knows' : 'cannot tell'} that ${payload.toString('hex')} starts a picture`, () => {
      assert.equal(new H264Depacketizer().startsPicture(payload), starts);
    });
  }
});
