import type { Pcm } from '../../media/audio/PcmInput';
import type { Size } from '../../media/picture/pixels';
import type { FrameTarget } from '../../model/Frame';
import type { AudioSource } from '../AudioSource';
import type { Source } from '../Source';
import { FlowSound, type MediaTools } from './FlowMedia';
import type { FlowFrame } from './FlowPictures';
import { TopicPictures } from './TopicPictures';

/** Pictures and sound of a flow, made when it first puts some in. */
interface FlowInput {
  pictures?: TopicPictures;
  sound?: FlowSound;
}

/** Sources of pictures and sound. */
export interface FlowSources {
  readonly video: readonly Source[];
  readonly audio: readonly AudioSource[];
}

/** Stands for all peers among their ids. */
const ALL = '';

/** What a flow puts into one connection: for all peers, and for single ones. */
export class FlowInputs {
  readonly #tools: () => MediaTools;
  readonly #changed: () => void;
  readonly #told: () => void;
  readonly #inputs = new Map<string, FlowInput>();
  /** What has ever been put in for a single peer. */
  readonly #knowsAlone = new Set<'video' | 'audio'>();

  /**
   * @param tools asked for with each new source
   * @param changed there are other sources
   * @param told a source of pictures has told how it stands
   */
  constructor(tools: () => MediaTools, changed: () => void, told: () => void = () => {}) {
    this.#tools = tools;
    this.#changed = changed;
    this.#told = told;
  }

  /**
   * Takes a picture for a peer, or for all.
   * @throws UnusableError as `FlowPictures.put`
   */
  putFrame(frame: FlowFrame, { peer = ALL, topic = '' }: FrameTarget = {}): Promise<void> {
    const known = this.#inputs.get(peer);
    if (known?.pictures) return known.pictures.put(frame, topic);
    const pictures = this.#newPictures();
    const knewAlone = this.#knowsAlone.has('video');
    // Whoever hears of the new source finds it here.
    this.#inputs.set(peer, { ...known, pictures });
    if (peer !== ALL) this.#knowsAlone.add('video');
    try {
      return pictures.put(frame, topic);
    } catch (error) {
      if (known) this.#inputs.set(peer, known);
      else this.#inputs.delete(peer);
      if (!knewAlone) this.#knowsAlone.delete('video');
      throw error;
    }
  }

  /** Takes a piece of sound for a peer, or for all. @throws UnusableError */
  putPcm(pcm: Pcm, peer = ALL): void {
    const input = this.#inputs.get(peer) ?? {};
    const sound = input.sound ?? new FlowSound(this.#tools());
    sound.put(pcm);
    if (input.sound) return;
    if (peer !== ALL) this.#knowsAlone.add('audio');
    this.#inputs.set(peer, { ...input, sound });
    this.#changed();
  }

  /** The size to which pictures of a topic are scaled, where those have several; of the first such topic. */
  get mixed(): Size | undefined {
    const all = [...this.#inputs.values()].flatMap(({ pictures }) => pictures?.sources ?? []);
    const { width, height } = all.find(({ source }) => source.state.isMixed)?.source.state ?? {};
    return width && height ? { width, height } : undefined;
  }

  /** What is put in for all peers. */
  get common(): FlowSources {
    return sourcesOf(this.#inputs.get(ALL) ?? {});
  }

  /**
   * What is put in for this peer alone. Where peers get nothing else of a kind, and some got theirs
   * alone before, this one is held ready to: it must have a place for it from its answer on.
   * @param others what all peers get
   */
  alone(peer: string, { video, audio }: FlowSources): FlowSources {
    const input: FlowInput = { ...this.#inputs.get(peer) };
    if (video.length === 0 && this.#knowsAlone.has('video')) {
      input.pictures ??= this.#newPictures();
      input.pictures.hold();
    }
    if (audio.length === 0 && this.#knowsAlone.has('audio')) {
      input.sound ??= new FlowSound(this.#tools());
    }
    if (input.pictures || input.sound) this.#inputs.set(peer, input);
    return sourcesOf(input);
  }

  /** Closes what was put in for a peer. Never rejects. */
  async forget(peer: string): Promise<void> {
    const { pictures, sound } = this.#inputs.get(peer) ?? {};
    this.#inputs.delete(peer);
    await pictures?.close();
    await sound?.source.close();
  }

  /** Idempotent, never rejects. */
  async close(): Promise<void> {
    await Promise.all([...this.#inputs.keys()].map(peer => this.forget(peer)));
  }

  #newPictures(): TopicPictures {
    return new TopicPictures({
      tools: this.#tools,
      changed: this.#changed,
      told: this.#told,
      // The order of the sources is all that counts here.
      begin: () => 0,
      keepsLast: true,
    });
  }
}

function sourcesOf({ pictures, sound }: FlowInput): FlowSources {
  return {
    video: pictures?.sources.map(({ source }) => source) ?? [],
    audio: sound ? [sound.source] : [],
  };
}
