import type { PeerGroup } from '../../engine/peer/PeerGroup';
import { type Happening, PythonProgram } from './PythonProgram';

/** What a `GstPeer` offers. */
export interface GstPeerOptions {
  /** Caps of what it wants to receive, in the order of the offer. */
  readonly media?: readonly string[];
  /** A pipeline whose packets it sends. */
  readonly sent?: string;
  /** It opens the channel `default`. Default true. */
  readonly data?: boolean;
  /** Its `bundle-policy`. Default: its own, none. */
  readonly bundle?: 'none' | 'max-bundle';
}

/** How long anything of it may take, in ms. */
const LIMIT_MS = 20_000;

/** A peer by GStreamer's webrtcbin with libnice, in a process of its own. */
export class GstPeer {
  readonly #program: PythonProgram;

  constructor(options: GstPeerOptions) {
    this.#program = new PythonProgram('gstPeer.py', [JSON.stringify(options)], 'gi');
  }

  get happenings(): readonly Happening[] {
    return this.#program.happenings;
  }

  /** Gets an answer of this group. @returns the id of the peer that it is there, and the answer */
  async connect(group: PeerGroup): Promise<{ peer: string; sdp: string }> {
    const { sdp } = await this.heard('offer');
    const answer = await group.answer(String(sdp));
    this.#program.write(JSON.stringify({ answer: answer.sdp }));
    return answer;
  }

  /** Waits for something to happen that fits. */
  heard(event: string, fits?: (happening: Happening) => boolean): Promise<Happening> {
    return this.#program.heard(event, LIMIT_MS, fits);
  }

  /** Sends a text on its channel. */
  say(message: string): void {
    this.#program.write(JSON.stringify({ message }));
  }

  /** Idempotent. */
  stop(): Promise<void> {
    return this.#program.stop();
  }
}
