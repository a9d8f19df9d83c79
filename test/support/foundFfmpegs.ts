import { type Ffmpeg, FfmpegFinder } from '../../engine/process/ffmpeg';
import { FFMPEGS } from './recordings';

/** Every ffmpeg that is here, as the engine finds it when a user sets its path. */
export const FOUND_FFMPEGS: readonly { name: string; find: () => Promise<Ffmpeg> }[] = FFMPEGS.map(
  ({ name, path }) => {
    const finder = new FfmpegFinder({ setting: path });
    return { name, find: () => finder.find() };
  },
);
