import type { FrameTarget, InputFrame } from '../model/Frame';

/** Says to who put in the picture that waits whether its turn has come, or a newer one has taken its place. */
type Waiting = (isItsTurn: boolean) => void;

/**
 * Hands the pictures of a flow over one at a time: while one of a stream is under way, the newest
 * waits, and takes the place of the one that waited before. A flow that makes more than the engine
 * takes loses pictures, and gains no delay.
 */
export class NewestFrames {
  readonly #send: (frame: InputFrame, target: FrameTarget) => Promise<void>;
  /** By stream, while a picture of it is under way; with the one that waits, if any. */
  readonly #streams = new Map<string, Waiting | undefined>();

  /** @param send settles when the next picture of the stream may come */
  constructor(send: (frame: InputFrame, target: FrameTarget) => Promise<void>) {
    this.#send = send;
  }

  /** Settles when the picture was taken, or gave way to a newer one. Rejects as `send` does. */
  async put(frame: InputFrame, target: FrameTarget): Promise<void> {
    const stream = JSON.stringify([target.peer, target.topic]);
    if (!this.#streams.has(stream)) this.#streams.set(stream, undefined);
    else if (!(await this.#turn(stream))) return;
    try {
      await this.#send(frame, target);
    } finally {
      this.#next(stream);
    }
  }

  #next(stream: string): void {
    const waiting = this.#streams.get(stream);
    // What waited is under way from now on, though it goes on a little later: none comes between.
    if (waiting) this.#streams.set(stream, undefined);
    else this.#streams.delete(stream);
    waiting?.(true);
  }

  #turn(stream: string): Promise<boolean> {
    this.#streams.get(stream)?.(false);
    return new Promise(resolve => {
      this.#streams.set(stream, resolve);
    });
  }
}
