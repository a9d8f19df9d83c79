import { systemClock } from '../../model/Clock';
import type { Subscribable } from '../../model/Track';
import type { CloseCause } from '../CloseCause';
import type { ChannelData } from '../data/ChannelData';
import { type GroupMember, newPeerId } from '../GroupMember';
import type { ChannelSettings } from '../PeerChannels';
import type { HandshakeReport } from '../PeerHandshake';
import type { MediaTracks } from '../PeerMedia';
import type { PeerStats } from '../PeerMeter';
import type { PeerHandlers } from '../PeerOptions';
import type { CheckedOffer } from '../sdp/offer';
import type { VideoForm } from '../VideoForm';
import type { FarMember, PeerThread } from './PeerThread';
import type { AnyUnit, FarOptions, TrackNumbers } from './protocol';

/** A peer that lives in a thread of its own, as the engine sees it. It sends no pictures and no sound. */
export class FarPeer implements GroupMember, FarMember {
  readonly id = newPeerId();
  readonly videoForm: VideoForm;
  lines: GroupMember['lines'] = { video: 0, audio: 0 };
  takesMessages = false;
  isConnected = false;
  readonly #thread: PeerThread;
  readonly #handlers: PeerHandlers;
  readonly #options: FarOptions;
  #tracks = new Map<number, Subscribable<AnyUnit>>();
  #lastTrack = 0;
  /** When its offer was answered. */
  #answeredMs: number | undefined;
  #closing: Promise<void> | undefined;
  #report: (handshake: HandshakeReport) => void = () => {};
  readonly handshake = new Promise<HandshakeReport>(resolve => {
    this.#report = resolve;
  });

  constructor(
    thread: PeerThread,
    form: VideoForm,
    { handlers, options }: { handlers: PeerHandlers; options: FarOptions },
  ) {
    this.videoForm = form;
    this.#thread = thread;
    this.#handlers = handlers;
    this.#options = options;
    thread.enter(this.id, this);
  }

  get unfinishedMs(): number {
    if (this.isConnected || this.#answeredMs === undefined) return 0;
    return systemClock.now() - this.#answeredMs;
  }

  stats(): Promise<PeerStats> {
    return this.#thread.ask('stats', { peer: this.id });
  }

  async answer(offer: CheckedOffer, tracks: MediaTracks): Promise<string> {
    const answer = await this.#thread.ask('answer', {
      peer: this.id,
      form: this.videoForm,
      options: this.#options,
      offer,
      tracks: this.#number(tracks),
    });
    this.lines = answer.lines;
    this.takesMessages = answer.takesMessages;
    this.#answeredMs = systemClock.now();
    return answer.sdp;
  }

  follow(tracks: MediaTracks): void {
    this.#thread.post({ follow: this.#number(tracks), peer: this.id });
  }

  send(data: ChannelData, label?: string, settings?: ChannelSettings): Promise<void> {
    return this.#thread.ask('send', {
      peer: this.id,
      data,
      ...(label === undefined ? {} : { label }),
      ...(settings ? { settings } : {}),
    });
  }

  taken(count: number): void {
    this.#thread.post({ taken: count, peer: this.id });
  }

  retire(): Promise<void> {
    return this.#tell('retire');
  }

  farewell(): Promise<void> {
    return this.#tell('farewell');
  }

  close(cause: CloseCause): Promise<void> {
    this.#closing ??= this.#thread.ask('close', { peer: this.id, cause }).catch(() => {
      // The thread is gone, and with it the peer.
    });
    return this.#closing;
  }

  connected(): void {
    this.isConnected = true;
    this.#handlers.connected([]);
  }

  closed(cause: CloseCause, handshake?: HandshakeReport): void {
    const figures = { handshakeMs: this.unfinishedMs, handshakeRepeats: 0, pathChecks: 0 };
    this.#report(handshake ?? { step: 'unfinished', figures });
    this.#handlers.closed(cause);
  }

  message(label: string, data: ChannelData): void {
    this.#handlers.message(label, data);
  }

  log(text: string): void {
    this.#handlers.log?.(text);
  }

  track(number: number): Subscribable<AnyUnit> | undefined {
    return this.#tracks.get(number);
  }

  async #tell(call: 'retire' | 'farewell'): Promise<void> {
    try {
      await this.#thread.ask(call, { peer: this.id });
    } catch {
      // The thread is gone, and with it the peer.
    }
  }

  /** Numbers for tracks; one that it has already keeps its own. */
  #number({ video, audio }: MediaTracks): TrackNumbers {
    const before = new Map(Array.from(this.#tracks, ([number, track]) => [track, number]));
    this.#tracks = new Map();
    const numberOf = (track: Subscribable<AnyUnit>): number => {
      this.#lastTrack += 1;
      const number = before.get(track) ?? this.#lastTrack;
      this.#tracks.set(number, track);
      return number;
    };
    return {
      video: video.map(track => numberOf(track as Subscribable<AnyUnit>)),
      audio: audio.map(track => numberOf(track as Subscribable<AnyUnit>)),
    };
  }
}
