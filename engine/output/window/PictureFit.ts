import { PlaneScaler, planesOf } from '../../media/picture/I420Scaler';
import { type AccessUnit, i420Bytes } from '../../model/AccessUnit';

/** Proportions that differ by less are the same: coders round sizes. */
const ALIKE = 0.02;
/** Dark gray in BT.601, limited range. */
const CARD = { luma: 40, color: 128 };

/**
 * Fits I420 pictures to one size. Browsers send smaller pictures of the same shape while the network
 * or the machine is slow: these are scaled up, so that a window need not be opened anew.
 */
export class PictureFit {
  readonly #width: number;
  readonly #height: number;
  /** For pictures of the form. */
  #scalers:
    | { readonly form: string; readonly luma: PlaneScaler; readonly color: PlaneScaler }
    | undefined;

  /** Sizes in pixels. */
  constructor(width: number, height: number) {
    this.#width = width;
    this.#height = height;
  }

  /** True for pictures of this size, and for smaller ones of the same shape. */
  takes({ width, height }: Pick<AccessUnit, 'width' | 'height'>): boolean {
    if (width === this.#width && height === this.#height) return true;
    if (width > this.#width || height > this.#height) return false;
    return Math.abs((width * this.#height) / (height * this.#width) - 1) < ALIKE;
  }

  /** The picture in this size; as it is if it has it. */
  pixelsOf({ data, width, height }: AccessUnit): Buffer {
    if (width === this.#width && height === this.#height) return data;
    const scaled = Buffer.allocUnsafe(i420Bytes(this.#width, this.#height));
    const [y, u, v] = planesOf(data, width, height);
    const [toY, toU, toV] = planesOf(scaled, this.#width, this.#height);
    const form = `${width}x${height}`;
    if (this.#scalers?.form !== form) {
      this.#scalers = { form, luma: new PlaneScaler(y, toY), color: new PlaneScaler(u, toU) };
    }
    this.#scalers.luma.draw(y, toY, 0, 0);
    this.#scalers.color.draw(u, toU, 0, 0);
    this.#scalers.color.draw(v, toV, 0, 0);
    return scaled;
  }

  /** A plain picture: what is shown while there is nothing to show. */
  card(): Buffer {
    const card = Buffer.alloc(i420Bytes(this.#width, this.#height), CARD.color);
    return card.fill(CARD.luma, 0, this.#width * this.#height);
  }
}
