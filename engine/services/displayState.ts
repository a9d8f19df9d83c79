import type { WindowState } from '../output/window/Window';
import type { SourceState } from '../source/Source';

/** How a display stands, for the status of its node. */
export interface DisplayState {
  readonly state: /** There is nothing to show, or nobody looks. */
    | 'ready'
    /** The first picture is awaited. */
    | 'starting'
    | 'showing'
    /** The last picture stays: its peer sends none. */
    | 'paused'
    /** The last picture stays: a file was played. */
    | 'ended'
    /** The window was closed, and nobody looks elsewhere. */
    | 'closed'
    /** What was told as a failure goes on. */
    | 'failing';
  /** In pixels; with `showing` and `paused`. */
  readonly width?: number;
  /** In pixels; with `showing` and `paused`. */
  readonly height?: number;
}

/** What a display's state is made of. */
export interface DisplayParts {
  /** Of what is to be shown, if there is anything. */
  readonly source: SourceState | undefined;
  /** Of the window, if there is to be one. */
  readonly window: WindowState | undefined;
  /** Pictures are wanted elsewhere: over HTTP, in the editor. */
  readonly isWatched: boolean;
  readonly isFailing: boolean;
}

/** How a display stands. */
export function displayStateOf({
  source,
  window,
  isWatched,
  isFailing,
}: DisplayParts): DisplayState {
  if (isFailing) return { state: 'failing' };
  const isOpening = window === 'waiting' && !isWatched;
  if (!source || !(isWatched || isOpening || window === 'open')) {
    return { state: window === 'closed by user' ? 'closed' : 'ready' };
  }
  const { state, width, height, isPaused } = source;
  if (state === 'ended') return { state: 'ended' };
  if (isOpening || !width || !height) return { state: 'starting' };
  return { state: isPaused ? 'paused' : 'showing', width, height };
}
