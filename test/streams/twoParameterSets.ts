import { nalType } from '../../engine/media/h264/h264';
import { codedPictures } from './codedPictures';

/**
 * Pictures that take turns with two SPS and PPS, all of which come with the first picture only.
 * Cameras with a PPS for keyframes and one for the others do so, and encoders that switch modes.
 * @returns each picture as the list of its NAL units; all are keyframes
 */
export function twoParameterSets({ pictures = 8 } = {}): Buffer[][] {
  const streams = [0, 1].map(id => codedPictures({ pictures, gop: 1, x264: `sps-id=${id}` }));
  const isSet = (nal: Buffer) => [7, 8].includes(nalType(nal));
  const sets = streams.flatMap(([first = []]) => first.filter(isSet));
  return Array.from({ length: pictures }, (_, index) => {
    const nals = streams[index % 2]?.[index] ?? [];
    return [...(index === 0 ? sets : []), ...nals.filter(nal => !isSet(nal))];
  });
}
