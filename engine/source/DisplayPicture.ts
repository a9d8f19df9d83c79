import type { FrameTarget } from '../model/Frame';
import { looseVideo, type MediaTools } from './flow/FlowMedia';
import type { FlowFrame } from './flow/FlowPictures';
import { TopicPictures } from './flow/TopicPictures';
import { Grid } from './Grid';
import type { Source } from './Source';
import type { Sources } from './Sources';

/** With several tracks or peers: the one that began last, or all side by side. */
export type SelectMode = 'newest' | 'grid';

/** What it needs. */
export interface DisplayPictureTools extends MediaTools {
  readonly sources: Sources;
  /** What is selected is another. */
  readonly changed: () => void;
}

/** Peers may have any names: of the frames of more of them the oldest fall out. */
const MOST_PEERS = 32;
/** Whose frames are those of no peer. */
const NOBODY = '';

/** What a display shows of the tracks and frames that came to it. */
export class DisplayPicture {
  readonly #mode: SelectMode;
  readonly #tools: DisplayPictureTools;
  /** What flows put in, by peer. */
  readonly #frames = new Map<string, TopicPictures>();
  /** In which order tracks, by id, began: rising numbers. */
  readonly #begun = new Map<string, number>();
  #beginnings = 0;
  #tracks: readonly string[] = [];
  #source: Source | undefined;
  /** The sources that are side by side, and the one that shows them so, which is ours to close. */
  #grid: { readonly of: readonly Source[]; readonly source: Source } | undefined;
  #closed = false;

  constructor(mode: SelectMode, tools: DisplayPictureTools) {
    this.#mode = mode;
    this.#tools = tools;
  }

  /** What is to be shown now, if anything. */
  get source(): Source | undefined {
    return this.#source;
  }

  /** Selects among these tracks, and the frames. Those that are new begin now, in their order. */
  setTracks(tracks: readonly string[]): void {
    for (const track of this.#tracks) if (!tracks.includes(track)) this.#begun.delete(track);
    this.#tracks = tracks;
    for (const track of tracks) {
      if (!this.#begun.has(track)) this.#begun.set(track, this.#nextBeginning());
    }
    this.#choose();
  }

  /** A track has come or gone. */
  changed(track: string): void {
    if (this.#tracks.includes(track)) this.#choose();
  }

  /**
   * Adds a picture of a flow. It begins a stream if there was none of its peer and topic for a while.
   * @throws UnusableError as `FlowPictures.put`
   */
  putFrame(frame: FlowFrame, { peer = NOBODY, topic = '' }: FrameTarget): Promise<void> {
    const known = this.#frames.get(peer);
    const pictures = known ?? this.#newPictures(peer);
    this.#frames.set(peer, pictures);
    try {
      return pictures.put(frame, topic);
    } catch (error) {
      if (!known) this.#frames.delete(peer);
      throw error;
    }
  }

  /** Idempotent, never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#source = undefined;
    const frames = [...this.#frames.values()];
    this.#frames.clear();
    const grid = this.#grid?.source;
    this.#grid = undefined;
    await Promise.all([...frames.map(pictures => pictures.close()), grid?.close()]);
  }

  #nextBeginning(): number {
    this.#beginnings += 1;
    return this.#beginnings;
  }

  /** A peer whose frames stop is taken for gone; of what comes from nobody the last picture stays. */
  #newPictures(peer: string): TopicPictures {
    return new TopicPictures({
      tools: () => this.#tools,
      changed: () => this.#changedFrames(peer),
      begin: () => this.#nextBeginning(),
      keepsLast: peer === NOBODY,
    });
  }

  #changedFrames(peer: string): void {
    if (this.#frames.get(peer)?.sources.length === 0) this.#dropFrames(peer);
    const [oldest] = [...this.#frames.keys()].filter(each => each !== NOBODY);
    if (oldest !== undefined && this.#frames.size > MOST_PEERS) this.#dropFrames(oldest);
    this.#choose();
  }

  #dropFrames(peer: string): void {
    void this.#frames.get(peer)?.close();
    this.#frames.delete(peer);
  }

  #choose(): void {
    if (this.#closed) return;
    const open = this.#open();
    const isGrid = this.#mode === 'grid' && open.length > 1;
    const chosen = isGrid ? this.#gridOf(open) : open.at(-1);
    if (chosen === this.#source) return;
    this.#source = chosen;
    this.#tools.changed();
    if (!isGrid) this.#dropGrid();
  }

  /** All that is there, what began last at the end. */
  #open(): Source[] {
    const tracks = this.#tracks.flatMap(track => {
      const begun = this.#begun.get(track) ?? 0;
      return this.#tools.sources.video([track]).map(source => ({ source, begun }));
    });
    const frames = [...this.#frames.values()].flatMap(({ sources }) => sources);
    return [...tracks, ...frames].sort((a, b) => a.begun - b.begun).map(({ source }) => source);
  }

  #gridOf(sources: readonly Source[]): Source {
    const { of = [] } = this.#grid ?? {};
    const isSame = of.length === sources.length && of.every((each, at) => each === sources[at]);
    if (this.#grid && isSame) return this.#grid.source;
    this.#dropGrid();
    const cells = new Grid();
    sources.forEach((each, at) => {
      cells.set(`${at}`, each.rendition({ codec: 'I420' }));
    });
    const source = looseVideo(cells, this.#tools);
    this.#grid = { of: sources, source };
    return source;
  }

  #dropGrid(): void {
    void this.#grid?.source.close();
    this.#grid = undefined;
  }
}
