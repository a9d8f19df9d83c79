import type { AccessUnit } from '../../model/AccessUnit';
import { type Colour, JPEG_COLOUR, VIDEO_COLOUR } from '../../model/Colour';
import { colourTold } from './spsColour';

/**
 * The colours of a unit.
 * @param before those of the unit before: what is no keyframe of H264 has the same
 */
export function unitColour({ codec, key, data, colour }: AccessUnit, before: Colour): Colour {
  switch (codec) {
    case 'I420':
      return colour ?? VIDEO_COLOUR;
    case 'JPEG':
      return JPEG_COLOUR;
    case 'VP8':
      return VIDEO_COLOUR;
    // What they become: pixels themselves have no matrix.
    case 'RGB24':
    case 'RGBA':
    case 'GRAY8':
      return VIDEO_COLOUR;
    case 'H264': {
      const told = key ? colourTold(data) : undefined;
      return told ? { ...VIDEO_COLOUR, ...told } : before;
    }
    default:
      return codec satisfies never;
  }
}
