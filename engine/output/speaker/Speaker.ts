import { EventEmitter } from 'node:events';
import { CHANNELS, SAMPLE_RATE } from '../../media/audio/audioBlock';
import { checkForm, durationMs, type Pcm, PcmInput } from '../../media/audio/PcmInput';
import { parseWav } from '../../media/audio/wav';
import type { AudioUnit } from '../../model/AudioUnit';
import { type Clock, systemClock } from '../../model/Clock';
import type { MediaError } from '../../model/errors/errors';
import { SoundTooLongError } from '../../model/errors/soundErrors';
import type { State } from '../../model/lifeCycle';
import { type Subscription, Track } from '../../model/Track';
import type { SoundFinder } from '../../process/sound/SoundFinder';
import type { SoundBackend } from '../../process/sound/soundSystem';
import { PcmRendition } from '../../source/PcmRendition';
import { type AudioCounters, AudioJitterBuffer } from './AudioJitterBuffer';
import { AudioMixer } from './AudioMixer';
import { Playback, type PlaybackStarted } from './Playback';
import { MOST_STORED_MS, StoredSound } from './StoredSound';

/** Options of a `Speaker`. */
export interface SpeakerOptions {
  /** As `listSpeakers` names it. Default: the system's default device. */
  readonly device?: string | undefined;
  /** 0 (silent) to 1 (as it came). */
  readonly volume: number;
  readonly muted: boolean;
  /** How long sound waits, so that jitter is not heard, in ms. */
  readonly depthMs: number;
  /** Default: the best one that works. */
  readonly backend?: SoundBackend | undefined;
}

/** What a speaker needs. */
export interface SpeakerDependencies {
  readonly sound: SoundFinder;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Gets a line when something is amiss that nobody must act on. */
  readonly log?: (text: string) => void;
}

/** What a speaker tells about itself. */
export type SpeakerEvents = {
  /** `backend` comes with `live` and `lingering`: the way to the device. */
  state: [state: State, backend?: SoundBackend];
  failed: [error: MediaError];
};

/** The device stays open for so long after the last sound, in ms. */
const LINGER_MS = 2000;
/** Longest pause between two attempts to open the device, in ms. */
const LONGEST_RETRY_MS = 10_000;
/** A longer piece from a flow is a sound of its own and not a part of a stream, in ms. */
const LONGEST_CHUNK_MS = 1000;

/** One live stream that is heard. */
interface Stream {
  readonly buffer: AudioJitterBuffer;
  readonly input: PcmInput;
  /** With an attached track: its sound, decoded. */
  readonly rendition?: PcmRendition;
  readonly pcm?: Track<AudioUnit>;
}

/**
 * A loudspeaker that plays tracks, chunks and whole sounds, all mixed. The device is open only
 * while there is something to hear; it is opened again when it, or the sound server, comes back.
 */
export class Speaker extends EventEmitter<SpeakerEvents> {
  readonly #depthMs: number;
  readonly #clock: Clock;
  readonly #log: (text: string) => void;
  readonly #mixer: AudioMixer;
  readonly #output: Track<PlaybackStarted>;
  readonly #tracks = new Map<string, Stream>();
  readonly #flows = new Map<string, Stream>();
  readonly #stored = new StoredSound();
  readonly #closing = new Set<Promise<void>>();
  /** Keeps the device open. */
  #hold: Subscription | undefined;
  /** Counters of streams that are gone. */
  #past: AudioCounters = { played: 0, concealed: 0, droppedLate: 0 };
  #backend: SoundBackend | undefined;
  #closed = false;

  constructor(options: SpeakerOptions, dependencies: SpeakerDependencies) {
    super();
    const { device, backend, volume, muted, depthMs } = options;
    const { sound, clock = systemClock, log = () => {} } = dependencies;
    this.#depthMs = depthMs;
    this.#clock = clock;
    this.#log = log;
    this.#mixer = new AudioMixer({ volume, muted });
    this.#mixer.add(this.#stored);
    const playback = new Playback({ device, backend, sound, clock, block: () => this.#block() });
    this.#output = new Track(playback, {
      lingerMs: LINGER_MS,
      retry: { longestMs: LONGEST_RETRY_MS },
      clock,
      log,
      observe: backend => this.#heard(backend),
    });
    this.#output.on('state', state => this.#changed(state));
    this.#output.on('failed', error => this.emit('failed', error));
  }

  get state(): State {
    return this.#output.state;
  }

  /** Blocks of 20 ms since the start, all streams together. */
  get counters(): AudioCounters {
    const streams = [...this.#tracks.values(), ...this.#flows.values()].map(countersOf);
    const { played } = this.#stored;
    return [...streams, { played, concealed: 0, droppedLate: 0 }].reduce(sumOf, this.#past);
  }

  /** Plays a track from now on, instead of the one that had this id. */
  attach(id: string, track: Track<AudioUnit>): void {
    this.detach(id);
    if (this.#closed) return;
    const rendition = new PcmRendition(track, { sampleRate: SAMPLE_RATE, channels: CHANNELS });
    const pcm = new Track(rendition, { lingerMs: 0, clock: this.#clock, log: this.#log });
    const stream = { ...this.#newStream(), rendition, pcm };
    this.#tracks.set(id, stream);
    pcm.on('failed', error => this.emit('failed', error));
    pcm.subscribe({ unit: unit => this.#take(stream, unit) });
  }

  /** Plays that track no more. Unknown ids are ignored. */
  detach(id: string): void {
    const stream = this.#tracks.get(id);
    if (!stream?.pcm) return;
    this.#tracks.delete(id);
    this.#drop(stream);
    const closed = stream.pcm.close();
    this.#closing.add(closed);
    void closed.then(() => this.#closing.delete(closed));
  }

  /**
   * Plays a chunk of the stream with this id. Chunks that come late are dropped, except those of
   * more than a second: each of them is a sound of its own, played whole.
   * @throws {SettingError} when there can be no such rate or number of channels
   * @throws {SoundTooLongError} when more than 30 s would wait
   */
  play(id: string, pcm: Pcm): void {
    if (this.#closed) return;
    checkForm(pcm.sampleRate, pcm.channels);
    if (durationMs(pcm) > LONGEST_CHUNK_MS) {
      this.#store(pcm);
      return;
    }
    const stream = this.#flows.get(id) ?? this.#newStream();
    this.#flows.set(id, stream);
    this.#take(stream, pcm);
  }

  /**
   * Plays a whole WAV file, after those that wait already.
   * @throws {WavError} when it is no WAV file, or of a kind that is not read
   * @throws {SettingError} when there can be no such rate or number of channels
   * @throws {SoundTooLongError} when more than 30 s would wait
   */
  playWav(file: Buffer): void {
    if (this.#closed) return;
    const pcm = parseWav(file);
    checkForm(pcm.sampleRate, pcm.channels);
    this.#store(pcm);
  }

  /** Drops what flows have put in and was not played yet. Tracks go on. */
  stop(): void {
    this.#stored.clear();
    for (const stream of this.#flows.values()) this.#drop(stream);
    this.#flows.clear();
  }

  /** 0 (silent) to 1 (as it came); what is beyond counts as that. */
  setVolume(volume: number): void {
    this.#mixer.setVolume(volume);
  }

  setMuted(muted: boolean): void {
    this.#mixer.setMuted(muted);
  }

  /** Idempotent, never rejects; settles when the player is gone. What was not played is lost. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const id of [...this.#tracks.keys()]) this.detach(id);
    this.#stored.clear();
    await this.#output.close();
    await Promise.all(this.#closing);
    this.removeAllListeners();
  }

  #newStream(): Stream {
    const buffer = new AudioJitterBuffer({ depthMs: this.#depthMs });
    this.#mixer.add(buffer);
    return { buffer, input: new PcmInput() };
  }

  #drop(stream: Stream): void {
    this.#mixer.remove(stream.buffer);
    this.#past = sumOf(this.#past, countersOf(stream));
  }

  #take({ buffer, input }: Stream, pcm: Pcm): void {
    buffer.push(input.convert(pcm));
    this.#wake();
  }

  #store(pcm: Pcm): void {
    if (!this.#stored.push(pcm)) throw new SoundTooLongError(MOST_STORED_MS / 1000);
    this.#wake();
  }

  #wake(): void {
    this.#hold ??= this.#output.subscribe({ unit: () => {} });
  }

  /**
   * What the device plays next; when nothing is left to be heard, it is given up. Not while it
   * starts: a short sound is all handed over by then, and not yet heard.
   */
  #block(): Buffer {
    const block = this.#mixer.mix();
    if (!this.#mixer.isActive && this.state === 'live') this.#release();
    return block;
  }

  #release(): void {
    this.#hold?.close();
    this.#hold = undefined;
  }

  #changed(state: State): void {
    // Streams of a flow have no end: what has been silent for so long is over.
    if (state === 'idle') this.#forgetFlows();
    // What comes first makes it live, and is told then.
    if (state === 'live' && this.#backend === undefined) return;
    if (state !== 'live' && state !== 'lingering') this.#backend = undefined;
    this.emit('state', state, this.#backend);
  }

  #heard(backend: SoundBackend): void {
    this.#backend = backend;
    this.emit('state', this.state, backend);
  }

  #forgetFlows(): void {
    for (const [id, stream] of this.#flows) {
      if (stream.buffer.isActive) continue;
      this.#flows.delete(id);
      this.#drop(stream);
    }
  }
}

function countersOf({ buffer, rendition }: Stream): AudioCounters {
  const lost = rendition?.statistics.concealed ?? 0;
  return { ...buffer.counters, concealed: buffer.counters.concealed + lost };
}

function sumOf(a: AudioCounters, b: AudioCounters): AudioCounters {
  return {
    played: a.played + b.played,
    concealed: a.concealed + b.concealed,
    droppedLate: a.droppedLate + b.droppedLate,
  };
}
