const LOOK_EVERY_MS = 100;
/** What counts as silence, in dB below full scale. */
const SILENCE_DB = 60;

/** Tells ten times a second how loud a track is, 0 to 1, until closed. */
export class SoundLevel {
  readonly #context = new AudioContext();
  readonly #timer: ReturnType<typeof setInterval>;

  constructor(track: MediaStreamTrack, tell: (level: number) => void) {
    const analyser = new AnalyserNode(this.#context, { fftSize: 2048 });
    this.#context.createMediaStreamSource(new MediaStream([track])).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = setInterval(() => {
      analyser.getFloatTimeDomainData(samples);
      tell(levelOf(samples));
    }, LOOK_EVERY_MS);
  }

  /** Idempotent. */
  close(): void {
    clearInterval(this.#timer);
    // Rejects only if it is closed already.
    this.#context.close().catch(() => {});
  }
}

/** Loudness as the ear has it: 0 for 60 dB below full scale and less, 1 for full scale (samples of -1 to 1). */
export function levelOf(samples: ArrayLike<number>): number {
  let sum = 0;
  for (let index = 0; index < samples.length; index += 1) sum += (samples[index] ?? 0) ** 2;
  const db = 10 * Math.log10(sum / samples.length);
  return Math.min(Math.max(1 + db / SILENCE_DB, 0), 1);
}
