import { type DecoderStatistics, OpusDecoder } from '../media/audio/OpusDecoder';
import { PcmConverter } from '../media/audio/PcmConverter';
import type { AudioUnit } from '../model/AudioUnit';
import { EncoderError, MediaError } from '../model/errors/errors';
import type { State } from '../model/lifeCycle';
import type { Origin, OriginListener, OriginRun } from '../model/Origin';
import type { Subscription, Track } from '../model/Track';

/** What is wanted of a source. */
export interface PcmSettings {
  /** In Hz, from 8000 to 48000. */
  readonly sampleRate: number;
  readonly channels: 1 | 2;
}

/** Units a second, whatever the source's packets hold. */
const UNITS_PER_SECOND = 50;

/**
 * A source's sound as S16LE in units of 20 ms, for everybody who wants that: Opus is decoded, PCM
 * of another rate or other channels converted. Gaps of up to 100 ms between Opus packets, and bad
 * packets, are concealed and counted.
 */
export class PcmRendition implements Origin<AudioUnit> {
  readonly label: string;
  readonly #source: Track<AudioUnit>;
  readonly #settings: PcmSettings;
  readonly #statistics: DecoderStatistics = { badPackets: 0, latePackets: 0, concealed: 0 };

  constructor(source: Track<AudioUnit>, settings: PcmSettings) {
    this.label = `${source.label} as PCM`;
    this.#source = source;
    this.#settings = settings;
  }

  /** Counted over all runs. */
  get statistics(): Readonly<DecoderStatistics> {
    return { ...this.#statistics };
  }

  open(listener: OriginListener<AudioUnit>): OriginRun<AudioUnit> {
    return new PcmRun(this.#source, this.#settings, this.#statistics, listener);
  }
}

class PcmRun implements OriginRun<AudioUnit> {
  readonly #settings: PcmSettings;
  readonly #statistics: DecoderStatistics;
  readonly #listener: OriginListener<AudioUnit>;
  readonly #source: Track<AudioUnit>;
  readonly #converter: PcmConverter;
  readonly #subscription: Subscription;
  #decoder: OpusDecoder | undefined;
  #over = false;

  constructor(
    source: Track<AudioUnit>,
    settings: PcmSettings,
    statistics: DecoderStatistics,
    listener: OriginListener<AudioUnit>,
  ) {
    this.#settings = settings;
    this.#statistics = statistics;
    this.#listener = listener;
    this.#source = source;
    const { sampleRate, channels } = settings;
    const samples = Math.round(sampleRate / UNITS_PER_SECOND);
    this.#converter = new PcmConverter({ sampleRate, channels, samples }, unit => {
      if (!this.#over) listener.unit(unit);
    });
    source.on('state', this.#follow);
    this.#subscription = source.subscribe({ unit: unit => this.#take(unit) });
  }

  async close(unwantedSinceMs?: number): Promise<void> {
    this.#over = true;
    this.#source.off('state', this.#follow);
    this.#subscription.close(unwantedSinceMs);
  }

  /** The end of the source is the end of its renditions: the next listener starts it anew. */
  readonly #follow = (state: State): void => {
    if (state !== 'ended' || this.#over) return;
    this.#converter.end();
    this.#over = true;
    this.#listener.ended();
  };

  #take(unit: AudioUnit): void {
    if (this.#over) return;
    if (unit.codec === 'S16LE') this.#converter.push(unit);
    else this.#openDecoder()?.push(unit);
  }

  #openDecoder(): OpusDecoder | undefined {
    if (this.#decoder) return this.#decoder;
    const { sampleRate, channels } = this.#settings;
    try {
      this.#decoder = new OpusDecoder(sampleRate, channels, this.#statistics, pcm =>
        this.#converter.push(pcm),
      );
    } catch (error) {
      this.#over = true;
      this.#listener.failed(
        error instanceof MediaError
          ? error
          : new EncoderError('Opus', String(error), { cause: error }),
      );
    }
    return this.#decoder;
  }
}
