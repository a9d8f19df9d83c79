import { ImageDecoder } from '../../media/picture/ImageDecoder';
import { jpegSize } from '../../media/picture/jpeg';
import { type PixelFormat, pixelBytes, type Size } from '../../media/picture/pixels';
import type { AccessUnit, PixelCodec } from '../../model/AccessUnit';
import { epochMs } from '../../model/Clock';
import { asError } from '../../model/errors/asError';
import { UnusableError } from '../../model/errors/UnusableError';
import type { InputFrame } from '../../model/Frame';
import { type ImageKind, imageKind } from '../../model/imageKind';
import type { Source } from '../Source';
import { looseVideo, type MediaTools } from './FlowMedia';
import { FlowOrigin } from './FlowOrigin';

/** A picture of a flow in a Buffer, which is its own and never written to. */
export type FlowFrame = InputFrame & { readonly data: Buffer };

/** An image file that waits to be decoded. */
interface Undecoded {
  readonly file: Buffer;
  readonly kind: ImageKind;
  /** When it was put in. */
  readonly timestampMs: number;
}

/** VP8's limit (RFC 6386 section 9.1: 14 bits), and about that of H264 encoders, in pixels. */
const MOST_PIXELS = 16_383;

const CODECS: Readonly<Record<PixelFormat, PixelCodec | 'I420'>> = {
  yuv420p: 'I420',
  rgb24: 'RGB24',
  rgba: 'RGBA',
  gray8: 'GRAY8',
};

/**
 * The pictures that a flow puts in, as a source. Pixels are converted by the program that codes them,
 * image files decoded when somebody wants to see them: nothing of it costs this thread time.
 */
export class FlowPictures {
  readonly source: Source;
  readonly #origin: FlowOrigin<AccessUnit>;
  readonly #decoder: ImageDecoder;
  /** The newest picture, while it is an image file that nobody wanted yet. */
  #undecoded: Undecoded | undefined;
  #decoding: Promise<void> | undefined;

  constructor(tools: MediaTools) {
    this.#decoder = new ImageDecoder(() => tools.ffmpeg.find());
    this.#origin = new FlowOrigin<AccessUnit>('frames of the flow', {
      keepsNewest: true,
      opened: () => {
        if (this.#undecoded) this.#decode().catch(error => tools.log(asError(error).message));
      },
    });
    this.source = looseVideo(this.#origin, tools);
  }

  /**
   * Takes a picture. Settles when another one may come: an image file is decoded then, if somebody
   * wants it.
   * @throws UnusableError if the frame is not what it says, at once; rejects with it if a file cannot
   *   be decoded
   */
  put(frame: FlowFrame): Promise<void> {
    const timestampMs = epochMs();
    if (frame.format === 'image') return this.#putImage(frame.data, timestampMs);
    this.#origin.put({ ...unitOf(frame, frame.format), key: true, timestampMs });
    this.#undecoded = undefined;
    return Promise.resolve();
  }

  /** Idempotent, never rejects. */
  async close(): Promise<void> {
    this.#undecoded = undefined;
    await Promise.all([this.source.close(), this.#decoder.close()]);
  }

  #putImage(file: Buffer, timestampMs: number): Promise<void> {
    const kind = imageKind(file);
    if (!kind) throw new UnusableError('its bytes are those of no picture');
    this.#undecoded = { file, kind, timestampMs };
    return this.#origin.isOpen ? this.#decode() : Promise.resolve();
  }

  /** Decodes one file after the other, the newest only. */
  #decode(): Promise<void> {
    this.#decoding ??= this.#decodeAll().finally(() => {
      this.#decoding = undefined;
    });
    return this.#decoding;
  }

  async #decodeAll(): Promise<void> {
    let failure: unknown;
    for (let next = this.#undecoded; next; next = this.#undecoded) {
      failure = await this.#decodeOne(next);
      if (this.#undecoded === next) this.#undecoded = undefined;
    }
    // Of several files the newest counts.
    if (failure !== undefined) throw failure;
  }

  /** @returns why it cannot be decoded */
  async #decodeOne({ file, kind, timestampMs }: Undecoded): Promise<unknown> {
    try {
      const image = await this.#decoder.decode(file, kind);
      checkSize(image);
      // A picture that came meanwhile as it is was put already, and is newer.
      if (this.#undecoded) this.#origin.put({ ...image, codec: 'I420', key: true, timestampMs });
      return undefined;
    } catch (error) {
      return error;
    }
  }
}

/** @throws UnusableError if the frame is not what it says */
function unitOf(
  { data, width, height }: FlowFrame,
  format: PixelFormat | 'jpeg',
): Pick<AccessUnit, 'codec' | 'data' | 'width' | 'height'> {
  if (format === 'jpeg') {
    const size = jpegSize(data);
    if (!size) throw new UnusableError('the picture is no JPEG');
    checkSize(size);
    return { ...size, codec: 'JPEG', data };
  }
  checkSize({ width, height });
  if (data.length !== pixelBytes(format, { width, height })) {
    throw new UnusableError(`${data.length} bytes are no ${width}x${height} picture in ${format}`);
  }
  return { codec: CODECS[format], data, width, height };
}

/** @throws UnusableError when there can be no such picture, or no program takes it */
function checkSize({ width, height }: Size): void {
  const isSize = [width, height].every(each => Number.isInteger(each) && each > 0);
  if (!isSize) throw new UnusableError(`there is no picture of ${width}x${height}`);
  if (Math.max(width, height) <= MOST_PIXELS) return;
  throw new UnusableError(
    `the picture is ${width}x${height}, and ${MOST_PIXELS} pixels are the most in a row or column`,
  );
}
