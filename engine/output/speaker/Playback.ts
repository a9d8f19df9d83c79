import { CHANNELS, SAMPLE_RATE } from '../../media/audio/audioBlock';
import { type Clock, systemClock } from '../../model/Clock';
import { MediaError } from '../../model/errors/errors';
import { PlaybackError } from '../../model/errors/soundErrors';
import type { Origin, OriginListener, OriginRun } from '../../model/Origin';
import type { SoundFinder } from '../../process/sound/SoundFinder';
import { playArguments } from '../../process/sound/soundArguments';
import { namedDevice, type SoundBackend, type SoundSystem } from '../../process/sound/soundSystem';
import { PcmPlayer } from './PcmPlayer';

/** Options of a `Playback`. */
export interface PlaybackOptions {
  /** As `listSpeakers` names it. Default: the system's default device. */
  readonly device?: string | undefined;
  /** Default: the best one that works. */
  readonly backend?: SoundBackend | undefined;
  readonly sound: SoundFinder;
  /** Gives the next 20 ms; called while the device is open. */
  readonly block: () => Buffer;
  /** Default: the system's. */
  readonly clock?: Clock;
}

/** The one thing that a playback delivers, each time when it begins to be heard: by which way. */
export type PlaybackStarted = SoundBackend;

/**
 * A loudspeaker that is opened on demand. It looks at a `Track` like an origin whose units say that
 * it plays, so that it has the life cycle of all that is opened on demand.
 */
export class Playback implements Origin<PlaybackStarted> {
  readonly label: string;
  readonly #options: PlaybackOptions;

  constructor(options: PlaybackOptions) {
    this.label = namedDevice(options) ?? 'The default speaker';
    this.#options = options;
  }

  open(listener: OriginListener<PlaybackStarted>): OriginRun<PlaybackStarted> {
    return new PlaybackRun(this.label, this.#options, listener);
  }
}

class PlaybackRun implements OriginRun<PlaybackStarted> {
  readonly #label: string;
  readonly #options: PlaybackOptions;
  readonly #listener: OriginListener<PlaybackStarted>;
  #player: PcmPlayer | undefined;
  #closed = false;

  constructor(label: string, options: PlaybackOptions, listener: OriginListener<PlaybackStarted>) {
    this.#label = label;
    this.#options = options;
    this.#listener = listener;
    void this.#start();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#player?.stop();
  }

  async #start(): Promise<void> {
    try {
      const system = await this.#options.sound.find(this.#options.backend);
      if (!this.#closed) this.#play(system);
    } catch (error) {
      this.#fail(
        error instanceof MediaError
          ? error
          : new PlaybackError(this.#label, String(error), { cause: error }),
      );
    }
  }

  #play(system: SoundSystem): void {
    const { device, sound, block, clock = systemClock } = this.#options;
    const stream = { device, sampleRate: SAMPLE_RATE, channels: CHANNELS };
    const { program, args } = playArguments(system, stream);
    const isPulse = system.backend === 'pulse';
    this.#player = new PcmPlayer(
      {
        program: { program, args: isPulse ? ['--verbose', ...args] : args },
        reports: isPulse || system.backend === 'naudiodon',
        label: this.#label,
        env: sound.env,
        clock,
      },
      {
        block,
        started: () => this.#listener.unit(system.backend),
        failed: error => this.#fail(error),
      },
    );
  }

  #fail(error: MediaError): void {
    if (this.#closed) return;
    // Another way may work by the next attempt: a sound server was started, a card plugged in.
    this.#options.sound.forget();
    this.#listener.failed(error);
  }
}
