import { BLOCK_MS } from '../../media/audio/audioBlock';

/** More must never wait in the pipe to the player, in ms. */
const MOST_MS = 80;
/** Over a second, what always waits in the pipe is kept between these, in ms: not late, never short. */
const CUSHION_MS = { least: 10, most: 50 };
/** Players report every 50 ms; so many reports are a second. */
const WINDOW_REPORTS = 20;
/** Between two reports the player is taken to go on playing, for so many ms. */
const ASSUMED_MS = 60;

/**
 * How much sound waits in the pipe to a player, from what that reports about itself. Nothing else
 * tells: the system takes 0.9 s of sound (measured) into the pipe before Node.js sees any of it
 * waiting. The reports also show how fast the sound card really plays.
 */
export class PlayGauge {
  #writtenMs = 0;
  #heardMs = 0;
  /** What the player has taken out of the pipe. */
  #takenMs = 0;
  #reportedAtMs = 0;
  #isPlaying = false;
  #window: number[] = [];

  /** What was heard so far, in ms. */
  get heardMs(): number {
    return this.#heardMs;
  }

  /** How many blocks to write on a tick, so that neither pipe nor player run full or empty: 0, 1 or 2. */
  blocksDue(nowMs: number): number {
    const sinceMs = this.#isPlaying ? nowMs - this.#reportedAtMs : 0;
    const waitingMs = this.#writtenMs - this.#takenMs - Math.min(sinceMs, ASSUMED_MS);
    if (waitingMs + BLOCK_MS > MOST_MS) return 0;
    if (this.#window.length < WINDOW_REPORTS) return 1;
    const least = Math.min(...this.#window);
    if (least >= CUSHION_MS.least && least <= CUSHION_MS.most) return 1;
    this.#window = [];
    return least < CUSHION_MS.least ? 2 : 0;
  }

  wrote(ms: number): void {
    this.#writtenMs += ms;
  }

  /** Takes a line of the player's stderr. False if it is no report. */
  line(text: string, nowMs: number): boolean {
    const played = parsePlayed(text);
    if (!played) return false;
    this.#isPlaying = played.heardMs > this.#heardMs;
    this.#heardMs = played.heardMs;
    this.#takenMs = played.takenMs;
    this.#reportedAtMs = nowMs;
    this.#window.push(this.#writtenMs - this.#takenMs);
    if (this.#window.length > WINDOW_REPORTS) this.#window.shift();
    return true;
  }
}

/** How far a player is. */
export interface Played {
  /** What was heard, in ms. */
  readonly heardMs: number;
  /** What it has taken out of the pipe: what was heard, and what it and the server hold. In ms. */
  readonly takenMs: number;
}

/** Reads a line as `pacat --verbose` writes it: `Time: 1.234 sec; Latency: 20000 usec.` */
export function parsePlayed(text: string): Played | undefined {
  const report = /Time: ([\d.]+) sec; Latency: (-?\d+) usec/.exec(text);
  if (!report) return undefined;
  const heardMs = Number(report[1]) * 1000;
  return { heardMs, takenMs: heardMs + Number(report[2]) / 1000 };
}
