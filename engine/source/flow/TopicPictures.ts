import { type Clock, systemClock } from '../../model/Clock';
import { Silence } from '../Silence';
import type { Source } from '../Source';
import type { MediaTools } from './FlowMedia';
import { type FlowFrame, FlowPictures } from './FlowPictures';

/** What `TopicPictures` needs. */
export interface TopicPicturesOptions {
  /** Asked for with each new source. */
  readonly tools: () => MediaTools;
  /** There are other sources, or one of them began anew. */
  readonly changed: () => void;
  /** A source has told how it stands. */
  readonly told?: () => void;
  /** A number that rises with each stream that begins. */
  readonly begin: () => number;
  /** The last picture of the last topic stays: a flow's pictures may be far apart, or a single one. */
  readonly keepsLast: boolean;
  /** Source of time. Default: the system's. */
  readonly clock?: Clock;
}

/** The pictures of one topic. */
interface Stream {
  readonly pictures: FlowPictures;
  readonly silence: Silence;
  /** See `begin`. */
  begun: number;
  /** Not silent, and thus not yet at its end. */
  isRunning: boolean;
}

/** A topic without pictures for so long is over, in ms: a flow does not tell. */
const SILENT_MS = 5000;
/** Topics may have any names: of more the oldest falls out. */
const MOST_TOPICS = 16;
/** Where a place is held before the first picture has told its topic; no topic begins so. */
const HELD = '\0held';

/**
 * What a flow puts in for one and the same viewers: a source of pictures for each topic, in the order
 * in which the topics began. One that has fallen silent makes room for those that go on.
 */
export class TopicPictures {
  readonly #options: TopicPicturesOptions;
  readonly #streams = new Map<string, Stream>();

  constructor(options: TopicPicturesOptions) {
    this.#options = options;
  }

  /** The sources, the one that began first in front. */
  get sources(): readonly { readonly source: Source; readonly begun: number }[] {
    return [...this.#streams.values()].map(({ pictures, begun }) => ({
      source: pictures.source,
      begun,
    }));
  }

  /** Makes a source before the first picture comes: viewers have a place for it then. */
  hold(): void {
    if (this.#streams.size === 0) this.#streams.set(HELD, this.#make());
  }

  /** Takes a picture. @throws UnusableError as `FlowPictures.put` */
  put(frame: FlowFrame, topic: string): Promise<void> {
    const known = this.#streams.get(topic) ?? this.#streams.get(HELD);
    const stream = known ?? this.#make();
    const taken = this.#putInto(stream, frame, known !== undefined);
    stream.silence.limit(SILENT_MS);
    if (known && stream.isRunning) return taken;
    this.#streams.delete(HELD);
    this.#streams.set(topic, stream);
    stream.isRunning = true;
    stream.begun = this.#options.begin();
    this.#makeRoom();
    this.#options.changed();
    return taken;
  }

  /** Idempotent, never rejects. */
  async close(): Promise<void> {
    const streams = [...this.#streams.values()];
    this.#streams.clear();
    for (const { silence } of streams) silence.end();
    await Promise.all(streams.map(({ pictures }) => pictures.close()));
  }

  #putInto({ pictures }: Stream, frame: FlowFrame, isKnown: boolean): Promise<void> {
    try {
      return pictures.put(frame);
    } catch (error) {
      // Nothing is held for what was no picture.
      if (!isKnown) void pictures.close();
      throw error;
    }
  }

  #make(): Stream {
    const { tools, clock = systemClock, told } = this.#options;
    const pictures = new FlowPictures(tools());
    if (told) pictures.source.on('state', told);
    const silence: Silence = new Silence(clock, () => this.#silent(stream));
    const stream: Stream = { pictures, silence, begun: 0, isRunning: false };
    return stream;
  }

  #silent(stream: Stream): void {
    stream.isRunning = false;
    const [topic] = [...this.#streams].find(([, each]) => each === stream) ?? [];
    if (topic === undefined) return;
    if (this.#options.keepsLast && this.#streams.size === 1) return;
    this.#drop(topic);
    this.#options.changed();
  }

  #makeRoom(): void {
    for (const [topic, { isRunning }] of this.#streams) if (!isRunning) this.#drop(topic);
    const [oldest] = this.#streams.keys();
    if (oldest !== undefined && this.#streams.size > MOST_TOPICS) this.#drop(oldest);
  }

  #drop(topic: string): void {
    const stream = this.#streams.get(topic);
    this.#streams.delete(topic);
    stream?.silence.end();
    void stream?.pictures.close();
  }
}
