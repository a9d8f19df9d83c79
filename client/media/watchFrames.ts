/** A picture that was shown. */
export interface PresentedFrame {
  /** When it is on the screen, in ms on the clock of `performance.now()`. */
  presentedAt: number;
  /** Pictures shown since the element began to play. */
  count: number;
  /** When it was captured, in ms on the clock of `performance.now()`, where the browser says so. */
  captureTime?: number | undefined;
  /** Its RTP timestamp, where the browser says so. */
  rtpTimestamp?: number | undefined;
}

/** How often the frame counter is read where the browser has no frame callback. */
const POLL_MS = 250;

/** Calls back for each picture that `video` shows; the returned function ends that. */
export function watchFrames(
  video: HTMLVideoElement,
  onFrame: (frame: PresentedFrame) => void,
): () => void {
  // Missing in Firefox before 132 and Safari before 15.4.
  return 'requestVideoFrameCallback' in video
    ? watchCallbacks(video, onFrame)
    : watchCounter(video, onFrame);
}

function watchCallbacks(
  video: HTMLVideoElement,
  onFrame: (frame: PresentedFrame) => void,
): () => void {
  const next: VideoFrameRequestCallback = (now, metadata) => {
    handle = video.requestVideoFrameCallback(next);
    onFrame({
      presentedAt: metadata.expectedDisplayTime || now,
      count: metadata.presentedFrames,
      captureTime: metadata.captureTime,
      rtpTimestamp: metadata.rtpTimestamp,
    });
  };
  let handle = video.requestVideoFrameCallback(next);
  return () => video.cancelVideoFrameCallback(handle);
}

function watchCounter(
  video: HTMLVideoElement,
  onFrame: (frame: PresentedFrame) => void,
): () => void {
  let last = 0;
  const timer = setInterval(() => {
    const { totalVideoFrames: count, droppedVideoFrames } = video.getVideoPlaybackQuality();
    if (count !== last)
      onFrame({ presentedAt: performance.now(), count: count - droppedVideoFrames });
    last = count;
  }, POLL_MS);
  return () => clearInterval(timer);
}
