import { type AccessUnit, isPicture } from '../../model/AccessUnit';
import { Child, type ChildExit } from '../../process/Child';
import type { Ffmpeg } from '../../process/ffmpeg';
import { type CodecJob, codecArguments, outputColour, outputSize } from './CodecJob';
import type { CodedUnit, UnitReader } from './CodedUnit';
import { unitReader } from './unitReader';
import { type UnitWriter, unitWriter } from './unitWriter';

/** Who gets what a codec process makes. */
export interface FfmpegCodecHandlers {
  unit(unit: AccessUnit): void;
  /** It ended by itself, or its output made no sense and it was stopped. At most once. */
  exit(reason: string): void;
  /** It has taken all that waited: the next unit goes in at once. */
  ready?(): void;
}

/** Pictures that may be inside a transcoder before the oldest is taken for lost. */
const MOST_INSIDE = 64;

/**
 * One running ffmpeg that converts one unit after the other. A unit that comes while the program
 * has not yet taken the one before is dropped: nothing queues up.
 */
export class FfmpegCodec {
  readonly job: CodecJob;
  readonly #child: Child;
  readonly #handlers: FfmpegCodecHandlers;
  readonly #write: UnitWriter;
  readonly #reader: UnitReader;
  /** Capture times of the units inside the program, by their index. */
  readonly #inside = new Map<number, number>();
  /** What may wait although it is more than usual, in bytes: units that were handed in all at once. */
  #allowance = 0;
  #pushed = 0;
  #made = 0;
  #stopped = false;

  constructor(job: CodecJob, ffmpeg: Ffmpeg, handlers: FfmpegCodecHandlers) {
    this.job = job;
    this.#handlers = handlers;
    this.#write = unitWriter(job);
    this.#reader = unitReader({ ...job, colour: outputColour(job) }, unit => this.#emit(unit));
    this.#child = new Child(
      {
        program: ffmpeg.path,
        args: codecArguments(job, ffmpeg),
        label: `${job.from} to ${job.to}`,
      },
      {
        data: chunk => this.#read(chunk),
        exit: exit => this.#ended(exit),
        drained: () => {
          if (!this.#stopped) this.#handlers.ready?.();
        },
      },
    );
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** Units that were taken. */
  get pushed(): number {
    return this.#pushed;
  }

  /** Units that came out. */
  get made(): number {
    return this.#made;
  }

  /** Hands a unit in. False if it was dropped because the program is behind, or not usable yet. */
  push(unit: AccessUnit): boolean {
    const waitingBytes = this.#child.backlogBytes;
    if (this.#stopped || waitingBytes > mostWaiting(unit) + this.#allowance) return false;
    if (waitingBytes <= mostWaiting(unit)) this.#allowance = 0;
    const parts = this.#write(unit, this.#pushed);
    if (parts.length === 0) return false;
    this.#inside.set(this.#pushed, unit.timestampMs);
    this.#pushed += 1;
    if (this.#inside.size > MOST_INSIDE) this.#forgetOldest();
    return this.#child.write(...parts);
  }

  /** Hands in all that there is of a stream so far, however much. False if it is not usable. */
  catchUp(units: readonly AccessUnit[]): boolean {
    // Above zero until all of it was taken, so that what comes next need not wait.
    const bytes = units.reduce((sum, { data }) => sum + data.length, 0);
    return units.every(unit => {
      this.#allowance = bytes;
      return this.push(unit);
    });
  }

  /** Idempotent, never rejects; nothing is emitted any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#child.stop();
  }

  #read(chunk: Buffer): void {
    if (this.#stopped) return;
    try {
      this.#reader.push(chunk);
    } catch (error) {
      this.#giveUp(error instanceof Error ? error.message : String(error));
    }
  }

  #emit({ data, key, index }: CodedUnit): void {
    if (this.#stopped) return;
    const timestampMs = this.#captureTime(index);
    if (timestampMs === undefined) return;
    this.#made += 1;
    this.#handlers.unit({
      codec: this.job.to,
      data,
      key,
      timestampMs,
      ...outputSize(this.job),
    });
  }

  /** The capture time of the picture that came out; undefined if it was taken for lost. */
  #captureTime(index: number): number | undefined {
    const timestampMs = this.#inside.get(index);
    // Transcoders keep the order: what is older did not come out and never will.
    for (const key of this.#inside.keys()) {
      if (key > index) break;
      this.#inside.delete(key);
    }
    return timestampMs;
  }

  #forgetOldest(): void {
    const [oldest] = this.#inside.keys();
    if (oldest !== undefined) this.#inside.delete(oldest);
  }

  #ended({ code, signal, error, lastWords }: ChildExit): void {
    const how = signal ? `killed by ${signal}` : `exit code ${code}`;
    this.#giveUp(error?.message ?? lastWords.at(-1) ?? how);
  }

  #giveUp(reason: string): void {
    if (this.#stopped) return;
    void this.stop();
    this.#handlers.exit(reason);
  }
}

/** A decoder loses all up to the next keyframe with one unit: it may be further behind than an encoder. */
const MOST_CODED_BYTES = 512 * 1024;

/** Bytes that may wait in front of a unit: of pictures less than one, for the next is newer. */
function mostWaiting({ codec, data }: AccessUnit): number {
  return isPicture(codec) ? data.length / 2 : MOST_CODED_BYTES;
}
