import type { DisplayProxy } from '../../engine/port/DisplayProxy';
import type { PictureFeed } from '../../signaling/pictures';

/** A display's pictures for HTTP: asked of the engine only while somebody watches. */
export class HttpPictures implements PictureFeed {
  readonly #display: DisplayProxy;
  readonly #viewers = new Set<(jpeg: Buffer) => void>();
  /** For viewers who come between two pictures, of which there may be none any more. */
  #newest: Buffer | undefined;

  constructor(display: DisplayProxy) {
    this.#display = display;
    display.on('picture', (purpose, { data }) => {
      if (purpose !== 'http' || this.#viewers.size === 0) return;
      this.#newest = data;
      for (const viewer of this.#viewers) viewer(data);
    });
    display.on('state', ({ state }) => {
      // What was shown is gone: nobody is to see it as the picture of now.
      if (state === 'ready') this.#newest = undefined;
    });
  }

  watch(picture: (jpeg: Buffer) => void): () => void {
    // Each viewer is an entry of its own, even if two watch with the same function.
    const viewer = (jpeg: Buffer) => picture(jpeg);
    this.#viewers.add(viewer);
    if (this.#viewers.size === 1) this.#display.setPictures('http', { format: 'jpeg' });
    else if (this.#newest) viewer(this.#newest);
    return () => {
      if (!this.#viewers.delete(viewer) || this.#viewers.size > 0) return;
      this.#newest = undefined;
      this.#display.setPictures('http', undefined);
    };
  }
}
