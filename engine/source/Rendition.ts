import { systemClock } from '../model/Clock';
import type { Origin, OriginListener, OriginRun } from '../model/Origin';
import type { Track } from '../model/Track';
import { RenditionRun } from './RenditionRun';
import type { RenditionOptions, RenditionSettings } from './RenditionSettings';

export type { RenditionOptions, RenditionSettings } from './RenditionSettings';

/**
 * A source's stream in one codec, for everybody who wants that: passed through where the source
 * already gives it, else converted by as many steps as `match` says. Follows the source when that
 * changes its codec or size.
 */
export class Rendition implements Origin {
  readonly label: string;
  readonly #source: Track;
  readonly #settings: RenditionSettings;
  readonly #options: Required<RenditionOptions>;

  constructor(
    source: Track,
    settings: RenditionSettings,
    {
      findFfmpeg,
      spare = true,
      hardware,
      encoding = () => {},
      decoded = () => undefined,
      clock = systemClock,
    }: RenditionOptions,
  ) {
    this.label = `${source.label} as ${settings.codec}`;
    this.#source = source;
    this.#settings = settings;
    this.#options = { findFfmpeg, spare, hardware, encoding, decoded, clock };
  }

  open(listener: OriginListener): OriginRun {
    return new RenditionRun(this.#input(), this.#settings, this.#options, listener);
  }

  /** Pictures are taken from a decoder that runs: a second one would have to wait for a keyframe. */
  #input(): Track {
    const decoded = this.#settings.codec === 'H264' ? undefined : this.#options.decoded();
    return decoded?.state === 'live' ? decoded : this.#source;
  }
}
