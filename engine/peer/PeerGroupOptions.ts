import type { RTCCertificate } from 'werift';
import type { VideoCodec } from '../model/AccessUnit';
import type { AudioUnit } from '../model/AudioUnit';
import type { Subscribable } from '../model/Track';
import type { PeerOptions } from './PeerOptions';
import type { LatencyMode } from './rtp/send/VideoSender';
import type { PeerThreads } from './threads/PeerThreads';
import type { VideoForm } from './VideoForm';

/** What a group sends: a source that can be had in the codecs that browsers take. */
export interface VideoSource {
  /** What the source gives by itself, undefined while unknown. */
  readonly native: VideoCodec | undefined;
  /** The shared track in this form. */
  rendition(form: VideoForm): Subscribable;
}

/** Options of a `PeerGroup`. */
export interface PeerGroupOptions {
  readonly latency: LatencyMode;
  /** Peers at the same time, those in the handshake included. */
  readonly maxPeers: number;
  /** What becomes of one more: it is refused, or takes the place of the oldest. Default `refuse`. */
  readonly whenFull?: 'refuse' | 'replace';
  /** The kinds that are wanted of peers. Default none. */
  readonly wanted?: PeerOptions['wanted'];
  readonly certificate?: RTCCertificate;
  /** See `PeerOptions`. */
  readonly room?: PeerOptions['room'];
  /** More threads, over which many peers are spread. Default: none. */
  readonly threads?: PeerThreads;
  readonly mostMessageBytes?: number;
  /** Its peers are called: see `offer`. Default false. */
  readonly isCaller?: boolean;
  /** See `PeerOptions`, in ms. */
  readonly handshakeMs?: number;
  readonly silenceMs?: number;
}

/** What peers are sent. */
export interface GroupMedia {
  readonly video: readonly VideoSource[];
  /** Opus tracks. */
  readonly audio: readonly Subscribable<AudioUnit>[];
}

/** What is for one peer alone. */
export type AloneMedia = (peer: string) => GroupMedia | undefined;
