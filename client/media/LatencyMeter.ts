import type { ServerClock } from '../base/ServerClock';
import { SlidingWindow } from '../base/SlidingWindow';
import { estimatedLatencyMs, type InboundVideo, inboundVideoOf } from './InboundVideo';
import { type PresentedFrame, watchFrames } from './watchFrames';

/** From capture to the screen, over the last three seconds. */
export interface Latency {
  p50Ms: number;
  p95Ms: number;
  /** Measured: by the capture time of each picture. Estimated: by what statistics tell, which is less than the whole. */
  method: 'measured' | 'estimated';
}

/** How the picture plays, once a second. What is not known (yet) is undefined. */
export interface PlaybackStats {
  latency: Latency | undefined;
  /** Pictures shown in a second. */
  fps: number | undefined;
  bitrateBps: number | undefined;
  /** In pixels. */
  width: number | undefined;
  height: number | undefined;
  /** For example `H264` or `VP8`. */
  codec: string | undefined;
  /** Shortest of the last ten round trips to the server. */
  roundTripMs: number | undefined;
}

/** The connection whose picture is measured. */
export interface MeteredLink {
  peerConnection: RTCPeerConnection;
  /** The server's clock against ours. */
  clock: ServerClock;
}

export interface MeterListener {
  /** Pictures began to come (true) or have not come for three seconds (false). */
  picture(flows: boolean): void;
  stats(stats: PlaybackStats): void;
}

const WINDOW_MS = 3000;
const REPORT_MS = 1000;
/** So long without a picture, and what is on the screen is no longer live. */
const STALLED_MS = 3000;

/** Measures how late the pictures of a `<video>` are, and how many come. */
export class LatencyMeter {
  readonly #video: HTMLVideoElement;
  readonly #listener: MeterListener;
  readonly #latencies = new SlidingWindow(WINDOW_MS);
  readonly #unwatch: () => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #link: MeteredLink | undefined;
  #flows = false;
  #lastFrameAt = 0;
  #frames = 0;
  #framesBefore = 0;
  #before: { inbound: InboundVideo; atMs: number; frames: number } | undefined;

  constructor(video: HTMLVideoElement, listener: MeterListener) {
    this.#video = video;
    this.#listener = listener;
    this.#unwatch = watchFrames(video, frame => this.#see(frame));
    this.#timer = setInterval(() => this.#report(), REPORT_MS);
  }

  /** Measures pictures of this connection from now on. Where one takes another's place, they flow on. */
  follow(link: MeteredLink | undefined): void {
    const goesOn = link && this.#link;
    this.#link = link;
    this.#before = undefined;
    if (!goesOn) this.#setFlows(false);
  }

  /** Stops. Idempotent. */
  close(): void {
    this.#unwatch();
    clearInterval(this.#timer);
    this.#link = undefined;
  }

  #see({ presentedAt, count, ...frame }: PresentedFrame): void {
    // A new stream starts to count again.
    this.#frames += count > this.#framesBefore ? count - this.#framesBefore : 1;
    this.#framesBefore = count;
    // The last picture of a connection that is gone may still be presented.
    if (!this.#link) return;
    this.#lastFrameAt = performance.now();
    const capturedAt = this.#captureTimeOf(frame);
    if (capturedAt !== undefined) this.#latencies.add(presentedAt - capturedAt, presentedAt);
    this.#setFlows(true);
  }

  /** On the clock of `performance.now()`. */
  #captureTimeOf({ rtpTimestamp, captureTime }: Partial<PresentedFrame>): number | undefined {
    const captured =
      rtpTimestamp === undefined ? undefined : this.#link?.clock.captureTimeOf(rtpTimestamp);
    return captured === undefined ? captureTime : captured - performance.timeOrigin;
  }

  async #report(): Promise<void> {
    const link = this.#link;
    if (!link) return;
    const now = performance.now();
    // A hidden page is shown no pictures, which says nothing about the stream.
    if (document.hidden) this.#lastFrameAt = now;
    if (this.#flows && now - this.#lastFrameAt > STALLED_MS) this.#setFlows(false);
    let inbound: InboundVideo | undefined;
    try {
      inbound = inboundVideoOf(
        (await link.peerConnection.getStats()) as ReadonlyMap<string, unknown>,
      );
    } catch {
      return; // Closed meanwhile.
    }
    if (!inbound || this.#link !== link) return;
    const before = this.#before;
    this.#before = { inbound, atMs: now, frames: this.#frames };
    if (before) this.#listener.stats(this.#statsBetween(before, this.#before, link.clock));
  }

  #statsBetween(
    before: { inbound: InboundVideo; atMs: number; frames: number },
    { inbound, atMs, frames }: { inbound: InboundVideo; atMs: number; frames: number },
    clock: ServerClock,
  ): PlaybackStats {
    const seconds = (atMs - before.atMs) / 1000;
    this.#latencies.expire(atMs);
    return {
      latency: this.#measured() ?? estimated(inbound, before.inbound),
      fps: (frames - before.frames) / seconds,
      bitrateBps: ((inbound.bytes - before.inbound.bytes) * 8) / seconds,
      width: this.#video.videoWidth || inbound.width,
      height: this.#video.videoHeight || inbound.height,
      codec: inbound.codec,
      roundTripMs: clock.roundTripMs,
    };
  }

  #measured(): Latency | undefined {
    const p50Ms = this.#latencies.percentile(0.5);
    const p95Ms = this.#latencies.percentile(0.95);
    if (p50Ms === undefined || p95Ms === undefined) return undefined;
    return { p50Ms, p95Ms, method: 'measured' };
  }

  #setFlows(flows: boolean): void {
    if (flows === this.#flows) return;
    this.#flows = flows;
    this.#listener.picture(flows);
  }
}

function estimated(now: InboundVideo, before: InboundVideo): Latency | undefined {
  const ms = estimatedLatencyMs(now, before);
  return ms === undefined ? undefined : { p50Ms: ms, p95Ms: ms, method: 'estimated' };
}
