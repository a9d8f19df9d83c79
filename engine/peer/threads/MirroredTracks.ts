import type { AccessUnit } from '../../model/AccessUnit';
import type { AudioUnit } from '../../model/AudioUnit';
import { asBuffer } from '../../model/memory';
import type { Subscribable, Subscriber, Subscription } from '../../model/Track';
import type { MediaTracks } from '../PeerMedia';
import type { AnyUnit, ToEngine, ToThread, TrackNumbers } from './protocol';

type Units = Extract<ToThread, { unit: AnyUnit } | { past: readonly AnyUnit[] }>;

/**
 * In a thread for peers: what stands for the engine's tracks. Each subscription here is one there, so
 * that everybody is treated as in the engine's own thread; a unit for many comes once.
 */
export class MirroredTracks {
  readonly #tell: (note: ToEngine) => void;
  readonly #subscribers = new Map<number, Subscriber<AnyUnit>>();
  #last = 0;

  constructor(tell: (note: ToEngine) => void) {
    this.#tell = tell;
  }

  /**
   * The tracks of these numbers.
   * @param before those that the peer has had: who goes on with one of them goes on with the same object
   */
  of(peer: string, numbers: TrackNumbers, before?: MirroredMedia): MirroredMedia {
    const known = new Map(before?.known);
    const tracks = new Map<number, Subscribable<AnyUnit>>();
    const track = (number: number): Subscribable<AnyUnit> => {
      const made = tracks.get(number) ?? known.get(number) ?? this.#make(peer, number);
      tracks.set(number, made);
      return made;
    };
    return {
      known: tracks,
      // The engine hands pictures to whom asks for a track of pictures, and sound for one of sound.
      media: {
        video: numbers.video.map(number => track(number) as Subscribable<AccessUnit>),
        audio: numbers.audio.map(number => track(number) as Subscribable<AudioUnit>),
      },
    };
  }

  /** Hands over what has come. Who has left meanwhile gets nothing. */
  take(note: Units): void {
    if ('past' in note) {
      const units = note.past.map(whole);
      const subscriber = this.#subscribers.get(note.subscription);
      if (subscriber?.past) subscriber.past(units);
      else for (const unit of units) subscriber?.unit(unit);
      return;
    }
    const unit = whole(note.unit);
    for (const number of note.subscriptions) this.#subscribers.get(number)?.unit(unit);
  }

  #make(peer: string, track: number): Subscribable<AnyUnit> {
    return { subscribe: subscriber => this.#subscribe(subscriber, peer, track) };
  }

  #subscribe(subscriber: Subscriber<AnyUnit>, peer: string, track: number): Subscription {
    this.#last += 1;
    const number = this.#last;
    this.#subscribers.set(number, subscriber);
    this.#tell({ subscribe: number, peer, track });
    return {
      requestKeyframe: () => {
        if (this.#subscribers.has(number)) this.#tell({ keyframeFor: number });
      },
      close: () => {
        if (this.#subscribers.delete(number)) this.#tell({ unsubscribe: number });
      },
    };
  }
}

/** The tracks of a peer, and by which numbers they are known. */
export interface MirroredMedia {
  readonly media: MediaTracks;
  readonly known: ReadonlyMap<number, Subscribable<AnyUnit>>;
}

/** Structured clone has made plain memory of its Buffer. */
function whole<Unit extends AnyUnit>(unit: Unit): Unit {
  return { ...unit, data: asBuffer(unit.data) };
}
