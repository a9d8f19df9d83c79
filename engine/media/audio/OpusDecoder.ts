import type { Decoder } from '@evan/opus';
import type { AudioUnit } from '../../model/AudioUnit';
import { fadedOut } from './fadedOut';
import { loadOpus, OPUS_RATE, OPUS_RATES } from './opus';
import { opusSamples } from './opusSamples';

/** What went wrong with the packets of a stream. */
export interface DecoderStatistics {
  /** Packets that could not be decoded. */
  badPackets: number;
  /** Packets that came after their time had been filled. */
  latePackets: number;
  /** Pieces of 20 ms that were made up. */
  concealed: number;
}

/** What is made up at a time, in ms. */
const PIECE_MS = 20;
/** Longer gaps are left as they are: who plays the sound knows better whether to wait. */
const LONGEST_GAP_MS = 100;
/** A packet that is older by more belongs to a stream that began anew. */
const LATEST_MS = 1000;

/**
 * Opus packets to S16LE, bad and missing ones concealed: what was heard last is repeated, fading
 * out, then there is silence. Sound is never delayed by it: a gap is filled when the next packet
 * shows it. (The library gives no access to Opus's own concealment and FEC.)
 */
export class OpusDecoder {
  readonly sampleRate: number;
  readonly channels: number;
  readonly #decoder: Decoder;
  readonly #statistics: DecoderStatistics;
  readonly #unit: (unit: AudioUnit) => void;
  /** The end of what was given, in ms since the epoch. */
  #endMs: number | undefined;
  /** The last piece of what was heard. */
  #last: Buffer | undefined;

  /**
   * @param sampleRate that is wanted: another one comes out where Opus has none such
   * @param unit gets what is decoded and what is made up, without gaps or overlaps
   * @throws {EncoderError} when the library cannot be loaded
   */
  constructor(
    sampleRate: number,
    channels: 1 | 2,
    statistics: DecoderStatistics,
    unit: (unit: AudioUnit) => void,
  ) {
    const { Decoder: Opus } = loadOpus();
    this.sampleRate = OPUS_RATES.includes(sampleRate) ? sampleRate : OPUS_RATE;
    this.channels = channels;
    const rate = this.sampleRate as 8000 | 12_000 | 16_000 | 24_000 | 48_000;
    this.#decoder = new Opus({ channels, sample_rate: rate });
    this.#statistics = statistics;
    this.#unit = unit;
  }

  /** Never throws. */
  push({ data, timestampMs }: AudioUnit): void {
    const gapMs = timestampMs - (this.#endMs ?? timestampMs);
    if (gapMs <= -PIECE_MS / 2 && gapMs > -LATEST_MS) {
      this.#statistics.latePackets += 1;
      return;
    }
    if (gapMs <= LONGEST_GAP_MS) this.#conceal(Math.round(gapMs / PIECE_MS), timestampMs - gapMs);
    const pcm = this.#decode(data);
    if (pcm) {
      const pieceBytes = (this.sampleRate * PIECE_MS * this.channels * 2) / 1000;
      this.#last = pcm.subarray(-pieceBytes);
      this.#give(pcm, timestampMs);
      return;
    }
    this.#statistics.badPackets += 1;
    const durationMs = ((opusSamples(data) ?? 0) * 1000) / OPUS_RATE;
    this.#conceal(Math.max(1, Math.round(durationMs / PIECE_MS)), timestampMs);
  }

  #decode(packet: Buffer): Buffer | undefined {
    // An empty packet makes one build of the library throw and another one make up 240 ms.
    if (packet.length === 0) return undefined;
    try {
      const { buffer, byteOffset, byteLength } = this.#decoder.decode(packet);
      return Buffer.from(buffer, byteOffset, byteLength);
    } catch {
      // Garbage from the network is no reason to stop: it is counted and concealed.
      return undefined;
    }
  }

  #conceal(pieces: number, fromMs: number): void {
    const bytes = (this.sampleRate * PIECE_MS * this.channels * 2) / 1000;
    for (let piece = 0; piece < pieces; piece += 1) {
      const past = this.#last;
      this.#last = undefined;
      this.#statistics.concealed += 1;
      const sound = past && past.length === bytes ? fadedOut(past, this.channels) : undefined;
      this.#give(sound ?? Buffer.alloc(bytes), fromMs + piece * PIECE_MS);
    }
  }

  #give(data: Buffer, timestampMs: number): void {
    const { sampleRate, channels } = this;
    const samples = data.length / (2 * channels);
    this.#endMs = timestampMs + (samples * 1000) / sampleRate;
    this.#unit({ codec: 'S16LE', data, timestampMs, sampleRate, channels, samples });
  }
}
