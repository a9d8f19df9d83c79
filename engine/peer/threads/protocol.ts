import type { RTCCertificate } from 'werift';
import type { AccessUnit } from '../../model/AccessUnit';
import type { AudioUnit } from '../../model/AudioUnit';
import type { ErrorNote } from '../../model/errors/errors';
import type { SuddenEnd } from '../../process/suddenEnd';
import type { CloseCause } from '../CloseCause';
import type { ChannelSettings } from '../PeerChannels';
import type { HandshakeReport } from '../PeerHandshake';
import type { PeerStats } from '../PeerMeter';
import type { PeerOptions } from '../PeerOptions';
import type { CheckedOffer } from '../sdp/offer';
import type { VideoForm } from '../VideoForm';

/** What a thread for peers is started with: the certificate of this installation, in its parts. */
export interface PeerThreadData {
  /** PEM. */
  readonly privateKey: string;
  /** PEM. */
  readonly certificate: string;
  /** TLS SignatureAndHashAlgorithm (RFC 5246 7.4.1.4.1). */
  readonly signatureHash: RTCCertificate['signatureHash'];
}

/** Options of a peer, as far as they can cross the boundary. */
export type FarOptions = Pick<
  PeerOptions,
  'latency' | 'wanted' | 'mostMessageBytes' | 'handshakeMs' | 'silenceMs'
>;

/** Tracks of a peer by numbers that stand for them, in the order of the m-sections. */
export interface TrackNumbers {
  readonly video: readonly number[];
  readonly audio: readonly number[];
}

/** A picture or a piece of sound. */
export type AnyUnit = AccessUnit | AudioUnit;

/** What became of an offer. */
export interface FarAnswer {
  readonly sdp: string;
  readonly lines: Readonly<Record<'video' | 'audio', number>>;
  readonly takesMessages: boolean;
}

type OfPeer = { readonly peer: string };

/** What can be asked of a thread: the arguments and the reply of each call. */
export type FarCalls = {
  answer: {
    ask: OfPeer & {
      form: VideoForm;
      options: FarOptions;
      offer: CheckedOffer;
      tracks: TrackNumbers;
    };
    reply: FarAnswer;
  };
  /** Replied to when the message is on its way. */
  send: {
    ask: OfPeer & { data: string | Uint8Array; label?: string; settings?: ChannelSettings };
    reply: undefined;
  };
  stats: { ask: OfPeer; reply: PeerStats };
  retire: { ask: OfPeer; reply: undefined };
  farewell: { ask: OfPeer; reply: undefined };
  close: { ask: OfPeer & { cause: CloseCause }; reply: undefined };
};

/** From the engine to a thread for peers. */
export type ToThread =
  | {
      [Name in keyof FarCalls]: { call: Name; number: number; ask: FarCalls[Name]['ask'] };
    }[keyof FarCalls]
  | { readonly follow: TrackNumbers; readonly peer: string }
  /** The flow has taken so many messages more. */
  | { readonly taken: number; readonly peer: string }
  /** For these subscriptions; answered by `tookUnit`. */
  | { readonly unit: AnyUnit; readonly subscriptions: readonly number[] }
  /** What came before the subscription, or what it is to start anew with. */
  | { readonly past: readonly AnyUnit[]; readonly subscription: number }
  | SuddenEnd
  /** Nobody is here any more: the thread ends. */
  | 'end';

/** From a thread for peers to the engine. */
export type ToEngine =
  | { readonly reply: number; readonly value: unknown }
  | { readonly refused: number; readonly error: ErrorNote }
  | { readonly subscribe: number; readonly peer: string; readonly track: number }
  | { readonly unsubscribe: number }
  | { readonly keyframeFor: number }
  | { readonly event: 'connected'; readonly peer: string }
  | {
      readonly event: 'closed';
      readonly peer: string;
      readonly cause: CloseCause;
      readonly handshake: HandshakeReport;
    }
  | {
      readonly event: 'message';
      readonly peer: string;
      readonly label: string;
      readonly data: string | Uint8Array;
    }
  | { readonly event: 'log'; readonly peer: string; readonly text: string }
  /** Of the thread itself. */
  | { readonly event: 'threadLog'; readonly text: string }
  | { readonly event: 'tookUnit' }
  | { readonly event: 'ready' };
