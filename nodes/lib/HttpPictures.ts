import type { DisplayProxy } from '../../engine/port/DisplayProxy';
import type { PictureFeed } from '../../signaling/pictures';

interface Viewer {
  picture(jpeg: Buffer): void;
  ended(): void;
}

/** A display's pictures for HTTP: asked of the engine only while somebody watches. */
export class HttpPictures implements PictureFeed {
  readonly #display: DisplayProxy;
  readonly #viewers = new Set<Viewer>();
  /** For viewers who come between two pictures, of which there may be none any more. */
  #newest: Buffer | undefined;

  constructor(display: DisplayProxy) {
    this.#display = display;
    display.on('picture', (purpose, { data }) => {
      if (purpose !== 'http' || this.#viewers.size === 0) return;
      this.#newest = data;
      for (const viewer of this.#viewers) viewer.picture(data);
    });
    display.once('closed', () => {
      for (const viewer of [...this.#viewers]) viewer.ended();
    });
    display.on('state', ({ state }) => {
      // What was shown is gone: nobody is to see it as the picture of now.
      if (state === 'ready') this.#newest = undefined;
    });
  }

  watch(picture: (jpeg: Buffer) => void, ended: () => void): () => void {
    // Each viewer is an entry of its own, even if two watch with the same function.
    const viewer = { picture, ended };
    this.#viewers.add(viewer);
    if (this.#viewers.size === 1) this.#display.setPictures('http', { format: 'jpeg' });
    else if (this.#newest) picture(this.#newest);
    return () => {
      if (!this.#viewers.delete(viewer) || this.#viewers.size > 0) return;
      this.#newest = undefined;
      this.#display.setPictures('http', undefined);
    };
  }
}
