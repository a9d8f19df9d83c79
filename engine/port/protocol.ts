import type { PicameraOptions } from '../capture/CaptureOptions';
import type { PicameraDevice } from '../capture/picamera/picameraList';
import type { CameraDevice } from '../capture/v4l2/devices';
import type { CameraControl, ControlValue } from '../capture/v4l2/v4l2Controls';
import type { SoundDevices } from '../engine';
import type { ErrorNote } from '../model/errors/errors';
import type { Frame, FrameTarget, InputFrame } from '../model/Frame';
import type { State } from '../model/lifeCycle';
import type { Chunk } from '../output/flow/FlowChunks';
import type { FrameSettings } from '../output/flow/FlowOutputs';
import type { CloseCause } from '../peer/CloseCause';
import type { MessageTarget, StatsOfPeer } from '../peer/PeerGroup';
import type { HandshakeReport } from '../peer/PeerHandshake';
import type { SoundBackend } from '../process/sound/soundSystem';
import type { SuddenEnd } from '../process/suddenEnd';
import type { CameraSettings, CaptureState, MicrophoneSettings } from '../services/Captures';
import type {
  ConnectionSettings,
  ConnectionState,
  RemoteTrack,
  TakenMessages,
} from '../services/Connections';
import type { DisplaySettings, DisplayState, PicturePurpose } from '../services/Displays';
import type { SpeakerSettings } from '../services/Speakers';

export type {
  CameraControl,
  CameraSettings,
  CaptureState,
  ConnectionSettings,
  ConnectionState,
  ControlValue,
  DisplaySettings,
  DisplayState,
  FrameSettings,
  MessageTarget,
  MicrophoneSettings,
  PicameraDevice,
  PicameraOptions,
  PicturePurpose,
  SoundBackend,
  SoundDevices,
  SpeakerSettings,
  StatsOfPeer,
  TakenMessages,
};

/** What the worker is started with. */
export interface WorkerSettings {
  /** Path of ffmpeg, if the user set one. */
  readonly ffmpegPath?: string;
  /** Path of rpicam-vid, if the user set one. */
  readonly rpicamPath?: string;
  /** Directory for what outlives a restart: the certificate. */
  readonly stateDirectory?: string;
  /** See `EngineOptions`. */
  readonly viewerThreads?: number;
}

/** Sound as a flow puts it in. */
export interface PcmNote {
  /** S16LE, interleaved. */
  readonly data: Uint8Array;
  /** In Hz. */
  readonly sampleRate: number;
  readonly channels: number;
}

type Id = { readonly id: string };

/** What can be asked of the engine: the arguments and the reply of each call. */
export type Calls = {
  openCamera: { ask: Id & { settings: CameraSettings }; reply: undefined };
  openMicrophone: { ask: Id & { settings: MicrophoneSettings }; reply: undefined };
  changePicamera: { ask: Id & { options: PicameraOptions }; reply: undefined };
  closeCapture: { ask: Id; reply: undefined };
  snapshot: { ask: Id & { settings: FrameSettings }; reply: Frame };
  controls: { ask: Id; reply: readonly CameraControl[] };
  setControls: { ask: Id & { wanted: Readonly<Record<string, ControlValue>> }; reply: undefined };
  openConnection: { ask: Id & { settings: ConnectionSettings }; reply: undefined };
  closeConnection: { ask: Id; reply: undefined };
  /** Of a connection, in the order of the m-sections, or of a loudspeaker. */
  setTracks: { ask: Id & { tracks: readonly string[] }; reply: undefined };
  answer: { ask: Id & { sdp: string }; reply: { peer: string; sdp: string } };
  /** Of a call; the answer to it is accepted. */
  offer: { ask: Id; reply: { peer: string; sdp: string } };
  accept: { ask: Id & { peer: string; sdp: string }; reply: undefined };
  /** A browser will come soon. */
  expect: { ask: Id; reply: undefined };
  /** Replied to when the message is on its way. */
  send: { ask: Id & { data: string | Uint8Array; target: MessageTarget }; reply: undefined };
  peerStats: { ask: Id & { peer?: string }; reply: readonly StatsOfPeer[] };
  closePeer: { ask: Id & { peer?: string }; reply: undefined };
  /** Replied to when the next picture of this target may come. */
  putFrame: { ask: Id & { frame: InputFrame; target: FrameTarget }; reply: undefined };
  putPcm: { ask: Id & { pcm: PcmNote; peer?: string }; reply: undefined };
  openSpeaker: { ask: Id & { settings: SpeakerSettings }; reply: undefined };
  closeSpeaker: { ask: Id; reply: undefined };
  setSpeakerTracks: { ask: Id & { tracks: readonly string[] }; reply: undefined };
  play: { ask: Id & { stream: string; pcm: PcmNote }; reply: undefined };
  playWav: { ask: Id & { wav: Uint8Array }; reply: undefined };
  /** Drops what waits to be played. */
  stopPlaying: { ask: Id; reply: undefined };
  setVolume: { ask: Id & { volume: number }; reply: undefined };
  setMuted: { ask: Id & { muted: boolean }; reply: undefined };
  openDisplay: { ask: Id & { settings: DisplaySettings }; reply: undefined };
  closeDisplay: { ask: Id; reply: undefined };
  setDisplayTracks: { ask: Id & { tracks: readonly string[] }; reply: undefined };
  /** As `putFrame`. */
  showFrame: { ask: Id & { frame: InputFrame; target: FrameTarget }; reply: undefined };
  setWindow: { ask: Id & { isOpen: boolean }; reply: undefined };
  /** Pictures for a purpose; without settings no more. */
  setPictures: {
    ask: Id & { purpose: PicturePurpose; settings?: FrameSettings };
    reply: undefined;
  };
  listCameras: { ask: object; reply: readonly CameraDevice[] };
  listPicameras: { ask: object; reply: readonly PicameraDevice[] };
  /** Without a backend by the one that is found. */
  listMicrophones: { ask: { backend?: SoundBackend }; reply: SoundDevices };
  listSpeakers: { ask: { backend?: SoundBackend }; reply: SoundDevices };
  /** Frees everything; the worker ends after its reply. */
  close: { ask: object; reply: undefined };
};

/** Main thread to worker. */
export type ToWorker =
  | { [Name in keyof Calls]: { call: Name; number: number; ask: Calls[Name]['ask'] } }[keyof Calls]
  /** The flow has taken what it was handed last. */
  | { taken: string }
  /** The flow has taken messages of these peers. */
  | { takenMessages: readonly TakenMessages[] }
  /** Answered by `alive`, as soon as the worker has nothing else in hand. */
  | 'areYouThere'
  | SuddenEnd;

/** Worker to main thread. `tap` is the id of a capture, `connection peer mid`, or `display purpose`. */
export type ToMain =
  | { event: 'reply'; number: number; value: unknown }
  | { event: 'refused'; number: number; error: ErrorNote }
  | { event: 'captureState'; id: string; state: CaptureState }
  | { event: 'captureFailed'; id: string; error: ErrorNote }
  | { event: 'frame'; tap: string; frame: Frame }
  | { event: 'chunk'; tap: string; chunk: Chunk }
  | { event: 'connected'; id: string; peer: string }
  | { event: 'disconnected'; id: string; peer: string; cause: CloseCause }
  | { event: 'abandoned'; id: string; peer: string; cause: CloseCause; handshake: HandshakeReport }
  | { event: 'message'; id: string; peer: string; channel: string; data: string | Uint8Array }
  | { event: 'remoteTrack'; id: string; track: RemoteTrack }
  | { event: 'connectionState'; id: string; state: ConnectionState }
  | { event: 'outputState'; id: string; state: State; backend: SoundBackend | undefined }
  | { event: 'displayState'; id: string; state: DisplayState }
  | { event: 'outputFailed'; id: string; error: ErrorNote }
  | { event: 'log'; level: 'info' | 'debug'; text: string }
  | { event: 'alive' }
  /** A child process was started, or is gone: the main thread ends what the worker could not. */
  | { event: 'child'; pid: number; isRunning: boolean };
