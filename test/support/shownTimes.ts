import { readCells } from '../../engine/capture/testPattern/timeCells';
import { type AccessUnit, i420Bytes } from '../../engine/model/AccessUnit';
import { record } from './recordings';

/**
 * The capture times that `TimedPictures` wrote into the pictures, read back from coded units of
 * one codec and size in their order, as a decoder that is none of ours shows them.
 */
export function shownTimes(
  ffmpeg: string,
  units: readonly AccessUnit[],
): readonly (number | undefined)[] {
  const [first] = units;
  if (!first) return [];
  const { width, height } = first;
  const raw = first.codec === 'I420' ? Buffer.concat(units.map(({ data }) => data)) : decoded();
  const bytes = i420Bytes(width, height);
  return Array.from({ length: raw.length / bytes }, (_, index) => {
    const luma = raw.subarray(index * bytes);
    return readCells((x, y) => luma[y * width + x] ?? 0, width, height);
  });

  function decoded(): Buffer {
    const output = ['-vsync', 'passthrough', '-pix_fmt', 'yuv420p', '-f', 'rawvideo', 'pipe:1'];
    return record(ffmpeg, ['-f', FORMATS[codecOf()], '-i', 'pipe:0', ...output], file());
  }

  function codecOf(): 'H264' | 'VP8' | 'JPEG' {
    const { codec } = first ?? {};
    if (codec === 'H264' || codec === 'VP8' || codec === 'JPEG') return codec;
    throw new Error('nothing to decode');
  }

  function file(): Buffer {
    const codec = codecOf();
    if (codec === 'H264') return Buffer.concat(units.map(({ data }) => annexB(data)));
    if (codec === 'VP8') return ivf(units);
    return Buffer.concat(units.map(({ data }) => data));
  }
}

const FORMATS = { H264: 'h264', VP8: 'ivf', JPEG: 'mjpeg' } as const;

/** NAL units behind start codes instead of lengths (H.264 annex B). */
function annexB(data: Buffer): Buffer {
  const copy = Buffer.from(data);
  for (let at = 0; at + 4 <= copy.length; ) {
    const length = copy.readUInt32BE(at);
    copy.writeUInt32BE(1, at);
    at += 4 + length;
  }
  return copy;
}

function ivf(units: readonly AccessUnit[]): Buffer {
  const [{ width, height } = { width: 0, height: 0 }] = units;
  const header = Buffer.alloc(32);
  header.write('DKIF\0\0\x20\0VP80', 'latin1');
  header.writeUInt16LE(width, 12);
  header.writeUInt16LE(height, 14);
  header.writeUInt32LE(30, 16);
  header.writeUInt32LE(1, 20);
  const frames = units.map(({ data }, index) => {
    const frame = Buffer.alloc(12);
    frame.writeUInt32LE(data.length, 0);
    frame.writeUInt32LE(index, 4);
    return Buffer.concat([frame, data]);
  });
  return Buffer.concat([header, ...frames]);
}
