/**
 * Asks the browser to show video without holding it back. Only a hint, and only for video: sound
 * without a jitter buffer breaks up.
 */
export function playAtOnce(receiver: RTCRtpReceiver): void {
  try {
    receiver.jitterBufferTarget = 0;
  } catch {
    // An older browser; the server's playout-delay extension does the same.
  }
  try {
    // Chromium's name for it before the standard's, in s.
    (receiver as { playoutDelayHint?: number }).playoutDelayHint = 0;
  } catch {
    // As above.
  }
}
