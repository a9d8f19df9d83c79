import { Silence } from './capture/Silence';
import type { Source } from './capture/Source';
import { type FlowFrame, FlowPictures, looseVideo, type MediaTools } from './FlowMedia';
import { systemClock } from './model/Clock';
import { Grid } from './output/Grid';
import type { Sources } from './Sources';

/** With several tracks or peers: the one that began last, or all side by side. */
export type SelectMode = 'newest' | 'grid';

/** What a selection needs. */
export interface SelectionTools extends MediaTools {
  readonly sources: Sources;
  /** What is selected is another. */
  readonly changed: () => void;
}

/** Pictures that a flow puts in, of one peer or of none. */
interface Stream {
  readonly pictures: FlowPictures;
  readonly silence: Silence;
  /** Not silent, and thus not yet at its end. */
  isRunning: boolean;
}

/** A peer whose frames stop is taken for gone after so long, in ms: a flow does not tell. */
const SILENT_MS = 5000;
/** Peers may have any names: of more streams the oldest falls out. */
const MOST_STREAMS = 32;

/** What a display shows of the tracks and frames that came to it. */
export class Selection {
  readonly #mode: SelectMode;
  readonly #tools: SelectionTools;
  readonly #streams = new Map<string, Stream>();
  /** In which order tracks (by id) and streams began: rising numbers. */
  readonly #begun = new Map<string, number>();
  #beginnings = 0;
  #tracks: readonly string[] = [];
  #source: Source | undefined;
  /** The sources that are side by side, and the one that shows them so, which is ours to close. */
  #grid: { readonly of: readonly Source[]; readonly source: Source } | undefined;
  #closed = false;

  constructor(mode: SelectMode, tools: SelectionTools) {
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
    for (const track of tracks) if (!this.#begun.has(track)) this.#begin(track);
    this.#choose();
  }

  /** A track has come or gone. */
  changed(track: string): void {
    if (this.#tracks.includes(track)) this.#choose();
  }

  /**
   * Adds a picture of a flow. It begins a stream if there was none for a while.
   * @param peer whose picture it is; empty: nobody's
   * @throws MessageError
   */
  putFrame(frame: FlowFrame, peer: string): void {
    const key = keyOf(peer);
    const known = this.#streams.get(key);
    const stream = known ?? this.#newStream(key, peer);
    try {
      stream.pictures.put(frame);
    } catch (error) {
      // Nothing is held for what was no picture.
      if (!known) void stream.pictures.source.close();
      throw error;
    }
    stream.silence.limit(SILENT_MS);
    if (known && stream.isRunning) return;
    if (!known) this.#keep(key, stream);
    stream.isRunning = true;
    this.#begin(key);
    this.#choose();
  }

  /** Idempotent, never rejects. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#source = undefined;
    const sources = [...this.#streams.values()].map(({ pictures }) => pictures.source);
    for (const { silence } of this.#streams.values()) silence.end();
    this.#streams.clear();
    if (this.#grid) sources.push(this.#grid.source);
    this.#grid = undefined;
    await Promise.all(sources.map(source => source.close()));
  }

  #begin(key: string): void {
    this.#beginnings += 1;
    this.#begun.set(key, this.#beginnings);
  }

  #newStream(key: string, peer: string): Stream {
    const silence = new Silence(systemClock, () => this.#silent(key, peer));
    return { pictures: new FlowPictures(this.#tools), silence, isRunning: false };
  }

  #keep(key: string, stream: Stream): void {
    this.#streams.set(key, stream);
    const [oldest] = this.#streams.keys();
    if (oldest !== undefined && this.#streams.size > MOST_STREAMS) this.#drop(oldest);
  }

  /** A flow's own pictures may be far apart, or a single one: the last stays. */
  #silent(key: string, peer: string): void {
    const stream = this.#streams.get(key);
    if (stream) stream.isRunning = false;
    if (peer === '') return;
    this.#drop(key);
    this.#choose();
  }

  #drop(key: string): void {
    const stream = this.#streams.get(key);
    this.#streams.delete(key);
    this.#begun.delete(key);
    stream?.silence.end();
    void stream?.pictures.source.close();
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
    const tracks = this.#tracks.flatMap(key =>
      this.#tools.sources.video([key]).map(source => ({ key, source })),
    );
    const streams = [...this.#streams].map(([key, { pictures }]) => ({
      key,
      source: pictures.source,
    }));
    const begun = ({ key }: { key: string }) => this.#begun.get(key) ?? 0;
    return [...tracks, ...streams].sort((a, b) => begun(a) - begun(b)).map(({ source }) => source);
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

/** Not to be confused with the id of a track. */
function keyOf(peer: string): string {
  return `frames of ${peer}`;
}
