import type { AudioUnit } from '../model/AudioUnit';
import type { Subscription, Track } from '../model/Track';
import type { RtpSender } from './RtpSender';

/** Capture times jitter; only a jump of more than this is a real gap, in ms. */
const GAP_MS = 60;

/**
 * Sends one Opus track to one peer. Timestamps count samples, so that the browser sees a steady
 * stream; a gap in the sound is a gap in them.
 */
export class AudioSender {
  #track: Track<AudioUnit> | undefined;
  #subscription: Subscription | undefined;
  #sender: RtpSender | undefined;
  /** When the next packet begins if the sound goes on, in ms since the epoch. */
  #nextMs: number | undefined;

  get sender(): RtpSender | undefined {
    return this.#sender;
  }

  /** Sends this track from now on, instead of the one before. */
  follow(track: Track<AudioUnit> | undefined): void {
    if (track === this.#track) return;
    this.#subscription?.close();
    this.#track = track;
    this.#nextMs = undefined;
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
    const next = this.#nextMs;
    const isSteady = next !== undefined && Math.abs(timestampMs - next) <= GAP_MS;
    const startMs = isSteady ? next : timestampMs;
    this.#nextMs = startMs + (1000 * samples) / sampleRate;
    this.#sender.send([data], startMs, []);
  }
}
