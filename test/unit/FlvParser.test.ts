import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FlvWriter } from '../../engine/media/codec/FlvWriter';
import { ContainerError } from '../../engine/media/containers/ContainerError';
import { FlvParser, type FlvVideo } from '../../engine/media/containers/FlvParser';
import { nalType } from '../../engine/media/h264/h264';
import { FFMPEGS, movingPicture, packetsOf, record } from '../support/recordings';

const SPS = Buffer.from('6742c01e', 'hex');
const PPS = Buffer.from('68ce3c80', 'hex');
const UNIT = Buffer.from('0000000265b8', 'hex');

interface Parsed {
  videos: FlvVideo[];
  configs: { sps: Buffer[]; pps: Buffer[] }[];
  refused: string[];
}

function parse(...chunks: Buffer[]): Parsed {
  const parsed: Parsed = { videos: [], configs: [], refused: [] };
  const parser = new FlvParser({
    config: (sps, pps) => parsed.configs.push({ sps, pps }),
    video: tag => parsed.videos.push(tag),
    unsupported: detail => parsed.refused.push(detail),
  });
  for (const chunk of chunks) parser.push(chunk);
  return parsed;
}

/** A tag of any type with a time, as ffmpeg writes it. */
function tag(type: number, data: Buffer, timeMs = 0): Buffer {
  const header = Buffer.alloc(11);
  header.writeUInt8(type, 0);
  header.writeUIntBE(data.length, 1, 3);
  header.writeUIntBE(timeMs & 0xffffff, 4, 3);
  header.writeUInt8(timeMs >>> 24, 7);
  const trailer = Buffer.alloc(4);
  trailer.writeUInt32BE(11 + data.length);
  return Buffer.concat([header, data, trailer]);
}

const FILE_HEADER = Buffer.from('464c5601010000000900000000', 'hex');
const nalTag = (timeMs: number) =>
  tag(9, Buffer.concat([Buffer.from('1701000000', 'hex'), UNIT]), timeMs);

for (const ffmpeg of FFMPEGS) {
  const source = movingPicture(320, 240, 30);
  const flv = (...x264: string[]) =>
    record(ffmpeg.path, [...source, '-c:v', 'libx264', ...x264, '-f', 'flv', 'pipe:1']);

  describe(`FlvParser on H.264 of ${ffmpeg.name}`, () => {
    it('gives the parameter sets first, and the keyframes where they were asked for', () => {
      const { videos, configs } = parse(flv('-tune', 'zerolatency', '-g', '10'));
      assert.equal(configs.length, 1);
      assert.deepEqual(configs[0]?.sps.map(nalType), [7]);
      assert.deepEqual(configs[0]?.pps.map(nalType), [8]);
      const keys = videos.flatMap((video, i) => (video.key ? [i] : []));
      assert.deepEqual(keys, [0, 10, 20]);
    });

    it('gives the times that ffmpeg finds, B-frames included', () => {
      const file = flv('-bf', '2', '-b_strategy', '0');
      const { videos } = parse(file);
      const listed = packetsOf(ffmpeg.path, 'flv', file);
      assert.deepEqual(
        videos.map(video => [video.dtsMs, video.dtsMs + video.compositionMs]),
        listed.map(packet => [packet.dts, packet.pts]),
      );
      assert.ok(videos.some(video => video.compositionMs !== videos[0]?.compositionMs));
    });

    it('passes sound over', () => {
      const sound = ['-f', 'lavfi', '-i', 'sine=r=44100:d=1', '-c:a', 'aac'];
      const file = record(ffmpeg.path, [
        ...['-f', 'lavfi', '-i', 'testsrc2=s=320x240:r=30:d=1'],
        ...[...sound, '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-f', 'flv', 'pipe:1'],
      ]);
      const { videos, refused } = parse(file);
      assert.equal(videos.length, 30);
      assert.deepEqual(refused, []);
    });

    it('names a codec that is not H.264', () => {
      const file = record(ffmpeg.path, [...source, '-c:v', 'flv', '-f', 'flv', 'pipe:1']);
      const { videos, refused } = parse(file);
      assert.equal(videos.length, 0);
      assert.equal(refused.length, 30);
      assert.match(refused[0] ?? '', /codec 2 /);
    });
  });
}

describe('FlvParser', () => {
  it('reads back what FlvWriter wrote', () => {
    const writer = new FlvWriter();
    const { videos, configs } = parse(
      writer.start([SPS, PPS]),
      ...writer.unit(UNIT, true, 1_700_000_000_000.4),
      ...writer.unit(UNIT, false, 1_700_000_000_033.7),
    );
    assert.deepEqual(configs, [{ sps: [SPS], pps: [PPS] }]);
    assert.deepEqual(videos, [
      { data: UNIT, key: true, dtsMs: 0, compositionMs: 0 },
      { data: UNIT, key: false, dtsMs: 33, compositionMs: 0 },
    ]);
  });

  it('gets rising times from FlvWriter even where capture times stand still or fall', () => {
    const writer = new FlvWriter();
    const parts = [100, 100, 90, 133].flatMap(ms => writer.unit(UNIT, false, ms));
    const { videos } = parse(writer.start([SPS, PPS]), ...parts);
    assert.deepEqual(
      videos.map(video => video.dtsMs),
      [0, 1, 2, 33],
    );
  });

  it('counts on where 31 bits of time are full', () => {
    const end = 2 ** 31;
    const times = [end - 40, end - 7, 26, 59].map(ms => nalTag(ms % end));
    const { videos } = parse(FILE_HEADER, ...times);
    assert.deepEqual(
      videos.map(video => video.dtsMs),
      [end - 40, end - 7, end + 26, end + 59],
    );
  });

  it('lets a time go back a little without taking it for a new period', () => {
    const { videos } = parse(FILE_HEADER, nalTag(100), nalTag(60));
    assert.deepEqual(
      videos.map(video => video.dtsMs),
      [100, 60],
    );
  });

  for (const { name, data, refused } of [
    { name: 'enhanced FLV', data: '906876633100', refused: /enhanced FLV/ },
    { name: 'H.265 under its unofficial number', data: '1c01000000ff', refused: /codec 12 / },
    { name: 'a video tag without room for its header', data: '1701', refused: /2 bytes/ },
    { name: 'short NAL unit lengths', data: '17000000000142c01efde100', refused: /2 bytes/ },
    { name: 'avcC without parameter sets', data: '17000000000142c01effe000', refused: /without/ },
  ]) {
    it(`refuses ${name}, and goes on`, () => {
      const parsed = parse(FILE_HEADER, tag(9, Buffer.from(data, 'hex')), nalTag(5));
      assert.equal(parsed.refused.length, 1);
      assert.match(parsed.refused[0] ?? '', refused);
      assert.equal(parsed.videos.length, 1);
    });
  }

  it('throws when avcC is cut off', () => {
    const cut = tag(9, Buffer.from('17000000000142c01effe100ff67', 'hex'));
    assert.throws(() => parse(FILE_HEADER, cut), ContainerError);
  });

  it('passes empty tags and the end of the sequence over', () => {
    const end = tag(9, Buffer.from('1702000000', 'hex'));
    const { videos } = parse(FILE_HEADER, tag(9, Buffer.alloc(0)), end, nalTag(0));
    assert.equal(videos.length, 1);
  });
});
