import { PcmBatcher } from '../../media/audio/PcmBatcher';
import type { AudioUnit } from '../../model/AudioUnit';
import { type Clock, epochMs, systemClock } from '../../model/Clock';
import { CaptureEndedError, MediaError } from '../../model/errors/errors';
import { SoundDeviceMissingError, SoundStalledError } from '../../model/errors/soundErrors';
import type { Origin, OriginListener, OriginRun } from '../../model/Origin';
import { Child } from '../../process/Child';
import type { SoundFinder } from '../../process/sound/SoundFinder';
import { recordArguments } from '../../process/sound/soundArguments';
import { listMicrophones } from '../../process/sound/soundDevices';
import { namedDevice, type SoundBackend, type SoundSystem } from '../../process/sound/soundSystem';
import { Silence } from '../../source/Silence';
import { SampleClock } from '../SampleClock';
import { microphoneFailure, movedTo } from './microphoneFailures';
import { NaudiodonReader } from './naudiodonFrames';

/** The sample rates in which a microphone can be recorded, in Hz. */
export type MicrophoneRate = 8000 | 12_000 | 16_000 | 24_000 | 44_100 | 48_000;

/** What to record. */
export interface MicrophoneOptions {
  /** As listed; absent or `default`: the one that the system takes by itself. */
  readonly device?: string;
  /** In Hz. */
  readonly sampleRate: MicrophoneRate;
  readonly channels: 1 | 2;
  /** The way to the microphone. Default: the best that works. */
  readonly backend?: SoundBackend;
}

export interface MicrophoneDependencies {
  sound: SoundFinder;
  /** Source of time. Default: the system's. */
  clock?: Clock;
  /** Gets a line about each start. */
  log?: (text: string) => void;
}

/** Longest wait for the first sound, in ms: Bluetooth and PortAudio take their time. */
const START_MS = 8000;
/** Longest wait for the next, in ms. */
const STALL_MS = 3000;
const UNITS_PER_SECOND = 50;

/** What a microphone is called in status, messages and log. */
export function microphoneLabel(options: Pick<MicrophoneOptions, 'device'>): string {
  return namedDevice(options) ?? 'default microphone';
}

/** A microphone as S16LE in units of 20 ms, by the sound programs of the system. */
export class MicrophoneCapture implements Origin<AudioUnit> {
  readonly label: string;
  readonly #options: MicrophoneOptions;
  readonly #dependencies: Required<MicrophoneDependencies>;
  #backend: SoundBackend | undefined;

  constructor(
    options: MicrophoneOptions,
    { sound, clock = systemClock, log = () => {} }: MicrophoneDependencies,
  ) {
    this.label = microphoneLabel(options);
    this.#options = options;
    this.#dependencies = { sound, clock, log };
  }

  /** The way that the last run took; undefined before the first. For the status. */
  get backend(): SoundBackend | undefined {
    return this.#backend;
  }

  open(listener: OriginListener<AudioUnit>): OriginRun<AudioUnit> {
    const uses = (backend: SoundBackend) => {
      this.#backend = backend;
    };
    return new MicrophoneRun(this.#options, listener, { ...this.#dependencies, uses });
  }
}

interface RunDependencies extends Required<MicrophoneDependencies> {
  uses: (backend: SoundBackend) => void;
}

class MicrophoneRun implements OriginRun<AudioUnit> {
  readonly #options: MicrophoneOptions;
  readonly #listener: OriginListener<AudioUnit>;
  readonly #deps: RunDependencies;
  readonly #label: string;
  readonly #silence: Silence;
  readonly #clock: SampleClock;
  readonly #batcher: PcmBatcher;
  readonly #samples: number;
  #child: Child | undefined;
  #arrived = 0;
  #given = 0;
  #over = false;

  constructor(
    options: MicrophoneOptions,
    listener: OriginListener<AudioUnit>,
    dependencies: RunDependencies,
  ) {
    this.#options = options;
    this.#listener = listener;
    this.#deps = dependencies;
    this.#label = microphoneLabel(options);
    this.#clock = new SampleClock(options.sampleRate);
    this.#samples = options.sampleRate / UNITS_PER_SECOND;
    this.#batcher = new PcmBatcher(this.#samples * this.#frameBytes, pcm => this.#give(pcm));
    this.#silence = new Silence(dependencies.clock, silentMs =>
      this.#fail(new SoundStalledError(this.#label, silentMs)),
    );
    this.#silence.limit(START_MS);
    void this.#start();
  }

  async close(): Promise<void> {
    this.#over = true;
    this.#silence.end();
    await this.#child?.stop();
  }

  get #frameBytes(): number {
    return this.#options.channels * 2;
  }

  async #start(): Promise<void> {
    try {
      const system = await this.#deps.sound.find(this.#options.backend);
      const device = await this.#device(system);
      if (!this.#over) this.#spawn(system, device);
    } catch (error) {
      this.#fail(
        error instanceof MediaError
          ? error
          : new CaptureEndedError(this.#label, String(error), { cause: error }),
      );
    }
  }

  /** DirectShow has no name for the default microphone: it is the first one. */
  async #device(system: SoundSystem): Promise<string | undefined> {
    const device = namedDevice(this.#options);
    if (device !== undefined || system.ffmpeg?.format !== 'dshow') return device;
    const [first] = await listMicrophones(system, this.#deps.sound.run);
    if (!first) throw new SoundDeviceMissingError(this.#label);
    return first.id;
  }

  #spawn(system: SoundSystem, device: string | undefined): void {
    const { sampleRate, channels } = this.#options;
    const { program, args } = recordArguments(system, { device, sampleRate, channels });
    const reader = new NaudiodonReader(pcm => this.#read(pcm));
    const isFramed = system.backend === 'naudiodon';
    this.#deps.uses(system.backend);
    this.#deps.log(`${this.#label}: recorded by ${system.backend}`);
    this.#child = new Child(
      // SIGTERM: the device is to be given back. A sound server that hangs must not delay a deploy.
      {
        program,
        args,
        label: this.#label,
        env: this.#deps.sound.env,
        stopSignal: 'SIGTERM',
        graceMs: 500,
      },
      {
        data: chunk => (isFramed ? reader.push(chunk) : this.#read(chunk)),
        stderr: line => this.#listen(line, device),
        exit: exit => this.#fail(microphoneFailure(this.#label, program, exit)),
      },
    );
  }

  /** Who chose a microphone does not want to hear another one instead. */
  #listen(line: string, device: string | undefined): void {
    const other = movedTo(line);
    if (device === undefined || other === undefined || other === device) return;
    this.#fail(new SoundDeviceMissingError(this.#label));
  }

  #read(pcm: Buffer): void {
    if (this.#over) return;
    this.#silence.limit(STALL_MS);
    this.#arrived += pcm.length;
    this.#clock.arrived(this.#arrived / this.#frameBytes, epochMs());
    this.#batcher.push(pcm);
  }

  #give(data: Buffer): void {
    if (this.#over) return;
    const { sampleRate, channels } = this.#options;
    const timestampMs = this.#clock.at(this.#given);
    const samples = this.#samples;
    this.#given += samples;
    this.#listener.unit({ codec: 'S16LE', data, timestampMs, sampleRate, channels, samples });
  }

  #fail(error: MediaError): void {
    if (this.#over) return;
    this.#over = true;
    this.#silence.end();
    // The server may be gone for good, or another way work now.
    this.#deps.sound.forget();
    void this.#child?.stop();
    this.#listener.failed(error);
  }
}
