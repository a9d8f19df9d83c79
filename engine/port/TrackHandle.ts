/** What a track is known by. */
export interface TrackHandleFields {
  readonly kind: 'video' | 'audio';
  /** Unique for each opening of its origin. */
  readonly id: string;
  /** Which node it comes from: a newer track of the same origin takes the place of an older one. */
  readonly origin: string;
  /** For people. */
  readonly label: string;
}

/**
 * A live stream as it travels on a wire: a handle, sent once, never the media itself. Messages may
 * be cloned on their way; the tag makes Node-RED pass this object on as it is.
 */
export class TrackHandle implements TrackHandleFields {
  readonly kind: 'video' | 'audio';
  readonly id: string;
  readonly origin: string;
  readonly label: string;
  readonly #end = new AbortController();

  constructor({ kind, id, origin, label }: TrackHandleFields) {
    this.kind = kind;
    this.id = id;
    this.origin = origin;
    this.label = label;
    Object.freeze(this);
  }

  /** Aborted when nothing will come of it any more. Tracks of cameras and microphones have no end. */
  get over(): AbortSignal {
    return this.#end.signal;
  }

  /** Nothing will come of it any more: who listed it forgets it. Idempotent. */
  end(): void {
    this.#end.abort();
  }

  get [Symbol.toStringTag](): string {
    return 'Track';
  }

  /** What the debug sidebar shows. */
  toJSON(): { type: 'Track'; kind: 'video' | 'audio'; id: string; label: string } {
    return { type: 'Track', kind: this.kind, id: this.id, label: this.label };
  }
}

// A debug node opens up only what its constructor's name tells to be a plain object, and of anything
// else shows `[object Track]`.
Object.defineProperty(TrackHandle.prototype, 'constructor', { value: Object });
