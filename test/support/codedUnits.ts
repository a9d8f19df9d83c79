import { unitReader } from '../../engine/media/codec/unitReader';
import { vp8Size } from '../../engine/media/picture/vp8';
import type { AccessUnit, PeerVideoCodec } from '../../engine/model/AccessUnit';
import { VIDEO_COLOUR } from '../../engine/model/Colour';
import { FFMPEGS, movingPicture, record } from './recordings';

const WIDTH = 320;
const HEIGHT = 240;
const RATE = 30;

/** Real access units of a moving picture, 320x240 at 30 a second, a keyframe every `gop` units. */
export function codedUnits(codec: PeerVideoCodec, pictures: number, gop: number): AccessUnit[] {
  const [ffmpeg] = FFMPEGS;
  if (!ffmpeg) throw new Error('there is no ffmpeg');
  const args = [...movingPicture(WIDTH, HEIGHT, pictures), ...encoding(codec), '-g', String(gop)];
  const container = codec === 'H264' ? 'flv' : 'ivf';
  const units: AccessUnit[] = [];
  unitReader({ to: codec, frameRate: RATE, colour: VIDEO_COLOUR }, ({ data, key }) => {
    const timestampMs = 1_700_000_000_000 + (units.length * 1000) / RATE;
    units.push({ codec, data, key, timestampMs, width: WIDTH, height: HEIGHT });
  }).push(record(ffmpeg.path, [...args, '-f', container, 'pipe:1']));
  return units;
}

function encoding(codec: PeerVideoCodec): string[] {
  return codec === 'H264'
    ? ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-b:v', '1500k']
    : ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8', '-b:v', '1500k'];
}

/** Whether ffmpeg decodes these VP8 frames, or H264 units in Annex B, without any complaint. @returns how many pictures */
export function decodedPictures(codec: PeerVideoCodec, stream: Buffer): number {
  const [ffmpeg] = FFMPEGS;
  if (!ffmpeg) throw new Error('there is no ffmpeg');
  const format = codec === 'H264' ? 'h264' : 'ivf';
  const strict = ['-err_detect', 'explode', '-xerror', '-f', format, '-i', 'pipe:0'];
  const raw = record(
    ffmpeg.path,
    [...strict, '-vsync', 'passthrough', '-pix_fmt', 'gray', '-f', 'rawvideo', 'pipe:1'],
    stream,
  );
  return raw.length / (WIDTH * HEIGHT);
}

/** These units as a file that ffmpeg reads by itself. */
export function fileOf(units: readonly AccessUnit[]): Buffer {
  const parts: Buffer[] = [];
  for (const { codec, data } of units) {
    if (codec === 'H264') parts.push(annexB(data));
    else parts.push(ivfHeader(parts.length / 2, data), data);
  }
  const first = units[0];
  const size = first && first.codec === 'VP8' ? vp8Size(first.data) : undefined;
  return Buffer.concat(size ? [ivfFile(size.width, size.height), ...parts] : parts);
}

function annexB(data: Buffer): Buffer {
  const copy = Buffer.from(data);
  for (let at = 0; at + 4 <= copy.length; ) {
    const length = copy.readUInt32BE(at);
    copy.writeUInt32BE(1, at);
    at += 4 + length;
  }
  return copy;
}

function ivfFile(width: number, height: number): Buffer {
  const header = Buffer.alloc(32);
  header.write('DKIF', 0, 'latin1');
  header.writeUInt16LE(32, 6);
  header.write('VP80', 8, 'latin1');
  header.writeUInt16LE(width, 12);
  header.writeUInt16LE(height, 14);
  header.writeUInt32LE(RATE, 16);
  header.writeUInt32LE(1, 20);
  return header;
}

function ivfHeader(index: number, frame: Buffer): Buffer {
  const header = Buffer.alloc(12);
  header.writeUInt32LE(frame.length, 0);
  header.writeBigUInt64LE(BigInt(Math.floor(index)), 4);
  return header;
}
