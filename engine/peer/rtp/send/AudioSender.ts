import type { AudioUnit } from '../../../model/AudioUnit';
import type { Subscribable, Subscription } from '../../../model/Track';
import type { RtpSender } from './RtpSender';

/** Capture times jitter; only a jump of more than this is a real gap, in ms. */
const GAP_MS = 60;
/** A sound card's clock is wrong by less than this, as a part: what is slower than it is drift, no gap. */
const MOST_DRIFT = 0.001;

/**
 * Sends one Opus track to one peer. Timestamps count samples (RFC 7587 4.1), so that the browser
 * sees a steady stream however the sound card's clock drifts against ours; the sender reports tell
 * it by how much. A gap in the sound is a gap in the timestamps.
 */
export class AudioSender {
  #track: Subscribable<AudioUnit> | undefined;
  #subscription: Subscription | undefined;
  #sender: RtpSender | undefined;
  /** When the next packet begins if the sound goes on, in ms by the count of samples. */
  #nextMs: number | undefined;
  /** How much later it is by our clock, in ms. */
  #lagMs = 0;
  #isOther = false;

  get sender(): RtpSender | undefined {
    return this.#sender;
  }

  /** Sends this track from now on, instead of the one before. */
  follow(track: Subscribable<AudioUnit> | undefined): void {
    if (track === this.#track) return;
    this.#subscription?.close();
    this.#track = track;
    this.#isOther = true;
    this.#subscription = this.#sender && this.#subscribe();
  }

  /** The peer is connected. Sound that came before is old by now and stays unsent. */
  connect(sender: RtpSender): void {
    this.#sender = sender;
    this.#subscription ??= this.#subscribe();
  }

  /** Idempotent. */
  close(): void {
    this.#subscription?.close();
    this.#subscription = undefined;
    this.#track = undefined;
    this.#sender = undefined;
  }

  #subscribe(): Subscription | undefined {
    return this.#track?.subscribe({ unit: unit => this.#send(unit) });
  }

  #send({ codec, data, timestampMs, samples, sampleRate }: AudioUnit): void {
    if (codec !== 'Opus' || !this.#sender) return;
    const durationMs = (1000 * samples) / sampleRate;
    const mediaMs = this.#place(timestampMs, durationMs);
    this.#nextMs = mediaMs + durationMs;
    this.#sender.send([data], mediaMs, [], this.#lagMs);
  }

  /** The time of a packet by the count of samples. */
  #place(timestampMs: number, durationMs: number): number {
    const next = this.#nextMs ?? timestampMs;
    const offMs = timestampMs - (next + this.#lagMs);
    const isOther = this.#isOther;
    this.#isOther = false;
    if (!isOther && Math.abs(offMs) <= GAP_MS) {
      const mostMs = durationMs * MOST_DRIFT;
      this.#lagMs += Math.min(Math.max(offMs, -mostMs), mostMs);
      return next;
    }
    // Time that was counted already cannot be counted again: another track may begin before it.
    const mediaMs = Math.max(next, next + offMs);
    this.#lagMs = timestampMs - mediaMs;
    return mediaMs;
  }
}
