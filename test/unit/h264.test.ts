import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ContainerError } from '../../engine/media/containers/ContainerError';
import { FlvParser } from '../../engine/media/containers/FlvParser';
import { BitReader } from '../../engine/media/h264/BitReader';
import { hasBSlice, joinNals, nalType, nalUnits, spsInfo } from '../../engine/media/h264/h264';
import { withParameterSets } from '../../engine/media/h264/ParameterSets';
import { FFMPEGS, movingPicture, record } from '../support/recordings';

function encode(ffmpeg: string, source: string[], x264: string[]) {
  const units: Buffer[] = [];
  const sets: { sps: Buffer; pps: Buffer }[] = [];
  const args = [...source, '-c:v', 'libx264', ...x264, '-f', 'flv', 'pipe:1'];
  new FlvParser({
    config: (sps, pps) => sets.push({ sps: sps[0] as Buffer, pps: pps[0] as Buffer }),
    video: tag => units.push(tag.data),
  }).push(record(ffmpeg, args));
  const [first] = sets;
  assert.ok(first);
  return { units, ...first };
}

const typesOf = (data: Buffer) => [...nalUnits(data)].map(nalType);

for (const ffmpeg of FFMPEGS) {
  describe(`H.264 of ${ffmpeg.name}`, () => {
    for (const { width, height, profile, profileIdc, format = 'yuv420p', extra = [] } of [
      { width: 640, height: 480, profile: 'baseline', profileIdc: 66 },
      { width: 1920, height: 1080, profile: 'baseline', profileIdc: 66 },
      { width: 1920, height: 1080, profile: 'main', profileIdc: 77 },
      { width: 640, height: 480, profile: 'main', profileIdc: 77 },
      { width: 322, height: 242, profile: 'high', profileIdc: 100 },
      {
        width: 640,
        height: 480,
        profile: 'high',
        profileIdc: 100,
        extra: ['-x264-params', 'cqm=jvt'],
      },
      { width: 160, height: 120, profile: 'high422', profileIdc: 122, format: 'yuv422p' },
      { width: 162, height: 121, profile: 'high444', profileIdc: 244, format: 'yuv444p' },
      {
        width: 720,
        height: 580,
        profile: 'main',
        profileIdc: 77,
        extra: ['-flags', '+ildct+ilme'],
      },
    ]) {
      it(`says ${width}x${height} in a ${profile} SPS${extra.length ? ` (${extra})` : ''}`, () => {
        const source = ['-f', 'lavfi', '-i', `testsrc2=s=${width}x${height}:r=30,format=${format}`];
        const options = ['-frames:v', '1', '-profile:v', profile, '-level', '4.0', ...extra];
        const { sps } = encode(ffmpeg.path, source, options);
        const info = spsInfo(sps);
        assert.deepEqual([info.width, info.height], [width, height]);
        assert.equal(info.profileIdc, profileIdc);
        assert.equal(info.levelIdc, 40);
      });
    }

    it('has B slices where B-frames are asked for, and only there', () => {
      const source = movingPicture(320, 240, 30);
      const slow = ['-bf', '2', '-b_strategy', '0'];
      assert.ok(encode(ffmpeg.path, source, slow).units.some(hasBSlice));
      for (const plain of [
        ['-bf', '0'],
        ['-preset', 'ultrafast', '-tune', 'zerolatency'],
      ]) {
        assert.ok(!encode(ffmpeg.path, source, plain).units.some(hasBSlice));
      }
    });

    it('gets SPS and PPS in front of each IDR picture, and loses its delimiters', () => {
      const options = ['-bf', '0', '-g', '5', '-aud', '1'];
      const { units, sps, pps } = encode(ffmpeg.path, movingPicture(320, 240), options);
      assert.ok(units.every(unit => typesOf(unit).includes(9)));
      for (const unit of units) {
        const passed = withParameterSets(unit, [sps, pps]);
        const isKey = typesOf(unit).includes(5);
        assert.deepEqual(typesOf(passed), [
          ...(isKey ? [7, 8] : []),
          ...typesOf(unit).filter(type => type !== 9),
        ]);
      }
    });
  });
}

const SPS = Buffer.from('6742c01e', 'hex');
const PPS = Buffer.from('68ce3c80', 'hex');
const OTHER_SPS = Buffer.from('6742c01f', 'hex');
const OTHER_PPS = Buffer.from('68ce3c81', 'hex');
const IDR = Buffer.from('65b800', 'hex');
const SLICE = Buffer.from('419a00', 'hex');
const SEI = Buffer.from('0605', 'hex');
const AUD = Buffer.from('09f0', 'hex');

describe('withParameterSets', () => {
  for (const { name, nals, expected } of [
    { name: 'adds both to a bare IDR', nals: [IDR, IDR], expected: [SPS, PPS, IDR, IDR] },
    { name: 'adds a PPS alone', nals: [OTHER_SPS, IDR], expected: [OTHER_SPS, PPS, IDR] },
    {
      name: 'moves those of the unit to its front',
      nals: [AUD, SEI, OTHER_SPS, OTHER_PPS, IDR],
      expected: [OTHER_SPS, OTHER_PPS, SEI, IDR],
    },
    { name: 'drops a delimiter', nals: [AUD, SLICE], expected: [SLICE] },
  ]) {
    it(name, () => {
      const passed = withParameterSets(joinNals(nals), [SPS, PPS]);
      assert.deepEqual([...nalUnits(passed)], expected);
    });
  }

  for (const { name, nals } of [
    { name: 'an IDR behind its sets', nals: [OTHER_SPS, OTHER_PPS, SEI, IDR] },
    { name: 'a unit without an IDR', nals: [SEI, SLICE] },
  ]) {
    it(`passes ${name} on uncopied`, () => {
      const data = joinNals(nals);
      assert.equal(withParameterSets(data, [SPS, PPS]), data);
    });
  }
});

describe('nalUnits', () => {
  for (const { name, hex, expected } of [
    { name: 'nothing', hex: '', expected: [] },
    { name: 'a cut-off length', hex: '00000001650000', expected: ['65'] },
    { name: 'a length beyond the end', hex: '0000000165000000056500', expected: ['65'] },
    { name: 'a length of all ones', hex: 'ffffffff65', expected: [] },
    { name: 'a unit of no bytes', hex: '000000000000000165', expected: ['65'] },
  ]) {
    it(`survives ${name}`, () => {
      const found = [...nalUnits(Buffer.from(hex, 'hex'))].map(nal => nal.toString('hex'));
      assert.deepEqual(found, expected);
    });
  }
});

describe('spsInfo', () => {
  const ue = (value: number) => {
    const code = (value + 1).toString(2);
    return code.padStart(2 * code.length - 1, '0');
  };
  const se = (value: number) => ue(value > 0 ? 2 * value - 1 : -2 * value);
  const bytesOf = (bits: string) =>
    (bits.padEnd(Math.ceil(bits.length / 8) * 8, '0').match(/.{8}/g) ?? []).map(byte =>
      Number.parseInt(byte, 2),
    );
  const defaultList = `1${se(-8)}`;
  const list16 = `1${Array.from({ length: 16 }, (_, i) => se(i - 7)).join('')}`;
  const list64 = `1${Array.from({ length: 64 }, (_, i) => se((i % 5) + 1)).join('')}`;
  const endingList = `1${se(4)}${se(4)}${se(-16)}`;
  const lists = `1${list16}0${defaultList}${endingList}00${list64}${defaultList}`;
  const order0 = ue(0) + ue(4);
  const order1 = `${ue(1)}0${se(-3)}${se(2)}${ue(3)}${se(1)}${se(-9)}${se(30)}`;
  const size = `${ue(1)}0${ue(39)}${ue(29)}110`;

  for (const { name, profile, bits } of [
    { name: 'scaling lists', profile: 100, bits: `${ue(1)}${ue(0)}${ue(0)}0${lists}` },
    { name: '4:2:0 without scaling lists', profile: 110, bits: `${ue(1)}${ue(2)}${ue(2)}00` },
    { name: 'a picture order of type 1', profile: 66, bits: '', order: order1 },
    { name: 'a picture order of type 2', profile: 66, bits: '', order: ue(2) },
  ].map(({ order = order0, bits, ...row }) => ({
    ...row,
    bits: ue(0) + bits + ue(0) + order + size,
  }))) {
    it(`finds the size behind ${name}`, () => {
      const { width, height } = spsInfo(
        Buffer.from([0x67, profile, 0, 30, ...bytesOf(bits), 0x80]),
      );
      assert.deepEqual([width, height], [640, 480]);
    });
  }

  for (const { name, hex } of [
    { name: 'nothing', hex: '' },
    { name: 'a PPS', hex: '68ce3c80' },
    { name: 'an SPS that is cut off', hex: '6742c01eda' },
    { name: 'an SPS of zeros', hex: `6742c01e${'00'.repeat(40)}` },
  ]) {
    it(`refuses ${name}`, () => {
      assert.throws(() => spsInfo(Buffer.from(hex, 'hex')), ContainerError);
    });
  }
});

describe('hasBSlice', () => {
  for (const { name, hex, expected } of [
    { name: 'a B slice (type 1)', hex: '41a0', expected: true },
    { name: 'a B slice (type 6, all slices alike)', hex: '419c', expected: true },
    { name: 'a P slice (type 5)', hex: '4198', expected: false },
    { name: 'a slice that is cut off', hex: '41', expected: false },
  ]) {
    it(`${expected ? 'sees' : 'does not see'} one in ${name}`, () => {
      assert.equal(hasBSlice(joinNals([SEI, Buffer.from(hex, 'hex')])), expected);
    });
  }
});

describe('BitReader', () => {
  it('skips emulation prevention bytes', () => {
    const reader = new BitReader(Buffer.from('0000030100000303ff', 'hex'));
    const bytes = Array.from({ length: 7 }, () => reader.bits(8));
    assert.deepEqual(bytes, [0, 0, 1, 0, 0, 3, 0xff]);
  });

  it('reads Exp-Golomb codes (H.264 tables 9-2 and 9-3)', () => {
    // 1 | 010 | 011 | 00100 | 00111 and the same again as signed values
    const bits = '1010011001000011110100110010000111';
    const hex = BigInt(`0b${bits.padEnd(40, '0')}`)
      .toString(16)
      .padStart(10, '0');
    const reader = new BitReader(Buffer.from(hex, 'hex'));
    assert.deepEqual(
      Array.from({ length: 5 }, () => reader.unsigned()),
      [0, 1, 2, 3, 6],
    );
    assert.deepEqual(
      Array.from({ length: 5 }, () => reader.signed()),
      [0, 1, -1, 2, -3],
    );
  });
});
