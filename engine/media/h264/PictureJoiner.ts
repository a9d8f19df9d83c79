import { type Clock, systemClock } from '../../model/Clock';
import { firstMacroblock, isSlice, NAL, nalType, nalUnits } from './h264';
import type { ParameterSets } from './ParameterSets';
import { isSameFrame } from './sliceHeader';

/** Options of a `PictureJoiner`. */
export interface PictureJoinerOptions {
  /** Those of the pictures that were given, by which slices are told apart; kept up by the owner. */
  readonly sets: ParameterSets;
  /** Source of time. Default: the system's. */
  readonly clock?: Clock;
}

/** The first picture waits for its other parts for so long, in ms: they come in one burst. */
const FIRST_MS = 20;
/** A picture whose end cannot be told waits for so long after its newest part, in ms. */
const HOLD_MS = 40;
/** As often as a part came later than that, the wait is doubled, up to this, in ms. */
const MOST_HOLD_MS = 320;
/** So many pictures of a kind with the same slices, and the next is taken to have them, too. */
const ALIKE = 3;
/** What comes without a slice waits for one; more bytes than these are no parameter sets. */
const MOST_LOOSE_BYTES = 256 * 1024;

/** A picture of which a part has come. */
interface OpenPicture {
  readonly parts: Buffer[];
  readonly timeMs: number;
  readonly isKey: boolean;
  readonly firstSlice: Buffer;
  /** first_mb_in_slice of each slice. */
  readonly macroblocks: (number | undefined)[];
  isGiven: boolean;
}

/**
 * Puts H.264 pictures together whose parts come one by one: a container's packet for each slice,
 * parameter sets or SEI apart or between the slices. Most streams have whole pictures in each packet
 * and are not delayed; of one that was seen to have parts, a picture is given when its slices are
 * those of the pictures before, else when the next begins or nothing follows.
 */
export class PictureJoiner {
  readonly #picture: (data: Buffer, timeMs: number) => void;
  readonly #sets: ParameterSets;
  readonly #clock: Clock;
  #open: OpenPicture | undefined;
  /** Parts without a slice: what follows says to which picture they belong. */
  #loose: Buffer[] = [];
  #isFirst = true;
  #hasParts = false;
  #holdMs = HOLD_MS;
  /** The slices of keyframes and of the others: of the newest picture, and how many in a row had them. */
  readonly #layouts = new Map<boolean, { slices: string; alike: number }>();
  #cancel: (() => void) | undefined;

  /**
   * @param picture gets each picture, its NAL units behind 4-byte lengths. A keyframe of which
   *   a part came unexpectedly late is given again, whole
   */
  constructor(
    picture: (data: Buffer, timeMs: number) => void,
    { sets, clock = systemClock }: PictureJoinerOptions,
  ) {
    this.#picture = picture;
    this.#sets = sets;
    this.#clock = clock;
  }

  /**
   * Takes NAL units that belong to one picture.
   * @param timeMs their decoding time by the container, in ms
   */
  push(data: Buffer, timeMs: number): void {
    const nals = [...nalUnits(data)];
    const slices = nals.filter(isSlice);
    const [first] = slices;
    if (!first) this.#keepLoose(data, nals);
    else if (this.#open && continues(first, timeMs, this.#open, this.#sets)) {
      this.#add(this.#open, data, slices);
    } else this.#begin({ data, timeMs, first, slices });
  }

  /** No more of the open picture will come. */
  end(): void {
    const open = this.#open;
    this.#cancelWait();
    if (!open) return;
    this.#remember(open);
    this.#open = undefined;
    if (!open.isGiven) this.#give(open);
  }

  /** Forgets what is open. Idempotent. */
  close(): void {
    this.#cancelWait();
    this.#open = undefined;
    this.#loose = [];
  }

  #keepLoose(data: Buffer, nals: readonly Buffer[]): void {
    if (nals.some(nal => nalType(nal) === NAL.delimiter)) this.end();
    const bytes = this.#loose.reduce((sum, part) => sum + part.length, data.length);
    if (bytes <= MOST_LOOSE_BYTES) this.#loose.push(data);
  }

  #begin({ data, timeMs, first, slices }: Begun): void {
    this.end();
    const open: OpenPicture = {
      parts: [...this.#loose, data],
      timeMs,
      isKey: nalType(first) === NAL.idr,
      firstSlice: first,
      macroblocks: slices.map(firstMacroblock),
      isGiven: false,
    };
    this.#loose = [];
    this.#open = open;
    const waitMs = this.#isFirst ? FIRST_MS : this.#holdMs;
    const isWhole = !this.#isFirst && (!this.#hasParts || this.#isAsBefore(open));
    this.#isFirst = false;
    if (isWhole) this.#give(open);
    else this.#wait(waitMs);
  }

  #add(open: OpenPicture, data: Buffer, slices: readonly Buffer[]): void {
    this.#hasParts = true;
    open.parts.push(...this.#loose, data);
    this.#loose = [];
    open.macroblocks.push(...slices.map(firstMacroblock));
    if (open.isGiven) this.#addLate(open);
    else if (this.#isAsBefore(open)) this.#give(open);
    else this.#wait(this.#holdMs);
  }

  /** It was given without this part. Of a keyframe the whole is worth more than the rest of others. */
  #addLate(open: OpenPicture): void {
    this.#layouts.delete(open.isKey);
    this.#holdMs = Math.min(this.#holdMs * 2, MOST_HOLD_MS);
    if (!open.isKey) return;
    open.isGiven = false;
    this.#wait(this.#holdMs);
  }

  #wait(waitMs: number): void {
    this.#cancelWait();
    this.#cancel = this.#clock.after(waitMs, () => {
      this.#cancel = undefined;
      if (this.#open && !this.#open.isGiven) this.#give(this.#open);
    });
  }

  #cancelWait(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #give(open: OpenPicture): void {
    this.#cancelWait();
    open.isGiven = true;
    const [only] = open.parts;
    this.#picture(open.parts.length === 1 && only ? only : Buffer.concat(open.parts), open.timeMs);
  }

  #isAsBefore({ isKey, macroblocks }: OpenPicture): boolean {
    const layout = this.#layouts.get(isKey);
    return layout !== undefined && layout.alike >= ALIKE && layout.slices === `${macroblocks}`;
  }

  #remember({ isKey, macroblocks }: OpenPicture): void {
    const slices = `${macroblocks}`;
    const before = this.#layouts.get(isKey);
    const alike = before?.slices === slices ? before.alike + 1 : 1;
    this.#layouts.set(isKey, { slices, alike });
  }
}

interface Begun {
  readonly data: Buffer;
  readonly timeMs: number;
  /** The first of the slices. */
  readonly first: Buffer;
  readonly slices: readonly Buffer[];
}

/**
 * Whether a slice belongs to the picture that is open: it is not the first of its picture; or it
 * came at the same time and says the same of its frame. The time alone does not tell: where it is
 * that of arrival, whole pictures of a burst have it in common.
 */
function continues(slice: Buffer, timeMs: number, open: OpenPicture, sets: ParameterSets): boolean {
  if ((firstMacroblock(slice) ?? 0) > 0) return true;
  return timeMs === open.timeMs && isSameFrame(slice, open.firstSlice, sets.spsOf(slice));
}
