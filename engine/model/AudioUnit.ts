/** How sound is coded: Opus packets for peers, S16LE (interleaved PCM) for flows and sound cards. */
export type AudioCodec = 'Opus' | 'S16LE';

/** A piece of sound: one Opus packet, or some PCM. */
export interface AudioUnit {
  readonly codec: AudioCodec;
  /** Shared by all subscribers: never written to. */
  readonly data: Buffer;
  /** Capture time of its first sample, in ms since the epoch. */
  readonly timestampMs: number;
  /** In Hz: 48000 for Opus. */
  readonly sampleRate: number;
  readonly channels: number;
  /** Samples of each channel. */
  readonly samples: number;
}
