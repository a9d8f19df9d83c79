import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { RTCCertificate } from 'werift';
import { type Clock, systemClock } from '../../model/Clock';
import { PeerThread } from './PeerThread';
import { type Loads, placeOf } from './placement';

/** Options of `PeerThreads`. */
export interface PeerThreadsOptions {
  readonly certificate: Promise<RTCCertificate>;
  readonly log: (text: string) => void;
  /** Threads besides the engine's own. Default: one less than the machine has cores. */
  readonly most?: number | undefined;
  /** Up to so many peers the engine's own thread does for all. Default 60. */
  readonly few?: number;
  /** Compiled entry of a thread. */
  readonly file?: string;
  /** Source of time. Default: the system's. */
  readonly clock?: Clock;
}

/** The place of a peer. */
export interface Seat {
  /** Absent: the engine's own thread. */
  readonly thread: PeerThread | undefined;
  /** The peer is gone. Idempotent. */
  leave(): void;
}

interface Room {
  readonly thread: PeerThread;
  peers: number;
  isReady: boolean;
  cancelEnd: (() => void) | undefined;
}

/** One core sends a 720p camera to about 100 viewers; more than this are spread. */
const FEW = 60;
/** A thread without peers ends after this time, in ms: it costs some 40 MB. */
const IDLE_MS = 30_000;

/** The threads that the peers of all connections are spread over. None is there while there are few. */
export class PeerThreads {
  readonly #options: PeerThreadsOptions;
  readonly #clock: Clock;
  readonly #most: number;
  readonly #few: number;
  #own = 0;
  #rooms: Room[] = [];
  /** The certificate is waited for. */
  #isStarting = false;
  #isClosed = false;

  constructor(options: PeerThreadsOptions) {
    const { most = availableParallelism() - 1, few = FEW, clock = systemClock } = options;
    this.#options = options;
    this.#most = most;
    this.#few = few;
    this.#clock = clock;
  }

  /** How many run or are being started. */
  get size(): number {
    return this.#rooms.length;
  }

  /** How many peers each has. */
  get loads(): Loads {
    const ready = this.#rooms.filter(({ isReady }) => isReady);
    return {
      own: this.#own,
      others: ready.map(({ peers }) => peers),
      starting: this.#rooms.length - ready.length + (this.#isStarting ? 1 : 0),
    };
  }

  /** A place for one more peer. @param stays it belongs into the engine's own thread */
  seat(stays: boolean): Seat {
    const ready = this.#rooms.filter(({ isReady }) => isReady);
    const { place, starts } = placeOf(this.loads, this.#few, this.#most);
    if (starts) void this.#start();
    const room = stays || place === 'own' ? undefined : ready[place];
    return room ? this.#enter(room) : this.#stay();
  }

  /** Waits until no thread receives anything any more: see `awaitSilence`. */
  silence(): void {
    for (const { thread } of this.#rooms) thread.silence();
  }

  /** Ends all threads; their peers were closed before. Idempotent, never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const rooms = this.#rooms;
    for (const { cancelEnd } of rooms) cancelEnd?.();
    await Promise.all(rooms.map(({ thread }) => thread.close()));
  }

  #stay(): Seat {
    this.#own += 1;
    return seatIn(undefined, () => {
      this.#own -= 1;
    });
  }

  #enter(room: Room): Seat {
    room.cancelEnd?.();
    room.peers += 1;
    return seatIn(room.thread, () => {
      room.peers -= 1;
      if (room.peers === 0) this.#endLater(room);
    });
  }

  #endLater(room: Room): void {
    if (this.#isClosed) return;
    room.cancelEnd = this.#clock.after(IDLE_MS, () => {
      this.#forget(room);
      void room.thread.close();
    });
  }

  async #start(): Promise<void> {
    this.#isStarting = true;
    const { certificate, file = join(__dirname, 'peerWorker.js'), log } = this.#options;
    const { privateKey, certPem, signatureHash } = await certificate;
    this.#isStarting = false;
    if (this.#isClosed) return;
    const data = { privateKey, certificate: certPem, signatureHash };
    const room: Room = {
      peers: 0,
      isReady: false,
      cancelEnd: undefined,
      thread: new PeerThread(file, data, {
        ready: () => {
          room.isReady = true;
          if (room.peers === 0) this.#endLater(room);
        },
        ended: reason => {
          const wasWanted = this.#forget(room);
          if (wasWanted && !this.#isClosed) log(`a thread for viewers ended: ${reason}`);
        },
        log,
      }),
    };
    this.#rooms = [...this.#rooms, room];
  }

  #forget(room: Room): boolean {
    room.cancelEnd?.();
    const isThere = this.#rooms.includes(room);
    this.#rooms = this.#rooms.filter(each => each !== room);
    return isThere;
  }
}

function seatIn(thread: PeerThread | undefined, left: () => void): Seat {
  let isTaken = true;
  return {
    thread,
    leave: () => {
      if (isTaken) left();
      isTaken = false;
    },
  };
}
