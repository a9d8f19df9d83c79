import type { AccessUnit } from '../../model/AccessUnit';
import { type IvfForm, ivfFileHeader, ivfFrameHeader } from '../containers/ivfHeaders';
import { nalUnits } from '../h264/h264';
import { ParameterSets } from '../h264/ParameterSets';
import type { CodecJob } from './CodecJob';
import { FlvWriter } from './FlvWriter';

/**
 * Turns an access unit into what goes to a program's stdin; empty if it cannot be used yet.
 * @param index of the unit among those that were used, from 0: its time in the container, by which
 * what comes out is known again
 */
export type UnitWriter = (unit: AccessUnit, index: number) => Buffer[];

/** The writer for the containers that `codecArguments` makes ffmpeg read. */
export function unitWriter({ from, frameRate }: Pick<CodecJob, 'from' | 'frameRate'>): UnitWriter {
  switch (from) {
    case 'I420':
    case 'RGB24':
    case 'RGBA':
    case 'GRAY8':
      // They have no container: every picture counts, for none of them can be damaged.
      return unit => [unit.data];
    case 'JPEG':
      return ivfWriter('MJPG', frameRate);
    case 'H264':
      return h264Writer(frameRate);
    case 'VP8':
      return ivfWriter('VP80', frameRate);
    default:
      return from satisfies never;
  }
}

/** A decoder starts at a keyframe; before it there is nothing to write. */
function h264Writer(frameRate: number): UnitWriter {
  const writer = new FlvWriter();
  let started = false;
  return (unit, index) => {
    const timeMs = (index * 1000) / frameRate;
    if (started) return writer.unit(unit.data, unit.key, timeMs);
    if (!unit.key) return [];
    const sets = new ParameterSets();
    for (const nal of nalUnits(unit.data)) sets.take(nal);
    if (!sets.isComplete) return [];
    started = true;
    return [writer.start(sets.all), ...writer.unit(unit.data, unit.key, timeMs)];
  };
}

function ivfWriter(fourcc: IvfForm['fourcc'], frameRate: number): UnitWriter {
  let hasBegun = false;
  return ({ key, data, width, height }, index) => {
    if (!hasBegun && !key) return [];
    const start = hasBegun ? [] : [ivfFileHeader({ fourcc, width, height, frameRate })];
    hasBegun = true;
    return [...start, ivfFrameHeader(data.length, index), data];
  };
}
