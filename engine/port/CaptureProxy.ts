import { RemoteMediaError } from '../model/errors/errors';
import type { Frame } from '../model/Frame';
import { asBuffer } from '../model/memory';
import type { Chunk } from '../output/flow/FlowChunks';
import type { FrameSettings } from '../output/flow/FlowOutputs';
import type { CaptureState } from '../services/Captures';
import type { Calls, PicameraOptions } from './protocol';
import { TrackHandle } from './TrackHandle';
import type { WorkerLink, WorkerNote } from './WorkerLink';
import { WorkerProxy, type WorkerProxyEvents } from './WorkerProxy';

/** A capture, and the node that it belongs to. */
export type CaptureProxyOptions = {
  /** Id of the node. */
  readonly origin: string;
  /** Name of the node, for people. */
  readonly label: string;
} & (
  | { readonly kind: 'video'; readonly settings: Calls['openCamera']['ask']['settings'] }
  | { readonly kind: 'audio'; readonly settings: Calls['openMicrophone']['ask']['settings'] }
);

/** A frame as the main thread gets it, in memory of its own. */
export type ReceivedFrame = Omit<Frame, 'data'> & { readonly data: Buffer };

/** A chunk as the main thread gets it, in memory of its own. */
export type ReceivedChunk = Omit<Chunk, 'data'> & { readonly data: Buffer };

/** What a capture tells. */
export type CaptureProxyEvents = WorkerProxyEvents & {
  state: [state: CaptureState];
  frame: [frame: ReceivedFrame];
  chunk: [chunk: ReceivedChunk];
};

/** What the worker says of a capture. */
export type CaptureNote = Extract<
  WorkerNote,
  { event: 'captureState' | 'captureFailed' | 'frame' | 'chunk' }
>;

/** A camera or microphone in the engine, as the main thread sees it. */
export class CaptureProxy extends WorkerProxy<CaptureProxyEvents> {
  /** For the wires. */
  readonly track: TrackHandle;
  readonly #link: WorkerLink;
  #options: CaptureProxyOptions;

  constructor(link: WorkerLink, options: CaptureProxyOptions) {
    super(link, 'closeCapture');
    this.#link = link;
    this.#options = options;
    const { kind, origin, label } = options;
    this.track = new TrackHandle({ kind, id: this.id, origin, label });
  }

  /** Opens it in the worker; again after that was restarted. */
  override open(): void {
    if (this.isClosing) return;
    const { id } = this;
    const opened =
      this.#options.kind === 'video'
        ? this.#link.call('openCamera', { id, settings: this.#options.settings })
        : this.#link.call('openMicrophone', { id, settings: this.#options.settings });
    opened.catch(error => this.fail(error));
  }

  /** One picture, of now. @throws MediaError */
  async snapshot(settings: FrameSettings): Promise<ReceivedFrame> {
    const frame = await this.#link.call('snapshot', { id: this.id, settings });
    return { ...frame, data: asBuffer(frame.data) };
  }

  /** Goes on with other options of a camera module. Its track stays. */
  changePicamera(options: PicameraOptions): void {
    if (this.#options.kind !== 'video' || this.isClosing) return;
    // For the next worker, should this one fall.
    this.#options = { ...this.#options, settings: { ...this.#options.settings, options } };
    const { id } = this;
    this.#link.call('changePicamera', { id, options }).catch(error => this.fail(error));
  }

  /** The controls of a USB camera, as they are set now. @throws MediaError */
  controls(): Promise<Calls['controls']['reply']> {
    return this.#link.call('controls', { id: this.id });
  }

  /** Sets controls of a USB camera. @throws MediaError with code control-refused if one is wrong */
  setControls(wanted: Calls['setControls']['ask']['wanted']): Promise<void> {
    return this.#link.call('setControls', { id: this.id, wanted });
  }

  /** Takes what the worker says of this capture. */
  take(note: CaptureNote): void {
    if (this.isClosing) return;
    switch (note.event) {
      case 'captureState':
        this.emit('state', note.state);
        return;
      case 'captureFailed':
        this.fail(new RemoteMediaError(note.error));
        return;
      case 'frame':
        this.emit('frame', { ...note.frame, data: asBuffer(note.frame.data) });
        return;
      case 'chunk':
        this.emit('chunk', { ...note.chunk, data: asBuffer(note.chunk.data) });
        return;
      default:
        note satisfies never;
    }
  }
}
