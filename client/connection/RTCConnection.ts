import { Closable } from '../base/Closable';
import { safely } from '../base/Emitter';
import type { Channel, ChannelOptions, MessageCallback, WaitingRoom } from '../channels/Channel';
import { ChannelSection } from '../channels/ChannelSection';
import { Channels } from '../channels/Channels';
import type { Message } from '../channels/message';
import { MediaLine } from '../media/MediaLine';
import type { MediaSection } from '../media/MediaSection';

/** A session description as it travels in JSON. */
export interface Description {
  type: RTCSdpType;
  sdp: string;
}

/** What `Session` sets and pages need not. */
export interface RTCConnectionOptions {
  /**
   * Longest wait for the browser's candidates before a description is given out, in ms. Default
   * 500: a server that takes no trickled candidates needs them inside. 0: do not wait, for a
   * server that finds the browser by its connectivity checks.
   */
  gatherMs?: number;
  /** Lines to use instead of new ones. */
  video?: MediaLine;
  audio?: MediaLine;
  /** Channels to use instead of new ones. Whether the server takes messages in parts is told later, by `settle`. */
  channels?: Channels;
  /** Its media are not shown before `show()`, nor its channels opened before `carryMessages()`. Default false. */
  standby?: boolean;
}

/** Good for one connection, which may be long in coming. */
const ROOM: WaitingRoom = {
  most: 1000,
  longestMs: Number.POSITIVE_INFINITY,
  whenFull: 'refuse',
};

type Events = {
  state: [state: RTCPeerConnectionState];
  failed: [error: Error];
};

/**
 * One WebRTC connection with RTCBot's methods: `getLocalDescription` and `setRemoteDescription` for
 * signaling, `video` and `audio` for media, `subscribe` and `put_nowait` for messages on the data
 * channel `default`. Good for one offer and one answer; `rtcbot.connect()` makes new ones by itself.
 *
 * Unlike RTCBot's it asks no STUN server unless the page names one in `rtcConfiguration`.
 */
export class RTCConnection extends Closable<Events> {
  /** The browser's own object, for statistics and what has no method here. */
  readonly peerConnection: RTCPeerConnection;
  readonly video: MediaLine;
  readonly audio: MediaLine;
  /** What serves these lines in this connection. @internal */
  readonly sections: { readonly video: MediaSection; readonly audio: MediaSection };
  /** Fulfilled when connected, rejected when the connection fails or is closed before. */
  readonly connected: Promise<void>;
  readonly #gatherMs: number;
  readonly #standby: boolean;
  readonly #channels: Channels;
  readonly #channelSection: ChannelSection;
  #state: RTCPeerConnectionState = 'new';

  constructor(
    defaultOrdered = true,
    rtcConfiguration: RTCConfiguration = {},
    { gatherMs = 500, video, audio, channels, standby = false }: RTCConnectionOptions = {},
  ) {
    super();
    this.#standby = standby;
    this.#gatherMs = gatherMs;
    this.video = video ?? new MediaLine('video');
    this.audio = audio ?? new MediaLine('audio');
    this.peerConnection = new RTCPeerConnection(rtcConfiguration);
    this.sections = {
      video: this.video.adopt(this.peerConnection, standby),
      audio: this.audio.adopt(this.peerConnection, standby),
    };
    this.peerConnection.onconnectionstatechange = () => this.#follow();
    this.#channels = channels ?? this.#ownChannels(defaultOrdered);
    // Only of a server with a control channel is known that it takes messages in parts.
    const splits = channels ? undefined : false;
    this.#channelSection = new ChannelSection(this.peerConnection, this.#channels, splits, () =>
      this.close(),
    );
    this.connected = new Promise((resolve, reject) => {
      this.on('state', state => {
        if (state === 'connected') resolve();
        else if (state === 'failed') reject(lostPath());
        else if (state === 'closed') reject(new Error('The connection was closed'));
      });
    });
    // Pages that do not ask for the promise must not see it as an unhandled rejection.
    this.connected.catch(() => {});
  }

  /** The state of the connection, as `RTCPeerConnection.connectionState` names it. */
  get state(): RTCPeerConnectionState {
    return this.#state;
  }

  /** Calls back at each change of `state`; the returned function ends that. */
  onStateChange(callback: (state: RTCPeerConnectionState) => void): () => void {
    return this.on('state', callback);
  }

  /** Calls back once when connected; the promise does the same. */
  onReady(callback?: () => void): Promise<void> {
    if (callback) this.connected.then(() => safely(callback)).catch(() => {});
    return this.connected;
  }

  /** An offer, or the answer to the offer `description`. */
  async getLocalDescription(description: Description | null = null): Promise<Description> {
    const peer = this.peerConnection;
    if (description) {
      await peer.setRemoteDescription(description);
      this.sections.video.prepareAnswer();
      this.sections.audio.prepareAnswer();
      this.#channelSection.answer();
    } else {
      this.sections.video.prepareOffer();
      this.sections.audio.prepareOffer();
    }
    if (!this.#standby) this.carryMessages();
    await peer.setLocalDescription();
    if (this.#gatherMs > 0) await gathered(peer, this.#gatherMs);
    const { type, sdp } = peer.localDescription as RTCSessionDescription;
    return { type, sdp };
  }

  /** Takes the other side's answer. */
  setRemoteDescription(description: Description): Promise<void> {
    return this.peerConnection.setRemoteDescription(description);
  }

  /** Shows its media on its lines, in place of those of the connection before. @internal */
  show(): void {
    this.video.show(this.sections.video);
    this.audio.show(this.sections.audio);
  }

  /** Sends no media any more; what comes in goes on. @internal */
  stopSending(): void {
    this.sections.video.send(null);
    this.sections.audio.send(null);
  }

  /** Carries the messages of its channels, in place of the connection before. @internal */
  carryMessages(): void {
    this.#channels.carryOver(this.#channelSection);
  }

  /** Tells whether the server takes messages in parts. Those too large for a frame wait for it. @internal */
  settle(splits: boolean, largest?: number): void {
    this.#channelSection.settle(splits, largest);
  }

  /**
   * A data channel beside `default`, opened if it is not there. At any time; the options count for
   * the side that opens it.
   * @throws TypeError for the label `rtcbot`
   */
  channel(label: string, options: ChannelOptions = {}): Channel {
    return this.#channels.claim(label, options);
  }

  /**
   * Sets the one callback for messages, of `default` and of channels that only the other side asked
   * for. It gets text as it came: what our server sends is JSON text.
   */
  subscribe(callback: MessageCallback): void {
    this.#channels.subscribe(callback);
  }

  /**
   * Sends a message: text and bytes as they are, all else as JSON text; what is put before the
   * channel is open waits. Bound, so that it can be handed over as a callback.
   */
  readonly put_nowait = (message: Message): void => this.#channels.default.put_nowait(message);

  /** As `put_nowait`; fulfilled when there is room for the next message, rejected if it cannot be sent. */
  readonly put = (message: Message): Promise<void> => this.#channels.default.put(message);

  /** Closes the connection. Idempotent. */
  close(): void {
    this.peerConnection.close();
    this.#channelSection.close();
    // The browser tells nobody of a close of its own side.
    this.#enter('closed');
  }

  #ownChannels(ordered: boolean): Channels {
    // RTCBot shows messages in the browser's console while nobody subscribes.
    const show: MessageCallback = message => globalThis.console.log(message);
    const channels = new Channels({ ordered }, ROOM, show, error => this.emit('failed', error));
    this.onClose(() => channels.close());
    return channels;
  }

  #follow(): void {
    const state = this.peerConnection.connectionState;
    this.#enter(state);
    if (state !== 'failed') return;
    this.emit('failed', lostPath());
    this.close();
  }

  #enter(state: RTCPeerConnectionState): void {
    if (state === this.#state || this.#state === 'closed') return;
    this.#state = state;
    this.emit('state', state);
  }
}

function lostPath(): Error {
  return new Error('No network path to the other side was found, or it was lost');
}

/** Settles when all candidates are in the description, at the latest after `limitMs`. */
function gathered(peer: RTCPeerConnection, limitMs: number): Promise<void> {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, limitMs);
    const look = () => {
      if (peer.iceGatheringState !== 'complete') return;
      clearTimeout(timer);
      resolve();
    };
    peer.addEventListener('icegatheringstatechange', look);
    look();
  });
}
