import type { AudioSource } from './capture/AudioSource';
import type { Source } from './capture/Source';
import { type FlowFrame, FlowPictures, FlowSound, type MediaTools } from './FlowMedia';
import type { Pcm } from './output/PcmInput';

/** Pictures and sound of a flow, made when it first puts some in. */
interface FlowInput {
  pictures?: FlowPictures;
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
  readonly #inputs = new Map<string, FlowInput>();
  /** What has ever been put in for a single peer. */
  readonly #knowsAlone = new Set<'video' | 'audio'>();

  /** @param tools asked for with each new source */
  constructor(tools: () => MediaTools) {
    this.#tools = tools;
  }

  /**
   * Takes a picture for a peer, or for all.
   * @returns whether there is a new source
   * @throws MessageError if the frame is not what it says
   */
  putFrame(frame: FlowFrame, peer = ALL): boolean {
    const input = this.#inputs.get(peer) ?? {};
    const pictures = input.pictures ?? new FlowPictures(this.#tools());
    pictures.put(frame);
    if (input.pictures) return false;
    if (peer !== ALL) this.#knowsAlone.add('video');
    this.#inputs.set(peer, { ...input, pictures });
    return true;
  }

  /** Takes a piece of sound for a peer, or for all. @returns whether there is a new source */
  putPcm(pcm: Pcm, peer = ALL): boolean {
    const input = this.#inputs.get(peer) ?? {};
    const sound = input.sound ?? new FlowSound(this.#tools());
    sound.put(pcm);
    if (input.sound) return false;
    if (peer !== ALL) this.#knowsAlone.add('audio');
    this.#inputs.set(peer, { ...input, sound });
    return true;
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
      input.pictures ??= new FlowPictures(this.#tools());
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
    await pictures?.source.close();
    await sound?.source.close();
  }

  /** Idempotent, never rejects. */
  async close(): Promise<void> {
    await Promise.all([...this.#inputs.keys()].map(peer => this.forget(peer)));
  }
}

function sourcesOf({ pictures, sound }: FlowInput): FlowSources {
  return {
    video: pictures ? [pictures.source] : [],
    audio: sound ? [sound.source] : [],
  };
}
