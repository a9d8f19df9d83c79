import type { AccessUnit } from '../../../model/AccessUnit';
import { type Clock, systemClock } from '../../../model/Clock';
import type { Subscribable, Subscription } from '../../../model/Track';
import { absCaptureTime, playoutDelay, type RtpExtension } from '../rtpHeader';
import type { RtpSender } from './RtpSender';

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
  /** To the peer and back, in ms, once it is known. Default: unknown. */
  readonly roundTripMs?: () => number | undefined;
  /** Source of time. Default: the system's. */
  readonly clock?: Clock;
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

/** Assumed until the round trip is known, and its longest, in ms. */
const LIKELY_ROUND_TRIP_MS = 100;
const MOST_ROUND_TRIP_MS = 1000;
/** Old units go out in steps, so that no queue on the way overflows: 26 Mbit/s after the first one. */
const STEP_MS = 5;
const FIRST_STEP_BYTES = 64 * 1024;
const STEP_BYTES = 16 * 1024;

/**
 * Sends one track to one peer. Units that come before the peer is connected are held from the
 * newest keyframe on and sent at once when it is, so that the first picture needs no further
 * round trip. A peer that falls behind loses whole units up to the next keyframe, never parts.
 */
export class VideoSender {
  readonly #options: VideoSenderOptions;
  readonly #playoutDelay: Buffer | undefined;
  #track: Subscribable | undefined;
  #subscription: Subscription | undefined;
  #sender: RtpSender | undefined;
  #ids: ExtensionIds = {};
  #held: AccessUnit[] = [];
  #needsKey = true;
  #owesRequest = false;
  #sent = 0;
  #dropped = 0;
  #lastSent: SentPicture | undefined;
  readonly #clock: Clock;
  /** What is taken or sent now are old units. */
  #isCatchingUp = false;
  /** Old units that are still to be sent, and those that came meanwhile. */
  #queue: AccessUnit[] = [];
  #cancelStep: (() => void) | undefined;
  /** A request waits until the round trip is over. */
  #cancelAsk: (() => void) | undefined;
  /** When the newest keyframe was sent, in ms. */
  #keySentMs = Number.NEGATIVE_INFINITY;

  constructor(options: VideoSenderOptions) {
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
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
  follow(track: Subscribable | undefined): void {
    if (track === this.#track) return;
    this.#track = track;
    this.#subscription?.close();
    this.#held = [];
    this.#clearQueue();
    this.#needsKey = true;
    this.#subscription = track?.subscribe({
      unit: unit => this.#take(unit),
      past: units =>
        this.#catchUp(() => {
          for (const unit of units) this.#take(unit);
        }),
    });
  }

  /** The peer is connected: what was held goes out. */
  connect(sender: RtpSender, ids: ExtensionIds): void {
    this.#sender = sender;
    this.#ids = ids;
    const held = this.#held;
    this.#held = [];
    this.#catchUp(() => {
      for (const unit of held) this.#send(unit);
    });
    if (this.#needsKey) this.#ask();
  }

  /** The browser cannot go on without a keyframe. It is answered once a round trip. */
  requestKeyframe(): void {
    if (this.#queue.length > 0 || this.#cancelAsk) return;
    const { roundTripMs = () => undefined } = this.#options;
    const intervalMs = Math.min(roundTripMs() ?? LIKELY_ROUND_TRIP_MS, MOST_ROUND_TRIP_MS);
    const waitMs = this.#keySentMs + intervalMs - this.#clock.now();
    // The newest keyframe may be under way: a later request says that it was of no use.
    if (waitMs > 0) this.#cancelAsk = this.#clock.after(waitMs, () => this.#ask());
    else this.#ask();
  }

  /** Idempotent. */
  close(): void {
    this.#subscription?.close();
    this.#subscription = undefined;
    this.#track = undefined;
    this.#sender = undefined;
    this.#held = [];
    this.#clearQueue();
    this.#forgetAsk();
  }

  #ask(): void {
    this.#forgetAsk();
    this.#subscription?.requestKeyframe();
  }

  #forgetAsk(): void {
    this.#cancelAsk?.();
    this.#cancelAsk = undefined;
  }

  #catchUp(hand: () => void): void {
    this.#isCatchingUp = true;
    hand();
    this.#isCatchingUp = false;
    if (!this.#cancelStep) this.#sendStep(FIRST_STEP_BYTES);
  }

  /** Sends of the queue what may go out now. */
  #sendStep(bytes: number): void {
    let left = bytes;
    while (left > 0) {
      const unit = this.#queue.shift();
      if (!unit) return;
      left -= unit.data.length;
      this.#sendNow(unit);
    }
    if (this.#queue.length === 0) return;
    this.#cancelStep = this.#clock.after(STEP_MS, () => {
      this.#cancelStep = undefined;
      if (this.#isBehind()) this.#skip();
      else this.#sendStep(STEP_BYTES);
    });
  }

  #clearQueue(): void {
    this.#queue = [];
    this.#cancelStep?.();
    this.#cancelStep = undefined;
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
    this.#dropped += 1 + this.#queue.length;
    this.#clearQueue();
    this.#needsKey = true;
    this.#owesRequest = true;
  }

  /** A keyframe asked for while the path is still full would only fill it again. */
  #askOnceDrained(): void {
    this.#dropped += 1;
    if (!this.#owesRequest || this.#isBehind()) return;
    this.#owesRequest = false;
    this.#ask();
  }

  #hold(unit: AccessUnit): void {
    if (unit.key) this.#held = [];
    this.#held.push(unit);
    if (this.#held.length <= MOST_HELD) return;
    this.#held = [];
    this.#needsKey = true;
  }

  /** Behind old units, unless it makes them needless. */
  #send(unit: AccessUnit): void {
    if (unit.key) this.#clearQueue();
    if (this.#isCatchingUp || this.#queue.length > 0) this.#queue.push(unit);
    else this.#sendNow(unit);
  }

  #sendNow(unit: AccessUnit): void {
    if (unit.key) {
      this.#keySentMs = this.#clock.now();
      this.#forgetAsk();
    }
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
