import {
  type AudioInput,
  BLOCK_FRAMES,
  BLOCK_MS,
  BLOCK_SAMPLES,
  msOf,
} from '../../media/audio/audioBlock';
import { durationMs, type Pcm, PcmInput } from '../../media/audio/PcmInput';
import { SampleQueue } from './SampleQueue';

/** So much may wait to be played, in ms. */
export const MOST_STORED_MS = 30_000;

/**
 * Whole sounds, played one after the other from begin to end. Each is converted while it is played:
 * all at once would hold everything else up.
 */
export class StoredSound implements AudioInput {
  #sounds: { readonly pcm: Pcm; readonly input: PcmInput; at: number }[] = [];
  readonly #queue = new SampleQueue();
  readonly #block = new Int16Array(BLOCK_SAMPLES);
  #played = 0;

  get isActive(): boolean {
    return this.#sounds.length > 0 || this.#queue.frames > 0;
  }

  /** What waits, in ms. */
  get waitingMs(): number {
    const rests = this.#sounds.map(({ pcm, at }) =>
      durationMs({ ...pcm, data: pcm.data.subarray(at) }),
    );
    return rests.reduce((sum, restMs) => sum + restMs, msOf(this.#queue.frames));
  }

  /** Blocks since the start. */
  get played(): number {
    return this.#played;
  }

  /** Queues a sound. False if it is not taken, because more than `MOST_STORED_MS` would wait. */
  push(pcm: Pcm): boolean {
    if (this.waitingMs + durationMs(pcm) > MOST_STORED_MS) return false;
    this.#sounds.push({ pcm, input: new PcmInput(), at: 0 });
    return true;
  }

  pull(): Int16Array | undefined {
    while (this.#queue.frames < BLOCK_FRAMES && this.#sounds.length > 0) this.#convert();
    if (this.#queue.frames === 0) return undefined;
    const frames = this.#queue.read(this.#block);
    this.#block.fill(0, (frames * BLOCK_SAMPLES) / BLOCK_FRAMES);
    this.#played += 1;
    return this.#block;
  }

  /** Forgets what waits. */
  clear(): void {
    this.#sounds = [];
    this.#queue.clear();
  }

  /** Moves some more of the first sound into the queue. */
  #convert(): void {
    const [sound] = this.#sounds;
    if (!sound) return;
    const { pcm, input } = sound;
    const bytes = Math.ceil((pcm.sampleRate * BLOCK_MS) / 1000) * pcm.channels * 2;
    const data = pcm.data.subarray(sound.at, sound.at + bytes);
    sound.at += bytes;
    this.#queue.push(input.convert({ ...pcm, data }));
    if (sound.at < pcm.data.length) return;
    this.#queue.push(input.end());
    this.#sounds.shift();
  }
}
