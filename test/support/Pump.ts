/** Calls again and again, as a camera delivers pictures, until it is stopped. */
export class Pump {
  readonly #timer: NodeJS.Timeout;

  constructor(push: () => void, everyMs = 30) {
    this.#timer = setInterval(push, everyMs);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}
