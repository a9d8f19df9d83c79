import type { Channel } from './Channel';
import type { ChannelEnd } from './ChannelEnd';
import { type ChannelCarrier, type Channels, CONTROL_LABEL, DEFAULT_LABEL } from './Channels';

/** The data channels of one connection, which serve the `Channels` of a page. */
export class ChannelSection implements ChannelCarrier {
  readonly #peer: RTCPeerConnection;
  readonly #ended: () => void;
  readonly #ends = new Map<ChannelEnd, Channel>();
  #splits: boolean | undefined;
  #largest: number | undefined;
  #muted = false;
  /** The other side opens `default`. */
  #answers = false;

  /**
   * @param splits whether the other side takes messages in parts; undefined: `settle` will tell
   * @param ended called when the other side closes `default`
   */
  constructor(
    peer: RTCPeerConnection,
    channels: Channels,
    splits: boolean | undefined,
    ended: () => void,
  ) {
    this.#peer = peer;
    this.#splits = splits;
    this.#ended = ended;
    peer.addEventListener('datachannel', ({ channel }) => {
      if (channel.label === CONTROL_LABEL) return;
      this.#attach(channels.of(channel.label), channel, this.#answers);
    });
  }

  get mostBytes(): number | undefined {
    return this.#peer.sctp?.maxMessageSize;
  }

  get splits(): boolean | undefined {
    return this.#splits;
  }

  get largest(): number | undefined {
    return this.#largest;
  }

  get isMuted(): boolean {
    return this.#muted;
  }

  /** The connection answers: `default` comes from the other side. */
  answer(): void {
    this.#answers = true;
  }

  open(channel: Channel): void {
    const { label, options } = channel;
    if (this.#answers && label === DEFAULT_LABEL) return;
    // A page may well ask for a channel in the moment between two connections.
    if (this.#peer.signalingState === 'closed') return;
    const { ordered = true, maxRetransmits } = options;
    const init = { ordered, ...(maxRetransmits === undefined ? {} : { maxRetransmits }) };
    this.#attach(channel, this.#peer.createDataChannel(label, init), true);
  }

  mute(): void {
    this.#muted = true;
  }

  /** Tells whether the other side takes messages in parts, for which large ones have waited. */
  settle(splits: boolean, largest?: number): void {
    if (this.#splits !== undefined) return;
    this.#largest = largest;
    this.#splits = splits;
    for (const end of this.#ends.keys()) end.pump();
  }

  /** Closes its ends; the channels wait for another connection. Idempotent. */
  close(): void {
    for (const [end, channel] of this.#ends) channel.detach(end);
    this.#ends.clear();
  }

  #attach(channel: Channel, carried: RTCDataChannel, sends: boolean): void {
    const end = channel.attach(carried, this, sends, () => {
      this.#ends.delete(end);
      // Its end is the first sign of the other side's close, long before ICE notices.
      if (channel.label === DEFAULT_LABEL) this.#ended();
    });
    this.#ends.set(end, channel);
  }
}
