import { systemClock } from '../../model/Clock';
import { Turns } from './Turns';
import { WaitingLine } from './WaitingLine';

/** So long, in ms, a newcomer waits for another one to be through, where there are too many. */
const LONGEST_WAIT_MS = 4000;
/** After so long, in ms, others that do not get on make room: a machine that is only busy gets some through. */
const STUCK_MS = 1000;

/** Those who want to begin a handshake: a few in each round of the event loop, the others in a line. */
export class Newcomers {
  readonly #turns = new Turns();
  readonly #line = new WaitingLine(systemClock, LONGEST_WAIT_MS);

  /**
   * Begins as soon as there is room.
   * @param begin undefined where there is none; it is told whether others that do not get on are to make room
   * @returns undefined where there was none for too long. Rejects with what `begin` throws
   */
  async enter<T>(begin: (isPressing: boolean) => T | undefined): Promise<T | undefined> {
    await this.#turns.next();
    return this.#line.enter(waitedMs => begin(waitedMs >= STUCK_MS));
  }

  /** There is room for one more. */
  freed(): void {
    this.#line.freed();
  }

  /** Nobody needs to wait any more. */
  close(): void {
    this.#line.freedAll();
  }
}
