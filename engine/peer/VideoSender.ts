import type { AccessUnit } from '../model/AccessUnit';
import type { Subscription, Track } from '../model/Track';
import type { RtpSender } from './RtpSender';
import { absCaptureTime, playoutDelay, type RtpExtension } from './rtpHeader';

/** Ids of the header extensions that were negotiated; absent ones are not written. */
export interface ExtensionIds {
  readonly playoutDelay?: number;
  readonly absCaptureTime?: number;
}

/** How pictures are to be shown. `lowest` shows each at once, `smooth` lets the browser even out jitter. */
export type LatencyMode = 'lowest' | 'smooth';

/** Options of a `VideoSender`. */
export interface VideoSenderOptions {
  readonly latency: LatencyMode;
  /** Makes RTP payloads, once for all peers that get the same unit. */
  readonly packetize: (unit: AccessUnit) => readonly Buffer[];
}

/** A pair of times of one sent picture, for the browser's latency meter. */
export interface SentPicture {
  /** 90 kHz, 32 bits. */
  readonly rtpTimestamp: number;
  /** Server's ms since the epoch. */
  readonly captureTime: number;
}

/** Units kept while the handshake runs; beyond that the viewer starts with the next keyframe. */
const MOST_HELD = 90;
/** A viewer whose socket holds more than this drops to the next keyframe. */
const MOST_BACKLOG_BYTES = 1024 * 1024;

/**
 * Sends one track to one peer. Units that come before the peer is connected are held from the
 * newest keyframe on and sent at once when it is, so that the first picture needs no further
 * round trip. A peer that falls behind loses whole units up to the next keyframe, never parts.
 */
export class VideoSender {
  readonly #options: VideoSenderOptions;
  readonly #playoutDelay: Buffer | undefined;
  #track: Track | undefined;
  #subscription: Subscription | undefined;
  #sender: RtpSender | undefined;
  #ids: ExtensionIds = {};
  #held: AccessUnit[] = [];
  #needsKey = true;
  #owesRequest = false;
  #sent = 0;
  #dropped = 0;
  #lastSent: SentPicture | undefined;

  constructor(options: VideoSenderOptions) {
    this.#options = options;
    // 0/0 means: show at once, without any buffer. It has to be there from the first packet on.
    this.#playoutDelay = options.latency === 'lowest' ? playoutDelay(0, 0) : undefined;
  }

  get sender(): RtpSender | undefined {
    return this.#sender;
  }

  /** Units that this peer was sent. */
  get sent(): number {
    return this.#sent;
  }

  /** Units that this peer was not sent because it was behind. */
  get dropped(): number {
    return this.#dropped;
  }

  /** The newest picture that was sent. */
  get lastSent(): SentPicture | undefined {
    return this.#lastSent;
  }

  /** Sends this track from now on, instead of the one before. */
  follow(track: Track | undefined): void {
    if (track === this.#track) return;
    this.#track = track;
    this.#subscription?.close();
    this.#held = [];
    this.#needsKey = true;
    this.#subscription = track?.subscribe({ unit: unit => this.#take(unit) });
  }

  /** The peer is connected: what was held goes out. */
  connect(sender: RtpSender, ids: ExtensionIds): void {
    this.#sender = sender;
    this.#ids = ids;
    const held = this.#held;
    this.#held = [];
    for (const unit of held) this.#send(unit);
    if (this.#needsKey) this.requestKeyframe();
  }

  /** The browser cannot go on without a keyframe. */
  requestKeyframe(): void {
    this.#subscription?.requestKeyframe();
  }

  /** Idempotent. */
  close(): void {
    this.#subscription?.close();
    this.#subscription = undefined;
    this.#track = undefined;
    this.#sender = undefined;
    this.#held = [];
  }

  #take(unit: AccessUnit): void {
    if (unit.key) this.#needsKey = false;
    if (this.#needsKey) this.#askOnceDrained();
    else if (!this.#sender) this.#hold(unit);
    else if (this.#isBehind()) this.#skip();
    else this.#send(unit);
  }

  #isBehind(): boolean {
    return (this.#sender?.backlogBytes ?? 0) > MOST_BACKLOG_BYTES;
  }

  #skip(): void {
    this.#dropped += 1;
    this.#needsKey = true;
    this.#owesRequest = true;
  }

  /** A keyframe asked for while the path is still full would only fill it again. */
  #askOnceDrained(): void {
    this.#dropped += 1;
    if (!this.#owesRequest || this.#isBehind()) return;
    this.#owesRequest = false;
    this.requestKeyframe();
  }

  #hold(unit: AccessUnit): void {
    if (unit.key) this.#held = [];
    this.#held.push(unit);
    if (this.#held.length <= MOST_HELD) return;
    this.#held = [];
    this.#needsKey = true;
  }

  #send(unit: AccessUnit): void {
    const payloads = this.#options.packetize(unit);
    if (payloads.length === 0 || !this.#sender) return;
    const extensions = this.#extensions(unit);
    this.#sent += 1;
    const rtpTimestamp = this.#sender.send(payloads, unit.timestampMs, extensions);
    this.#lastSent = { rtpTimestamp, captureTime: unit.timestampMs };
  }

  #extensions(unit: AccessUnit): RtpExtension[] {
    const extensions: RtpExtension[] = [];
    const { playoutDelay: delayId, absCaptureTime: captureId } = this.#ids;
    if (delayId && this.#playoutDelay) {
      extensions.push({ id: delayId, payload: this.#playoutDelay });
    }
    if (captureId) {
      extensions.push({ id: captureId, payload: absCaptureTime(unit.timestampMs) });
    }
    return extensions;
  }
}
