import { systemClock } from '../../model/Clock';
import { UnusableError } from '../../model/errors/UnusableError';
import type { ImageKind } from '../../model/imageKind';
import { Child, type ChildExit } from '../../process/Child';
import type { Ffmpeg } from '../../process/ffmpeg';
import { Y4mParser } from '../containers/Y4mParser';
import type { Size } from './pixels';

/** A decoded image. */
export interface Image extends Size {
  /** The planes of I420. */
  readonly data: Buffer;
}

/** A program that has not decoded an image after so long is ended, in ms. */
const LONGEST_MS = 10_000;
const UNWANTED = 'nobody wants it any more';

/**
 * Decodes image files, each by a program of its own: about 60 ms, whatever their kind. The reader is
 * named, and may open nothing but its input: a file that says to read another one is no image.
 */
export class ImageDecoder {
  readonly #findFfmpeg: () => Promise<Ffmpeg>;
  /** What runs, and what makes its decoding fail. */
  readonly #running = new Map<Child, (reason: string) => void>();
  #closed = false;

  constructor(findFfmpeg: () => Promise<Ffmpeg>) {
    this.#findFfmpeg = findFfmpeg;
  }

  /**
   * The first picture of a file.
   * @throws FfmpegMissingError, UnusableError if it cannot be decoded
   */
  async decode(file: Buffer, kind: ImageKind): Promise<Image> {
    const ffmpeg = await this.#findFfmpeg();
    if (this.#closed) throw new UnusableError(UNWANTED);
    return new Promise((resolve, reject) => {
      const fail = (reason: string) => {
        reject(new UnusableError(`the ${kind.name} picture cannot be read (${reason})`));
      };
      const parser = new Y4mParser({
        picture: (data, width, height) => resolve({ data, width, height }),
      });
      const child: Child = new Child(
        { program: ffmpeg.path, args: argumentsFor(file, kind), label: `${kind.name} to I420` },
        {
          data: chunk => {
            try {
              parser.push(chunk);
            } catch (error) {
              fail(String(error));
            }
          },
          exit: exit => {
            this.#running.delete(child);
            cancel();
            fail(reasonOf(exit));
          },
        },
      );
      const cancel = systemClock.after(LONGEST_MS, () => {
        this.#running.delete(child);
        void child.stop();
        fail(`it took longer than ${LONGEST_MS / 1000} s`);
      });
      this.#running.set(child, fail);
      child.write(file);
      child.endInput();
    });
  }

  /** Idempotent, never rejects; settles when all programs are gone. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const fail of this.#running.values()) fail(UNWANTED);
    await Promise.all([...this.#running.keys()].map(child => child.stop()));
  }
}

/** The whole file is one packet: only some kinds tell where a picture ends. */
function argumentsFor(file: Buffer, { reader }: ImageKind): string[] {
  const input = ['-protocol_whitelist', 'pipe', '-frame_size', `${file.length}`, '-f', reader];
  const output = ['-c:v', 'wrapped_avframe', '-threads', '1', '-pix_fmt', 'yuv420p'];
  return [
    ...['-hide_banner', '-loglevel', 'error', ...input, '-i', 'pipe:0', '-an', '-frames:v', '1'],
    ...[...output, '-f', 'yuv4mpegpipe', 'pipe:1'],
  ];
}

function reasonOf({ error, lastWords, code }: ChildExit): string {
  return error?.message ?? lastWords.at(-1) ?? `exit code ${code}`;
}
