import type { AccessUnit } from '../model/AccessUnit';

/** An access unit whose time has not been taken yet. */
export type Picture = Omit<AccessUnit, 'timestampMs' | 'sourceMs'>;

/** Who gets what is read from ffmpeg's output. */
export interface PictureHandlers {
  /** @param timeMs by the clock of who coded it, in ms from any point; undefined where it is not told */
  picture(picture: Picture, timeMs?: number): void;
  /** The stream is not what it was taken for; at most once, and no picture follows. */
  refused(reason: string): void;
}
