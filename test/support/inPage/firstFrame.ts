import { whenVideo } from './video';

/**
 * When the page's video presented its first picture, in ms since the navigation to the page
 * started: the time of the first requestVideoFrameCallback.
 */
export const firstFrameMs: Promise<number> = whenVideo().then(
  video =>
    new Promise(resolve => {
      video.requestVideoFrameCallback(() => resolve(performance.now()));
    }),
);
