/** The video element of the page: that of the player element, or one of the page's own. */
export function video(): HTMLVideoElement | undefined {
  const player = document.querySelector<Element & { video?: HTMLVideoElement }>('rtcbot-player');
  return player?.video ?? document.querySelector('video') ?? undefined;
}

/** The same, as soon as there is one. */
export async function whenVideo(): Promise<HTMLVideoElement> {
  for (;;) {
    const found = video();
    if (found) return found;
    await new Promise(resolve => setTimeout(resolve, 5));
  }
}

/**
 * Pictures that the page's video has presented since it was loaded, as the next one tells. Without a
 * next one for a second: as the last one told.
 */
export function presentedFrames(): Promise<number> {
  return new Promise(resolve => {
    const late = setTimeout(() => resolve(presented), 1000);
    video()?.requestVideoFrameCallback((_now, { presentedFrames }) => {
      clearTimeout(late);
      presented = presentedFrames;
      resolve(presented);
    });
  });
}

let presented = 0;
