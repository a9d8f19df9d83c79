import type { CaptureOptions } from '../capture/CaptureOptions';
import type { CameraDevice } from '../capture/devices';
import type { SourceState } from '../capture/Source';
import type { ErrorNote } from '../model/errors';
import type { Frame } from '../model/Frame';
import type { CloseCause } from '../peer/Peer';
import type { LatencyMode } from '../peer/VideoSender';

/** What the worker is started with. */
export interface WorkerSettings {
  /** Path of ffmpeg, if the user set one. */
  readonly ffmpegPath?: string;
  /** Directory for what outlives a restart: the certificate. */
  readonly stateDirectory?: string;
}

/** One camera node's hold on a capture. */
export interface CaptureRequest {
  readonly options: CaptureOptions;
  /** How long the capture goes on after the last viewer left, in ms. */
  readonly lingerMs: number;
  /** Send pictures to the flow. */
  readonly frames: boolean;
}

/** One rtc-connection node's settings. */
export interface ConnectionRequest {
  readonly latency: LatencyMode;
  readonly maxPeers: number;
  /** In bit/s. Default: by the size of the picture. */
  readonly bitrateBps?: number;
  /** In ms. */
  readonly keyframeIntervalMs: number;
}

/** What can be asked of the engine: the arguments and the reply of each call. */
export type Calls = {
  openCapture: { ask: CaptureRequest & { id: string }; reply: undefined };
  closeCapture: { ask: { id: string }; reply: undefined };
  openConnection: { ask: ConnectionRequest & { id: string }; reply: undefined };
  closeConnection: { ask: { id: string }; reply: undefined };
  /** The captures to send, in the order of the video m-sections. */
  setCaptures: { ask: { id: string; captures: readonly string[] }; reply: undefined };
  answer: { ask: { id: string; sdp: string }; reply: { peer: string; sdp: string } };
  /** A browser will come soon. */
  expect: { ask: { id: string }; reply: undefined };
  send: {
    ask: { id: string; data: string | Uint8Array; peer?: string; channel?: string };
    reply: undefined;
  };
  closePeer: { ask: { id: string; peer?: string }; reply: undefined };
  listCameras: { ask: object; reply: readonly CameraDevice[] };
  /** Frees everything; the worker ends after its reply. */
  close: { ask: object; reply: undefined };
};

/** Main thread to worker. */
export type ToWorker =
  | { [Name in keyof Calls]: { call: Name; number: number; ask: Calls[Name]['ask'] } }[keyof Calls]
  /** The flow has taken the last frame. */
  | { frameTaken: string };

/** Worker to main thread. */
export type ToMain =
  | { event: 'reply'; number: number; value: unknown }
  | { event: 'refused'; number: number; error: ErrorNote }
  | { event: 'captureState'; id: string; state: SourceState }
  | { event: 'captureFailed'; id: string; error: ErrorNote }
  | { event: 'frame'; id: string; frame: Frame }
  | { event: 'connected'; id: string; peer: string }
  | { event: 'disconnected'; id: string; peer: string; cause: CloseCause }
  | { event: 'message'; id: string; peer: string; channel: string; data: string | Uint8Array }
  | { event: 'log'; level: 'info' | 'debug'; text: string };
