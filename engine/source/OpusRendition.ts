import type { Encoder } from '@evan/opus';
import { loadOpus, OPUS_RATE, PACKET_MS } from '../media/audio/opus';
import { PcmConverter } from '../media/audio/PcmConverter';
import type { AudioUnit } from '../model/AudioUnit';
import { EncoderError, MediaError } from '../model/errors/errors';
import type { State } from '../model/lifeCycle';
import type { Origin, OriginListener, OriginRun } from '../model/Origin';
import type { Subscription, Track } from '../model/Track';

/** How sound is coded. */
export interface OpusSettings {
  /** In bit/s. Default 32000: speech in full quality; music wants 64000 for each channel. */
  readonly bitrateBps?: number;
  /** `voip` for speech, `audio` for music, `restricted_lowdelay` for 4 ms less delay. Default `voip`. */
  readonly application?: 'voip' | 'audio' | 'restricted_lowdelay';
}

/** The encoder makes its packets robust for a loss of so many percent. */
const EXPECTED_LOSS_PERCENT = 10;

/**
 * A source's sound as Opus packets of 20 ms at 48 kHz, with the source's channels (at most 2), for
 * everybody who wants it. A source that is Opus already is passed through.
 *
 * Each packet also holds a coarse copy of the one before (in-band FEC, RFC 6716 section 2.1.7),
 * from which a receiver repairs single losses. libopus adds it where it codes by SILK: with `voip`
 * and, at low bitrates, `audio`; never with `restricted_lowdelay`. Discontinuous transmission is
 * off: a stream that pauses looks like one that broke.
 */
export class OpusRendition implements Origin<AudioUnit> {
  readonly label: string;
  readonly #source: Track<AudioUnit>;
  readonly #settings: Required<OpusSettings>;

  constructor(
    source: Track<AudioUnit>,
    { bitrateBps = 32_000, application = 'voip' }: OpusSettings = {},
  ) {
    this.label = `${source.label} as Opus`;
    this.#source = source;
    this.#settings = { bitrateBps, application };
  }

  open(listener: OriginListener<AudioUnit>): OriginRun<AudioUnit> {
    return new OpusRun(this.#source, this.#settings, listener);
  }
}

class OpusRun implements OriginRun<AudioUnit> {
  readonly #settings: Required<OpusSettings>;
  readonly #listener: OriginListener<AudioUnit>;
  readonly #source: Track<AudioUnit>;
  readonly #subscription: Subscription;
  #channels: 1 | 2 | undefined;
  #converter: PcmConverter | undefined;
  #over = false;

  constructor(
    source: Track<AudioUnit>,
    settings: Required<OpusSettings>,
    listener: OriginListener<AudioUnit>,
  ) {
    this.#settings = settings;
    this.#listener = listener;
    this.#source = source;
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
    this.#guarded(() => this.#converter?.end());
    if (!this.#over) this.#listener.ended();
    this.#over = true;
  };

  #take(unit: AudioUnit): void {
    if (this.#over) return;
    if (unit.codec === 'Opus') {
      this.#listener.unit(unit);
      return;
    }
    this.#guarded(() => this.#converterFor(unit).push(unit));
  }

  /** A source that changes its channels goes on with another encoder. */
  #converterFor(unit: AudioUnit): PcmConverter {
    const channels = unit.channels === 1 ? 1 : 2;
    if (this.#converter && channels === this.#channels) return this.#converter;
    const encoder = this.#newEncoder(channels);
    const samples = (OPUS_RATE * PACKET_MS) / 1000;
    this.#channels = channels;
    this.#converter = new PcmConverter({ sampleRate: OPUS_RATE, channels, samples }, pcm => {
      if (this.#over) return;
      this.#listener.unit({ ...pcm, codec: 'Opus', data: Buffer.from(encoder.encode(pcm.data)) });
    });
    return this.#converter;
  }

  #newEncoder(channels: 1 | 2): Encoder {
    const { bitrateBps, application } = this.#settings;
    const { Encoder: OpusEncoder } = loadOpus();
    const encoder = new OpusEncoder({ channels, sample_rate: OPUS_RATE, application });
    encoder.bitrate = bitrateBps;
    encoder.inband_fec = true;
    encoder.packet_loss = EXPECTED_LOSS_PERCENT;
    return encoder;
  }

  /** Foreign code that fails ends the run, not the thread. */
  #guarded(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#over = true;
      this.#listener.failed(
        error instanceof MediaError
          ? error
          : new EncoderError('Opus', String(error), { cause: error }),
      );
    }
  }
}
