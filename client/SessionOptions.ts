import type { PlaybackStats } from './LatencyMeter';
import type { Problem } from './signaling';

/** How `connect()` connects. */
export interface SessionOptions {
  /** Receive video. Default true. */
  video?: boolean;
  /** Receive sound. Default false. */
  audio?: boolean;
  /** Send video: the camera (true), for which the user is asked, or a track of the page's own. Default false. */
  sendVideo?: boolean | MediaStreamTrack;
  /** Send sound: the microphone (true), for which the user is asked, or a track of the page's own. Default false. */
  sendAudio?: boolean | MediaStreamTrack;
  /** Access token of the endpoint. */
  token?: string | undefined;
  /**
   * `lowest` shows each picture at once and plays the sound apart from it; `smooth` lets the browser
   * even out the network and keep lips and voice together. Default `lowest`.
   */
  latency?: 'lowest' | 'smooth';
  /** Messages arrive in the order they were sent. Default true. */
  ordered?: boolean;
  /** For RTCPeerConnection: STUN and TURN servers. Default: none. */
  rtcConfiguration?: RTCConfiguration;
}

/** `connecting` at first, `reconnecting` after any failure or loss, `closed` by `close()` only. */
export type SessionState = 'connecting' | 'connected' | 'reconnecting' | 'closed';

export type SessionEvents = {
  /** The state or the problem changed. */
  state: [state: SessionState, problem: Problem | undefined];
  /** A message came on the channel `default`, parsed if it is JSON text. */
  message: [message: unknown];
  /** Pictures began to come to the attached `<video>` (true) or stopped coming (false). */
  picture: [flows: boolean];
  /** A new connection took the place of one that still stood, because the page wants other media. */
  media: [];
  /** Once a second while a `<video>` is attached and connected. */
  stats: [stats: PlaybackStats];
};
