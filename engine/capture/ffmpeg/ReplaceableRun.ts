import type { AccessUnit } from '../../model/AccessUnit';
import type { OriginRun } from '../../model/Origin';

/** A run that another one can take the place of, unseen by the listener but for a short pause. */
export class ReplaceableRun implements OriginRun {
  readonly #open: () => OriginRun;
  #run: OriginRun | undefined;
  /** The end of the runs before. */
  #closing: Promise<void> = Promise.resolve();
  #isClosed = false;

  /** @param open opens a run, at once and again for each `replace` */
  constructor(open: () => OriginRun) {
    this.#open = open;
    this.#run = open();
  }

  /** Closes the run and opens another when the device is free. Of several calls the last one counts. */
  replace(): void {
    if (this.#isClosed) return;
    const isUnderWay = this.#run === undefined;
    this.#closeRun();
    if (isUnderWay) return;
    this.#closing = this.#closing.then(() => {
      if (!this.#isClosed) this.#run = this.#open();
    });
  }

  catchUp(): readonly AccessUnit[] {
    return this.#run?.catchUp?.() ?? [];
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#closeRun();
    await this.#closing;
  }

  #closeRun(): void {
    const run = this.#run;
    this.#run = undefined;
    if (run) this.#closing = this.#closing.then(() => run.close());
  }
}
