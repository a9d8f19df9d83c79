import { type Clock, systemClock } from '../../../model/Clock';

/** Options of a `SequenceWindow`. */
export interface SequenceWindowOptions {
  /** How long a missing packet is waited for once a later one has come, in ms. Default 100. */
  waitMs?: number;
  /** Time between two asks for the same missing packet, in ms. Default 25. */
  askEveryMs?: number;
  /** Most packets that wait behind a missing one. Default 1024. */
  mostHeld?: number;
  /** Source of time. Default: the system's. */
  clock?: Clock;
}

/** Who gets what comes out of a `SequenceWindow`. */
export interface SequenceWindowHandlers<Packet> {
  /** The next packet in the order of the sender. */
  packet(packet: Packet): void;
  /** So many packets are missing for good between the last packet and the next. */
  lost(count: number): void;
  /** These sequence numbers are worth a NACK (RFC 4585 6.2.1). Called again while they are missing. */
  missing?(sequences: readonly number[]): void;
}

/** What went through a window so far. */
export interface SequenceCounts {
  /** Packets that came, each counted once. */
  readonly received: number;
  /** Packets that did not come in their turn nor shortly after, those repaired later included. */
  readonly missed: number;
}

interface Missing {
  readonly noticedMs: number;
  askAtMs: number;
  asked: boolean;
}

/** Packets that the network merely reordered arrive within this time, in ms: they are not asked for. */
const REORDERED_WITHIN_MS = 5;
/** A longer gap is an interruption: repairing it would take longer than a new start. */
const LONGEST_GAP = 256;
/** More missing packets at a time are not worth the work. */
const MOST_MISSING = 512;
/** Farther than this from the newest packet, a number belongs to a sender that started anew (RFC 3550 A.1). */
const FARTHEST_AHEAD = 3000;
const FARTHEST_BEHIND = 1000;
const SEQUENCES = 2 ** 16;

/**
 * Puts the packets of an RTP stream into the order of their 16-bit sequence numbers. A gap is waited
 * for, because a NACK or the network may still fill it, then reported as lost. Packets that come
 * twice or after their turn are dropped.
 */
export class SequenceWindow<Packet> {
  readonly #handlers: SequenceWindowHandlers<Packet>;
  readonly #waitMs: number;
  readonly #askEveryMs: number;
  readonly #mostHeld: number;
  readonly #clock: Clock;
  // All numbers here are unwrapped: they count on beyond 16 bits.
  readonly #held = new Map<number, Packet>();
  /** In rising order, because gaps are only noticed at the end. */
  readonly #missing = new Map<number, Missing>();
  #next: number | undefined;
  #newest = 0;
  #expectedStranger: number | undefined;
  #received = 0;
  #missed = 0;
  #cancelTimer: (() => void) | undefined;
  #timerAtMs = Number.POSITIVE_INFINITY;
  #closed = false;

  constructor(
    handlers: SequenceWindowHandlers<Packet>,
    {
      waitMs = 100,
      askEveryMs = 25,
      mostHeld = 1024,
      clock = systemClock,
    }: SequenceWindowOptions = {},
  ) {
    this.#handlers = handlers;
    this.#waitMs = waitMs;
    this.#askEveryMs = askEveryMs;
    this.#mostHeld = mostHeld;
    this.#clock = clock;
  }

  get counts(): SequenceCounts {
    return { received: this.#received, missed: this.#missed };
  }

  /** Takes a packet as it arrives. @param sequence 16 bits */
  push(sequence: number, packet: Packet): void {
    if (this.#closed) return;
    if (this.#next === undefined) this.#startAt(sequence);
    const position = this.#positionOf(sequence);
    if (position === undefined || position < (this.#next ?? 0) || this.#held.has(position)) return;
    this.#received += 1;
    if (position > this.#newest) this.#advanceTo(position);
    else this.#missing.delete(position);
    this.#held.set(position, packet);
    this.#release();
    while (this.#held.size > this.#mostHeld || this.#missing.size > MOST_MISSING) this.#giveUpGap();
    this.#schedule();
  }

  /** Nothing comes out any more. Idempotent. */
  close(): void {
    this.#closed = true;
    this.#forget();
  }

  #forget(): void {
    this.#held.clear();
    this.#missing.clear();
    this.#schedule();
  }

  #startAt(position: number): void {
    this.#next = position;
    this.#newest = position - 1;
    this.#expectedStranger = undefined;
  }

  /** The unwrapped number; undefined for a stray packet. */
  #positionOf(sequence: number): number | undefined {
    const half = SEQUENCES / 2;
    const ahead = modulo(sequence - this.#newest + half, SEQUENCES) - half;
    if (ahead <= FARTHEST_AHEAD && ahead >= -FARTHEST_BEHIND) {
      this.#expectedStranger = undefined;
      return this.#newest + ahead;
    }
    // One such packet is a stray; two in a row are a sender that has started anew.
    const isRestart = sequence === this.#expectedStranger;
    this.#expectedStranger = (sequence + 1) % SEQUENCES;
    if (!isRestart) return undefined;
    this.#forget();
    this.#startAt(sequence);
    this.#handlers.lost(1);
    return sequence;
  }

  #advanceTo(position: number): void {
    const gap = position - this.#newest - 1;
    const noticedMs = this.#clock.now();
    for (let missing = position - gap; missing < position && gap <= LONGEST_GAP; missing += 1) {
      const askAtMs = noticedMs + REORDERED_WITHIN_MS;
      this.#missing.set(missing, { noticedMs, askAtMs, asked: false });
    }
    this.#newest = position;
    if (gap <= LONGEST_GAP) return;
    while (this.#held.size > 0) this.#giveUpGap();
    this.#missed += gap;
    this.#skip(position);
  }

  #release(): void {
    for (;;) {
      const position = this.#next ?? 0;
      const packet = this.#held.get(position);
      if (packet === undefined) return;
      this.#held.delete(position);
      this.#next = position + 1;
      this.#handlers.packet(packet);
    }
  }

  /** Goes on behind the first gap. */
  #giveUpGap(): void {
    let position = this.#next ?? 0;
    while (!this.#held.has(position) && position <= this.#newest) position += 1;
    this.#skip(position);
    this.#release();
  }

  #skip(to: number): void {
    const from = this.#next ?? to;
    this.#next = to;
    for (const position of this.#missing.keys()) {
      if (position >= to) break;
      this.#missing.delete(position);
    }
    if (to > from) this.#handlers.lost(to - from);
  }

  #schedule(): void {
    const atMs = this.#dueMs();
    if (atMs === this.#timerAtMs) return;
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#timerAtMs = atMs;
    if (atMs === Number.POSITIVE_INFINITY) return;
    const delayMs = Math.max(0, atMs - this.#clock.now());
    this.#cancelTimer = this.#clock.after(delayMs, () => {
      this.#timerAtMs = Number.POSITIVE_INFINITY;
      this.#work();
    });
  }

  /** When the first gap is given up or a packet has to be asked for. */
  #dueMs(): number {
    let dueMs = Number.POSITIVE_INFINITY;
    for (const { noticedMs, askAtMs } of this.#missing.values()) {
      dueMs = Math.min(dueMs, askAtMs, noticedMs + this.#waitMs);
    }
    return dueMs;
  }

  #work(): void {
    const nowMs = this.#clock.now();
    for (const { noticedMs } of [...this.#missing.values()]) {
      if (nowMs < noticedMs + this.#waitMs) break;
      // Several of them may be gone with the first gap.
      if (this.#firstNoticedMs() === noticedMs) this.#giveUpGap();
    }
    this.#ask(nowMs);
    this.#schedule();
  }

  #firstNoticedMs(): number | undefined {
    return this.#missing.values().next().value?.noticedMs;
  }

  #ask(nowMs: number): void {
    const sequences: number[] = [];
    for (const [position, missing] of this.#missing) {
      if (nowMs < missing.askAtMs) continue;
      if (!missing.asked) this.#missed += 1;
      missing.asked = true;
      missing.askAtMs = nowMs + this.#askEveryMs;
      sequences.push(modulo(position, SEQUENCES));
    }
    if (sequences.length > 0) this.#handlers.missing?.(sequences);
  }
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}
