import type { AccessUnit, VideoCodec } from '../model/AccessUnit';
import { FlvWriter } from './FlvWriter';
import { nalUnits } from './h264';
import { mpjpegHeader } from './MpjpegParser';
import { ParameterSets } from './ParameterSets';

/** Turns an access unit into what goes to a program's stdin; empty if it cannot be used yet. */
export type UnitWriter = (unit: AccessUnit) => Buffer[];

/** The writer for the containers that `conversionArguments` makes ffmpeg read. */
export function unitWriter(from: VideoCodec): UnitWriter {
  switch (from) {
    case 'I420':
      return unit => [unit.data];
    case 'JPEG':
      return unit => [mpjpegHeader(unit.data.length), unit.data];
    case 'H264':
      return h264Writer();
    case 'VP8':
      return vp8Writer();
    default:
      return from satisfies never;
  }
}

/** A decoder starts at a keyframe; before it there is nothing to write. */
function h264Writer(): UnitWriter {
  const writer = new FlvWriter();
  let started = false;
  return unit => {
    if (started) return writer.unit(unit.data, unit.key, unit.timestampMs);
    if (!unit.key) return [];
    const sets = new ParameterSets();
    for (const nal of nalUnits(unit.data)) sets.take(nal);
    if (!sets.isComplete) return [];
    started = true;
    return [writer.start(sets.all), ...writer.unit(unit.data, unit.key, unit.timestampMs)];
  };
}

// IVF, little-endian. File: "DKIF", version u16, header length u16, fourcc, width u16, height u16,
// rate u32, scale u32, frames u32, reserved u32. Frame: length u32, presentation time u64.
const IVF_FILE_BYTES = 32;
const IVF_FRAME_BYTES = 12;

function vp8Writer(): UnitWriter {
  let count = 0;
  return unit => {
    if (count === 0 && !unit.key) return [];
    const parts = count === 0 ? [ivfFileHeader(unit.width, unit.height)] : [];
    const header = Buffer.alloc(IVF_FRAME_BYTES);
    header.writeUInt32LE(unit.data.length, 0);
    header.writeBigUInt64LE(BigInt(count), 4);
    count += 1;
    return [...parts, header, unit.data];
  };
}

function ivfFileHeader(width: number, height: number): Buffer {
  const header = Buffer.alloc(IVF_FILE_BYTES);
  header.write('DKIF', 0, 'latin1');
  header.writeUInt16LE(IVF_FILE_BYTES, 6);
  header.write('VP80', 8, 'latin1');
  header.writeUInt16LE(width, 12);
  header.writeUInt16LE(height, 14);
  header.writeUInt32LE(30, 16);
  header.writeUInt32LE(1, 20);
  return header;
}
