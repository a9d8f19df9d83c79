import { Emitter, safely } from './Emitter';

/** What everything that can fail and close tells. */
export type ClosableEvents = {
  state: [state: string, ...rest: unknown[]];
  failed: [error: Error];
};

/** What a page can wait for in RTCBot's words, by a callback or a promise. */
export abstract class Closable<
  Events extends ClosableEvents & { [Name in keyof Events]: unknown[] },
> extends Emitter<Events> {
  abstract get state(): string;

  /** Calls back at each failure (see the event `failed`); the promise holds the first. */
  onError(callback?: (error: Error) => void): Promise<Error> {
    if (callback) this.on('failed', callback);
    return new Promise(resolve => {
      this.on('failed', resolve);
    });
  }

  /** Calls back once when closed for good, by whichever side; the promise does the same. */
  onClose(callback?: () => void): Promise<void> {
    const closed = new Promise<void>(resolve => {
      const look = () => this.state === 'closed' && resolve();
      this.on('state', look);
      look();
    });
    if (callback) closed.then(() => safely(callback));
    return closed;
  }
}
