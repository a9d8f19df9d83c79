import { FlvParser } from '../../engine/media/containers/FlvParser';
import { nalUnits } from '../../engine/media/h264/h264';
import { ffmpegBytes } from './streamBytes';

/** How `codedPictures` are made. */
export interface CodedPicturesOptions {
  /** Default 12. */
  readonly pictures?: number;
  /** Further settings of x264, as `slices=4`. */
  readonly x264?: string;
  /** A keyframe every so many pictures. Default 6. */
  readonly gop?: number;
}

/** Real H.264 pictures of 320x240, each as the list of its NAL units. */
export function codedPictures({
  pictures = 12,
  x264 = '',
  gop = 6,
}: CodedPicturesOptions = {}): Buffer[][] {
  const units: Buffer[][] = [];
  const parameters = [
    'repeat-headers=1',
    'scenecut=0',
    'sliced-threads=0',
    ...(x264 ? [x264] : []),
  ].join(':');
  const flv = ffmpegBytes([
    ...['-f', 'lavfi', '-i', 'testsrc2=s=320x240:r=25,format=yuv420p', '-frames:v', `${pictures}`],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', `${gop}`],
    ...['-x264-params', parameters, '-f', 'flv', 'pipe:1'],
  ]);
  new FlvParser({
    config: () => {},
    video: ({ data }) => units.push([...nalUnits(data)]),
  }).push(flv);
  return units;
}
