import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, it } from 'node:test';
import { FlvWriter } from '../../engine/media/codec/FlvWriter';
import { unitWriter } from '../../engine/media/codec/unitWriter';
import { FlvParser, type FlvVideo } from '../../engine/media/containers/FlvParser';
import { MpjpegParser } from '../../engine/media/containers/MpjpegParser';
import { Y4mParser } from '../../engine/media/containers/Y4mParser';
import { FFMPEGS, md5, movingPicture, record } from '../support/recordings';

/** A unit that is not decoded by then stays in the decoder until the next one comes. */
const DEADLINE_MS = 10_000;

const QUICK = ['-probesize', '32', '-analyzeduration', '0', '-fpsprobesize', '0'];
const TO_Y4M = [
  ...['-an', '-vsync', 'passthrough', '-c:v', 'wrapped_avframe', '-threads', '1'],
  ...['-pix_fmt', 'yuv420p', '-f', 'yuv4mpegpipe', '-flush_packets', '1', 'pipe:1'],
];

/** Writes one unit after the other into a decoder, each only after the picture of the one before came out. */
async function decodeInLockStep(
  ffmpeg: string,
  input: string[],
  units: Buffer[][],
): Promise<string[]> {
  const options = ['-hide_banner', '-loglevel', 'error', ...QUICK, '-flags', 'low_delay'];
  const decoder = spawn(ffmpeg, [...options, '-threads', '1', ...input, '-i', 'pipe:0', ...TO_Y4M]);
  const pictures: string[] = [];
  let arrived = () => {};
  const parser = new Y4mParser({
    picture: data => {
      pictures.push(md5(data));
      arrived();
    },
  });
  decoder.stdout.on('data', chunk => parser.push(chunk));
  try {
    for (const parts of units) {
      const next = new Promise<void>(resolve => {
        arrived = resolve;
      });
      for (const part of parts) decoder.stdin.write(part);
      const late = AbortSignal.timeout(DEADLINE_MS);
      await Promise.race([
        next,
        once(late, 'abort').then(() => assert.fail(`picture ${pictures.length} did not come out`)),
      ]);
    }
  } finally {
    decoder.stdin.end();
    decoder.kill('SIGKILL');
    await once(decoder, 'close');
  }
  return pictures;
}

function picturesOf(ffmpeg: string, input: string[], file: Buffer): string[] {
  const pictures: string[] = [];
  new Y4mParser({ picture: data => pictures.push(md5(data)) }).push(
    record(ffmpeg, [...input, '-i', 'pipe:0', ...TO_Y4M], file),
  );
  return pictures;
}

for (const ffmpeg of FFMPEGS) {
  describe(`The standard input of ${ffmpeg.name}`, () => {
    it('takes JPEG behind the headers of IVF and gives each picture at once', async () => {
      const encode = [
        '-c:v',
        'mjpeg',
        '-q:v',
        '2',
        '-pix_fmt',
        'yuvj420p',
        '-f',
        'mpjpeg',
        'pipe:1',
      ];
      const file = record(ffmpeg.path, [...movingPicture(640, 480), ...encode]);
      const write = unitWriter({ from: 'JPEG', frameRate: 30 });
      const form = { codec: 'JPEG', key: true, timestampMs: 0, width: 640, height: 480 } as const;
      const units: Buffer[][] = [];
      new MpjpegParser(data => units.push(write({ ...form, data }, units.length))).push(file);

      const pictures = await decodeInLockStep(ffmpeg.path, ['-f', 'ivf'], units);
      assert.equal(pictures.length, 20);
      assert.deepEqual(pictures, picturesOf(ffmpeg.path, ['-f', 'mpjpeg'], file));
    });

    it('takes H.264 out of a FlvWriter and gives each picture at once', async () => {
      const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', '10'];
      const file = record(ffmpeg.path, [
        ...movingPicture(320, 240),
        ...x264,
        '-f',
        'flv',
        'pipe:1',
      ]);
      const writer = new FlvWriter();
      const tags: FlvVideo[] = [];
      const start: Buffer[] = [];
      new FlvParser({
        config: (sps, pps) => start.push(writer.start([...sps, ...pps])),
        video: tag => tags.push(tag),
      }).push(file);
      const units = tags.map((tag, i) => writer.unit(tag.data, tag.key, 1.7e12 + i * 33.3));
      units[0]?.unshift(...start);
      const input = ['-f', 'flv'];

      const pictures = await decodeInLockStep(ffmpeg.path, input, units);
      assert.equal(pictures.length, 20);
      assert.deepEqual(pictures, picturesOf(ffmpeg.path, input, file));
    });
  });
}
