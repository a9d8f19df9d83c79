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

/** Pictures that the page's video has presented since it was loaded. */
export function presentedFrames(): number {
  const quality = video()?.getVideoPlaybackQuality();
  return quality ? quality.totalVideoFrames - quality.droppedVideoFrames : 0;
}
