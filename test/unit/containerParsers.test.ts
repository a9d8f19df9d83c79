import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ContainerError } from '../../engine/media/containers/ContainerError';
import { FlvParser } from '../../engine/media/containers/FlvParser';
import { IvfParser } from '../../engine/media/containers/IvfParser';
import { MpjpegParser } from '../../engine/media/containers/MpjpegParser';
import { NutParser } from '../../engine/media/containers/NutParser';
import { Y4mParser } from '../../engine/media/containers/Y4mParser';
import {
  FFMPEGS,
  md5,
  movingPicture,
  packetsOf,
  randomSplits,
  record,
} from '../support/recordings';

interface Container {
  name: string;
  /** ffmpeg's name of it. */
  format: string;
  encode: string[];
  parser(unit: (data: Buffer) => void): { push(chunk: Buffer): void };
  /** Starts as the container does, then announces a unit beyond measure. */
  tooLong?: Buffer;
}

const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '10'];
const ivfHeader = Buffer.concat([Buffer.from('DKIF\0\0\x20\0VP80', 'latin1'), Buffer.alloc(20)]);

const CONTAINERS: Container[] = [
  {
    name: 'FLV',
    format: 'flv',
    encode: [...x264, '-tune', 'zerolatency', '-flvflags', 'no_duration_filesize', '-f', 'flv'],
    parser: unit => new FlvParser({ config: () => {}, video: tag => unit(tag.data) }),
  },
  {
    name: 'IVF',
    format: 'ivf',
    encode: ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-f', 'ivf'],
    parser: unit => new IvfParser({ frame: unit }),
    tooLong: Buffer.concat([ivfHeader, Buffer.alloc(12, 0xee)]),
  },
  {
    name: 'mpjpeg',
    format: 'mpjpeg',
    encode: ['-c:v', 'mjpeg', '-q:v', '5', '-pix_fmt', 'yuvj420p', '-f', 'mpjpeg'],
    parser: unit => new MpjpegParser(unit),
    tooLong: Buffer.from('--ffmpeg\r\nContent-length: 99999999\r\n\r\n'),
  },
  {
    name: 'NUT',
    format: 'nut',
    encode: ['-c:v', 'rawvideo', '-pix_fmt', 'yuv420p', '-f', 'nut'],
    parser: unit => new NutParser({ frame: unit }),
  },
  {
    name: 'YUV4MPEG2',
    format: 'yuv4mpegpipe',
    encode: ['-pix_fmt', 'yuv420p', '-f', 'yuv4mpegpipe'],
    parser: unit => new Y4mParser({ picture: unit }),
    tooLong: Buffer.from('YUV4MPEG2 W99999 H99999 F30:1\n'),
  },
];

function unitsOf(container: Container, chunks: Iterable<Buffer>): Buffer[] {
  const units: Buffer[] = [];
  const parser = container.parser(data => units.push(data));
  for (const chunk of chunks) parser.push(chunk);
  return units;
}

function* singleBytes(bytes: Buffer): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += 1) yield bytes.subarray(at, at + 1);
}

for (const container of CONTAINERS) {
  for (const ffmpeg of FFMPEGS) {
    describe(`${container.name} as ${ffmpeg.name} writes it`, () => {
      const file = record(ffmpeg.path, [...movingPicture(322, 242), ...container.encode, 'pipe:1']);
      const expected = packetsOf(ffmpeg.path, container.format, file).map(packet => packet.md5);

      it('gives the very packets that ffmpeg finds in it', () => {
        assert.equal(expected.length, 20);
        assert.deepEqual(unitsOf(container, [file]).map(md5), expected);
      });

      it('gives the same from single bytes', () => {
        assert.deepEqual(unitsOf(container, singleBytes(file)).map(md5), expected);
      });

      for (const [seed, longest] of [
        [1, 40],
        [2, 5000],
        [3, 65536],
      ] as const) {
        it(`gives the same from random chunks of up to ${longest} bytes`, () => {
          const chunks = randomSplits(file, seed, longest);
          assert.deepEqual(unitsOf(container, chunks).map(md5), expected);
        });
      }

      it('hands a unit over with its last byte, not with the next one', () => {
        let now = 0;
        const doneAt: { end: number; data: Buffer }[] = [];
        const parser = container.parser(data => doneAt.push({ end: now, data }));
        for (const byte of singleBytes(file)) {
          now += 1;
          parser.push(byte);
        }
        for (const { end, data } of doneAt) {
          assert.ok(
            file.subarray(end - data.length, end).equals(data),
            `a unit came late at ${end}`,
          );
        }
      });

      it('gives each larger unit memory of its own, so that it can be transferred', () => {
        const large = unitsOf(container, [file]).filter(data => data.length > 4096);
        assert.ok(large.length > 0);
        for (const data of large) assert.equal(data.buffer.byteLength, data.length);
      });
    });
  }

  describe(`${container.name} that is none`, () => {
    const isContainerError = (error: unknown) =>
      error instanceof ContainerError &&
      error.name === 'ContainerError' &&
      error.message.includes(container.name);

    it('is refused by name when it is garbage', () => {
      const garbage = Buffer.alloc(4096, 'no container at all ');
      assert.throws(() => unitsOf(container, [garbage]), isContainerError);
      assert.throws(() => unitsOf(container, singleBytes(garbage)), isContainerError);
    });

    it('is refused when garbage follows good units', () => {
      const ffmpeg = FFMPEGS[0]?.path ?? '';
      const file = record(ffmpeg, [...movingPicture(160, 120, 2), ...container.encode, 'pipe:1']);
      assert.throws(() => unitsOf(container, [file, Buffer.alloc(4096, 0xee)]), isContainerError);
    });

    if (container.tooLong) {
      const tooLong = container.tooLong;
      it('is refused when it announces a unit beyond all measure', () => {
        assert.throws(() => unitsOf(container, [tooLong]), isContainerError);
      });
    }
  });
}
