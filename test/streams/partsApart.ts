import { nalType } from '../../engine/media/h264/h264';
import { codedPictures } from './codedPictures';

/** A packet of a container: NAL units, and their decoding time. */
export interface Packet {
  readonly nals: readonly Buffer[];
  /** In ms. */
  readonly timeMs: number;
}

const STEP_MS = 40;

/**
 * A packet for each NAL unit. Cameras that stream FLV over HTTP or RTMP do so, and IP cameras with
 * low-latency coding, which hand each slice over as soon as it is coded.
 */
export function eachApart({ slices = 4, pictures = 12 } = {}): Packet[] {
  return codedPictures({ pictures, x264: `slices=${slices}` }).flatMap((nals, index) =>
    nals.map(nal => ({ nals: [nal], timeMs: index * STEP_MS })),
  );
}

/**
 * Slices as small as the network's packets, so that pictures have any number of them, each in a
 * packet of its own. Encoders for lossy links do so.
 */
export function smallSlicesApart({ bytes = 700, pictures = 12 } = {}): Packet[] {
  return codedPictures({ pictures, x264: `slice-max-size=${bytes}` }).flatMap((nals, index) =>
    nals.map(nal => ({ nals: [nal], timeMs: index * STEP_MS })),
  );
}

/**
 * Parameter sets before each slice of a keyframe, which makes readers begin a new packet there, with
 * a guessed time. GStreamer's payloader does so by default, and with it many cameras' RTSP servers.
 */
export function setsBetweenSlices({ slices = 2, pictures = 12 } = {}): Packet[] {
  return codedPictures({ pictures, x264: `slices=${slices}` }).flatMap((nals, index) => {
    const sets = nals.filter(nal => [7, 8].includes(nalType(nal)));
    const others = nals.filter(nal => ![7, 8].includes(nalType(nal)));
    if (sets.length === 0) return [{ nals, timeMs: index * STEP_MS }];
    return others.map((nal, part) => ({
      nals: [...sets, nal],
      timeMs: index * STEP_MS + part * (STEP_MS / 4),
    }));
  });
}
