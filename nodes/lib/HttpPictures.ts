import type { DisplayProxy } from '../../engine/port/DisplayProxy';
import type { PictureFeed } from '../../signaling/pictures';

/** A display's pictures for HTTP: asked of the engine only while somebody watches. */
export class HttpPictures implements PictureFeed {
  readonly #display: DisplayProxy;
  readonly #viewers = new Set<(jpeg: Buffer) => void>();

  constructor(display: DisplayProxy) {
    this.#display = display;
    display.on('picture', (purpose, { data }) => {
      if (purpose === 'http') for (const viewer of this.#viewers) viewer(data);
    });
  }

  watch(picture: (jpeg: Buffer) => void): () => void {
    // Each viewer is an entry of its own, even if two watch with the same function.
    const viewer = (jpeg: Buffer) => picture(jpeg);
    this.#viewers.add(viewer);
    if (this.#viewers.size === 1) this.#display.setPictures('http', { format: 'jpeg' });
    return () => {
      if (!this.#viewers.delete(viewer) || this.#viewers.size > 0) return;
      this.#display.setPictures('http', undefined);
    };
  }
}
