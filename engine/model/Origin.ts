import type { AccessUnit } from './AccessUnit';
import type { MediaError } from './errors/errors';

/** Where access units come from: a capture, an encoder, a decoder. Opened only while somebody wants units. */
export interface Origin<Unit = AccessUnit> {
  /** Name for status and log, without secrets. */
  readonly label: string;
  /** Starts to deliver. Never throws: trouble comes as `failed`. */
  open(listener: OriginListener<Unit>): OriginRun<Unit>;
}

/** Who gets what an origin delivers. Nothing is called after the run's `close()` was called. */
export interface OriginListener<Unit = AccessUnit> {
  unit(unit: Unit): void;
  /** The run is over by a failure; at most once. The owner closes the run and may open another. */
  failed(error: MediaError): void;
  /** The source came to its natural end (a file played once); at most once, instead of `failed`. */
  ended(): void;
}

/** One run of an origin, from `open` to `close`. */
export interface OriginRun<Unit = AccessUnit> {
  /**
   * Idempotent, never rejects; settles when process, socket and timers are gone.
   * @param unwantedSinceMs since when nobody wanted it, by the track's clock, for what the run itself
   *   subscribes to; absent: until now it was wanted
   */
  close(unwantedSinceMs?: number): Promise<void>;
  /** Asks for a keyframe soon. False, or absent, where the origin cannot make one now. */
  requestKeyframe?(): boolean;
  /** The units since the newest keyframe, that one first: what a late subscriber needs to start. */
  catchUp?(): readonly Unit[];
}
