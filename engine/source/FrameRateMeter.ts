/** How far back is looked, in ms: at arrivals, and at the source's own times, which are even. */
const WINDOW_MS = 8000;
const SOURCE_WINDOW_MS = 3000;
/** Time between two measurements, in ms. */
const EVERY_MS = 200;
/** Of slow sources at least so many pictures are looked at, and of fast ones no more than `MOST`. */
const FEWEST = 5;
const MOST = 2400;
/** A rate is told when the pictures span so much time, in ms: by their own times, and by arrivals. */
const SOURCE_SPAN_MS = 900;
const ARRIVAL_SPAN_MS = 1500;
/** Fewest intervals of a rate that is told. */
const FEWEST_INTERVALS = 10;
/** Fewer will do when the pictures span so much time, in ms. */
const LONG_SPAN_MS = 4000;
/** A gap that takes more of the span than this is a burst's pause, or a stall: the rate is not known yet. */
const MOST_GAP = 0.35;
/** The source's clock is not believed when it differs by so much from the arrivals, all the time. */
const MOST_DRIFT = 0.25;
/** The rate told last stays while the measured one is as near, in pictures a second. */
const STEADINESS = 0.7;
/** Highest rate that is told, in pictures a second. */
const HIGHEST = 240;

interface Seen {
  readonly arrivalMs: number;
  readonly sourceMs: number | undefined;
}

/**
 * Learns the frame rate of a source. Pictures are counted over time, never judged by single
 * intervals: over TCP and Wi-Fi they come in bursts, whose short intervals say nothing. The times
 * that the source itself gives its pictures are taken, where it does and they agree with the arrivals.
 */
export class FrameRateMeter {
  #seen: Seen[] = [];
  #measuredMs = Number.NEGATIVE_INFINITY;
  #rate: number | undefined;

  /**
   * Takes the next picture.
   * @param arrivalMs when it came, in ms from any point
   * @param sourceMs by the clock of who made it, in ms from any other point; absent where not told
   */
  add(arrivalMs: number, sourceMs?: number): void {
    const last = this.#seen.at(-1);
    // A clock that was set makes no interval, nor do two parts of one picture.
    if (last && arrivalMs < last.arrivalMs) this.#restart();
    else if (last && isSame(last, arrivalMs, sourceMs)) return;
    this.#seen.push({ arrivalMs, sourceMs });
    const isOld = ({ arrivalMs: at }: Seen) => arrivalMs - at > WINDOW_MS;
    while (this.#seen.length > FEWEST && this.#seen[0] && isOld(this.#seen[0])) this.#seen.shift();
    if (this.#seen.length > MOST) this.#seen.shift();
    const timeMs = sourceMs ?? arrivalMs;
    if (Math.abs(timeMs - this.#measuredMs) < EVERY_MS) return;
    this.#measuredMs = timeMs;
    this.#tell(this.#measure());
  }

  /** Pictures a second: a whole number from 1 on, a tenth or hundredth below; undefined until known. */
  get frameRate(): number | undefined {
    return this.#rate;
  }

  #restart(): void {
    this.#seen = [];
    this.#measuredMs = Number.NEGATIVE_INFINITY;
  }

  #tell(measured: number | undefined): void {
    if (measured === undefined) return;
    const rate = Math.min(measured, HIGHEST);
    const isSteady = this.#rate !== undefined && Math.abs(rate - this.#rate) < STEADINESS;
    if (!isSteady || rate < 1 || (this.#rate ?? 0) < 1) this.#rate = rounded(rate);
  }

  #measure(): number | undefined {
    const arrivals = this.#seen.map(({ arrivalMs }) => arrivalMs);
    const byArrival = () => rateOf(arrivals, ARRIVAL_SPAN_MS);
    const times = this.#sourceTimes();
    if (!times || isBelied(times, arrivals)) return byArrival();
    const sinceMs = (times.at(-1) ?? 0) - SOURCE_WINDOW_MS;
    const recent = Math.max(
      times.findIndex(time => time >= sinceMs),
      0,
    );
    return rateOf(
      times.slice(Math.min(recent, Math.max(times.length - FEWEST, 0))),
      SOURCE_SPAN_MS,
    );
  }

  /** The times by the source's clock, where all pictures have one and they rise. */
  #sourceTimes(): number[] | undefined {
    const times: number[] = [];
    for (const { sourceMs } of this.#seen) {
      if (sourceMs === undefined || sourceMs <= (times.at(-1) ?? Number.NEGATIVE_INFINITY)) {
        return undefined;
      }
      times.push(sourceMs);
    }
    return times;
  }
}

/**
 * Pictures a second. Counted from the end of one burst to the end of a later one: a count that began
 * in the midst of one would hold pictures of a time that is not counted.
 */
function rateOf(times: readonly number[], leastSpanMs: number): number | undefined {
  const first = times[0];
  const last = times.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const spanMs = last - first;
  const intervals = times.length - 1;
  if (spanMs < leastSpanMs) return undefined;
  if (intervals < FEWEST_INTERVALS && (spanMs < LONG_SPAN_MS || intervals < 2)) return undefined;
  const gaps = times.slice(1).map((time, index) => time - (times[index] ?? time));
  const longest = Math.max(...gaps);
  const from = gaps.findIndex(gap => gap >= longest / 2);
  const to = gaps.findLastIndex(gap => gap >= longest / 2);
  const countedMs = (times[to] ?? last) - (times[from] ?? first);
  if (countedMs >= spanMs / 3) return (1000 * (to - from)) / countedMs;
  return longest > spanMs * MOST_GAP ? undefined : (1000 * intervals) / spanMs;
}

/**
 * Whether the source's clock tells another pace than the arrivals: some cameras go on counting 25 a
 * second when they make fewer. Both halves must say so, for at the start many may come at once.
 */
function isBelied(times: readonly number[], arrivals: readonly number[]): boolean {
  const end = arrivals.length - 1;
  const span = (from: number, to: number, of: readonly number[]) => (of[to] ?? 0) - (of[from] ?? 0);
  if (span(0, end, arrivals) < WINDOW_MS * 0.8) return false;
  const middle = Math.floor(end / 2);
  const paces = [
    span(0, middle, times) / span(0, middle, arrivals),
    span(middle, end, times) / span(middle, end, arrivals),
  ];
  return paces.every(pace => pace > 1 + MOST_DRIFT) || paces.every(pace => pace < 1 - MOST_DRIFT);
}

function isSame(last: Seen, arrivalMs: number, sourceMs: number | undefined): boolean {
  return sourceMs === undefined ? last.arrivalMs === arrivalMs : last.sourceMs === sourceMs;
}

function rounded(rate: number): number {
  if (rate >= 1) return Math.round(rate);
  return rate >= 0.1 ? Math.round(rate * 10) / 10 : Math.max(0.01, Math.round(rate * 100) / 100);
}
