import type { PlaybackStats } from '../media/LatencyMeter';
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
  /** How often a lost message is sent again; 0: never. Default: until it arrives. */
  maxRetransmits?: number | undefined;
  /** For RTCPeerConnection: STUN and TURN servers. Default: none. */
  rtcConfiguration?: RTCConfiguration;
}

/**
 * `connecting` at first, `reconnecting` after any failure or loss, `closed` by `close()` only.
 * `replaced`: another page was given the place of this one; `reconnect()` takes it back.
 */
export type SessionState = 'connecting' | 'connected' | 'reconnecting' | 'replaced' | 'closed';

export type SessionEvents = {
  /** The state or the problem changed. */
  state: [state: SessionState, problem: Problem | undefined];
  /**
   * A message came on the channel `default` or on one that only the flow asked for, parsed if it is
   * JSON text.
   */
  message: [message: unknown, label: string];
  /** An attempt to connect came to nothing, the connection was lost, or a message cannot be sent. */
  failed: [error: Error];
  /** Pictures began to come to the attached `<video>` (true) or stopped coming (false). */
  picture: [flows: boolean];
  /**
   * The server began to send video or sound, or stopped; or a new connection took the place of one
   * that still stood, because the page wants other media.
   */
  media: [];
  /** Once a second while a `<video>` is attached and connected. */
  stats: [stats: PlaybackStats];
};
