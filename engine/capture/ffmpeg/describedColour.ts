import { type Colour, likelyColour, NOT_TOLD, VIDEO_COLOUR } from '../../model/Colour';

/**
 * The colours of the pictures that ffmpeg makes of a video stream, as far as it tells the stream's in
 * the line that describes it, and as is likely for the rest: `Video: hevc (Main), yuv420p(tv, bt709),
 * 1280x720`. Their range is that of video, whatever the stream's is. Undefined for other lines.
 */
export function describedColour(line: string): Colour | undefined {
  const described =
    /: Video: (\w+).*?, ([a-z]\w*)(?:\(([^)]*)\))?, (\d+)x(\d+)/.exec(line) ?? undefined;
  if (!described) return undefined;
  const [, codec = '', pixels = '', details = '', width, height] = described;
  // ffmpeg itself makes video of what is no video, by BT.601.
  if (/^(rgb|bgr|gbr|argb|abgr|0rgb|0bgr|pal|gray|mono|x2)/.test(pixels)) return VIDEO_COLOUR;
  const isOld = codec === 'mjpeg' || codec === 'vp8';
  const likely = isOld ? VIDEO_COLOUR : likelyColour(Number(width), Number(height));
  return { ...likely, ...toldIn(details), range: 'limited' };
}

/** One name stands for all three where their numbers are the same; the matrix comes first. */
function toldIn(details: string): Partial<Colour> {
  const [names] = details
    .split(', ')
    .map(each => each.split('/'))
    .filter(([first = '']) => first in MATRICES || first === 'unknown');
  const [matrix = '', primaries, transfer] = names ?? [];
  const number = MATRICES[matrix] ?? NOT_TOLD;
  const told = {
    matrix: number,
    primaries: primaries === undefined ? number : (PRIMARIES[primaries] ?? NOT_TOLD),
    transfer: transfer === undefined ? number : (TRANSFERS[transfer] ?? NOT_TOLD),
  };
  return Object.fromEntries(Object.entries(told).filter(([, value]) => value !== NOT_TOLD));
}

// ffmpeg's names of H.273's numbers.
const MATRICES: Readonly<Record<string, number>> = {
  ...{ bt709: 1, fcc: 4, bt470bg: 5, smpte170m: 6, smpte240m: 7, bt2020nc: 9, bt2020c: 10 },
};
const PRIMARIES: Readonly<Record<string, number>> = {
  ...{ bt709: 1, bt470m: 4, bt470bg: 5, smpte170m: 6, smpte240m: 7, film: 8, bt2020: 9 },
  ...{ smpte428: 10, smpte431: 11, smpte432: 12 },
};
const TRANSFERS: Readonly<Record<string, number>> = {
  ...{ bt709: 1, bt470m: 4, bt470bg: 5, smpte170m: 6, smpte240m: 7, linear: 8 },
  ...{ 'iec61966-2-1': 13, 'bt2020-10': 14, 'bt2020-12': 15, smpte2084: 16, 'arib-std-b67': 18 },
};
