/** Coded units that wait for their times: when there are more, the times do not come any more. */
const MOST_WAITING = 30;

/** What cuts a stream into units, of which the last one is complete only when its writer says so. */
export interface UnitCutter {
  /** Ends the unit that is under way. False if there is none. */
  end(): boolean;
}

/**
 * Brings access units and their times together, which a camera program writes into two pipes: a unit
 * first, then, when all of it was written, its time. So a time also tells that its unit is complete,
 * one picture earlier than the stream itself does.
 */
export class TimedUnits {
  readonly #unit: (data: Buffer, timeMs: number | undefined) => void;
  readonly #later: (callback: () => void) => void;
  #cutter: UnitCutter | undefined;
  #waiting: Buffer[] = [];
  #hasTimes: boolean;
  #isOver = false;

  /**
   * @param hasTimes times will come
   * @param later calls back when all has been read that was written by now
   */
  constructor(
    unit: (data: Buffer, timeMs: number | undefined) => void,
    { hasTimes, later = afterReading }: { hasTimes: boolean; later?: typeof afterReading },
  ) {
    this.#unit = unit;
    this.#hasTimes = hasTimes;
    this.#later = later;
  }

  /** Says who cuts the stream. */
  from(cutter: UnitCutter): void {
    this.#cutter = cutter;
  }

  /** A unit was cut off the stream. */
  push(data: Buffer): void {
    if (this.#hasTimes) this.#waiting.push(data);
    else this.#unit(data, undefined);
    if (this.#waiting.length <= MOST_WAITING) return;
    this.#hasTimes = false;
    for (const late of this.#waiting.splice(0)) this.#unit(late, undefined);
  }

  /** A line with a time came; others, such as the header, are ignored. */
  line(line: string): void {
    if (!/^\d+(\.\d+)?$/.test(line)) return;
    this.#later(() => this.#take(Number(line)));
  }

  /** Nothing is handed over any more. */
  close(): void {
    this.#isOver = true;
    this.#waiting = [];
  }

  #take(timeMs: number): void {
    if (this.#isOver || !this.#hasTimes) return;
    // No unit there, and none under way: the time of parameter sets that were written by themselves.
    if (this.#waiting.length === 0 && !this.#cutter?.end()) return;
    const data = this.#waiting.shift();
    if (data) this.#unit(data, timeMs);
  }
}

/**
 * Two turns of the event loop: in the first, the pipe of the units may have been read before that of
 * the times; in the second, all that stood in it then is read.
 */
function afterReading(callback: () => void): void {
  setImmediate(() => setImmediate(callback));
}
