import { epochMs } from '../../model/Clock';
import type { Frame, FrameFormat } from '../../model/Frame';
import type { Track } from '../../model/Track';
import type { AudioSource } from '../../source/AudioSource';
import type { Source } from '../../source/Source';
import { type Chunk, FlowChunks } from './FlowChunks';
import { FlowFrames, frameOf } from './FlowFrames';

/** How a flow wants its pictures. */
export interface FrameSettings {
  readonly format: FrameFormat;
  /** Wider pictures are made so wide, in pixels. */
  readonly maxWidth?: number;
  /** At most so many a second. */
  readonly frameRate?: number;
}

/** Who gets what flows are handed. `tap` comes back with `taken`. */
export interface FlowTapHandlers {
  frame(tap: string, frame: Frame): void;
  chunk(tap: string, chunk: Chunk): void;
}

/** Flows are handed sound so, whatever the source's form; Opus decodes to it. */
const REMOTE_PCM = { sampleRate: 48_000, channels: 1 } as const;

/** Hands pictures and sound to flows, each at the pace of its flow. */
export class FlowOutputs {
  readonly #handlers: FlowTapHandlers;
  readonly #taps = new Map<string, FlowFrames | FlowChunks>();

  constructor(handlers: FlowTapHandlers) {
    this.#handlers = handlers;
  }

  /** Hands a source's pictures out. An open tap of this name is replaced. */
  openFrames(tap: string, source: Source, settings: FrameSettings): void {
    this.close(tap);
    const frames = new FlowFrames(
      picturesOf(source, settings),
      frame => this.#handlers.frame(tap, frame),
      settings,
    );
    this.#taps.set(tap, frames);
  }

  /** Hands a source's sound out. An open tap of this name is replaced. */
  openChunks(tap: string, source: AudioSource, pcm: 'as captured' | 'decoded'): void {
    this.close(tap);
    const track = pcm === 'as captured' ? source.native : source.pcm(REMOTE_PCM);
    this.#taps.set(tap, new FlowChunks(track, chunk => this.#handlers.chunk(tap, chunk)));
  }

  /** The flow has taken what it was handed last. */
  taken(tap: string): void {
    this.#taps.get(tap)?.taken();
  }

  /** Unknown names are ignored. */
  close(tap: string): void {
    this.#taps.get(tap)?.close();
    this.#taps.delete(tap);
  }
}

/** Waits for the next picture. Rejects with the signal's reason, or the source's failure. */
export function nextFrame(
  source: Source,
  settings: FrameSettings,
  signal: AbortSignal,
): Promise<Frame> {
  return new Promise((resolve, reject) => {
    const finish = (settle: () => void) => {
      subscription.close();
      source.off('failed', failed);
      signal.removeEventListener('abort', aborted);
      settle();
    };
    const failed = (error: Error) => finish(() => reject(error));
    const aborted = () => finish(() => reject(signal.reason));
    const askedMs = epochMs();
    source.on('failed', failed);
    signal.addEventListener('abort', aborted);
    const subscription = picturesOf(source, settings).subscribe({
      unit: unit => {
        // What was still there from before is not what the flow asked to see.
        if (unit.timestampMs < askedMs) return;
        queueMicrotask(() => finish(() => resolve(frameOf(unit, settings.format, 0))));
      },
    });
  });
}

/** A source's pictures in the form that a flow wants. */
export function picturesOf(source: Source, { format, maxWidth }: FrameSettings): Track {
  const codec = format === 'jpeg' ? 'JPEG' : 'I420';
  return source.rendition({ codec, ...(maxWidth ? { maxWidth } : {}) });
}
