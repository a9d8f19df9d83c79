import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { path as oldFfmpeg } from '@ffmpeg-installer/ffmpeg';

/** Every ffmpeg that the product must get along with and that is here: the checkout's old one and the system's. */
export const FFMPEGS: readonly { name: string; path: string }[] = [
  { name: 'the bundled ffmpeg', path: oldFfmpeg },
  ...(runs('ffmpeg') ? [{ name: "the system's ffmpeg", path: 'ffmpeg' }] : []),
];

function runs(program: string): boolean {
  return spawnSync(program, ['-version']).status === 0;
}

/** What an ffmpeg writes to its standard output. Throws with its last words when it fails. */
export function record(ffmpeg: string, args: readonly string[], input?: Buffer): Buffer {
  const run = spawnSync(ffmpeg, ['-hide_banner', '-loglevel', 'error', ...args], {
    ...(input ? { input } : {}),
    maxBuffer: 256 * 1024 * 1024,
  });
  if (run.status !== 0) throw new Error(`${ffmpeg} ${args.join(' ')}: ${run.stderr ?? run.error}`);
  return run.stdout;
}

/** A moving picture from ffmpeg itself, as input arguments. */
export function movingPicture(width: number, height: number, pictures = 20): string[] {
  return ['-f', 'lavfi', '-i', `testsrc2=s=${width}x${height}:r=30,format=yuv420p`].concat(
    '-frames:v',
    String(pictures),
  );
}

/** A packet as ffmpeg's framemd5 muxer lists it; times in the stream's own units. */
export interface ListedPacket {
  dts: number;
  pts: number;
  bytes: number;
  md5: string;
}

/** The packets that ffmpeg itself finds in a container. */
export function packetsOf(ffmpeg: string, format: string, file: Buffer): ListedPacket[] {
  const codec = format === 'yuv4mpegpipe' ? 'rawvideo' : 'copy';
  const args = ['-f', format, '-i', 'pipe:0', '-copyts', '-c:v', codec, '-f', 'framemd5', 'pipe:1'];
  return record(ffmpeg, args, file)
    .toString()
    .split('\n')
    .filter(line => line !== '' && !line.startsWith('#'))
    .map(line => {
      const [, dts, pts, , bytes, md5 = ''] = line.split(',').map(field => field.trim());
      return { dts: Number(dts), pts: Number(pts), bytes: Number(bytes), md5 };
    });
}

export function md5(data: Buffer): string {
  return createHash('md5').update(data).digest('hex');
}

/** Numbers from 0 to below 1, the same ones for the same seed (a linear congruential generator). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Cuts bytes into chunks of 1 to `longest` bytes, more often short than long. */
export function randomSplits(bytes: Buffer, seed: number, longest: number): Buffer[] {
  const random = seededRandom(seed);
  const chunks: Buffer[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = at + Math.ceil(longest ** random());
    chunks.push(bytes.subarray(at, end));
    at = end;
  }
  return chunks;
}
