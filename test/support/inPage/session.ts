/** One kind of media of a player's session, as far as tests use it. */
export interface Line {
  readonly outgoingStream: MediaStream | null;
  watch(callback: (stream: MediaStream) => void): () => void;
  putSubscription(track: MediaStreamTrack): void;
}

interface Player extends Element {
  readonly session?: { readonly video: Line; readonly audio: Line };
}

/** The session of the page's player. @throws Error when the page has none */
export function session(): { readonly video: Line; readonly audio: Line } {
  const player = document.querySelector<Player>('rtcbot-player');
  if (!player?.session) throw new Error('the page has no player');
  return player.session;
}
