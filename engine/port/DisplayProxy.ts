import { RemoteMediaError } from '../model/errors/errors';
import type { FrameTarget, InputFrame } from '../model/Frame';
import { asBuffer, ownMemory } from '../model/memory';
import type { FrameSettings } from '../output/flow/FlowOutputs';
import type { DisplaySettings, DisplayState, PicturePurpose } from '../services/Displays';
import type { ReceivedFrame } from './CaptureProxy';
import { NewestFrames } from './NewestFrames';
import type { WorkerLink, WorkerNote } from './WorkerLink';
import { WorkerProxy, type WorkerProxyEvents } from './WorkerProxy';

/** What a display tells. */
export type DisplayProxyEvents = WorkerProxyEvents & {
  state: [state: DisplayState];
  picture: [purpose: PicturePurpose, picture: ReceivedFrame];
};

/** What the worker says of a display. */
export type DisplayNote = Extract<WorkerNote, { event: 'displayState' | 'outputFailed' | 'frame' }>;

/** A display in the engine, as the main thread sees it. */
export class DisplayProxy extends WorkerProxy<DisplayProxyEvents> {
  readonly #link: WorkerLink;
  readonly #settings: DisplaySettings;
  readonly #frames: NewestFrames;
  readonly #wanted = new Map<PicturePurpose, FrameSettings>();
  #tracks: readonly string[] = [];

  constructor(link: WorkerLink, settings: DisplaySettings) {
    super(link, 'closeDisplay');
    this.#link = link;
    this.#settings = settings;
    this.#frames = new NewestFrames((frame, target) => {
      const data = ownMemory(frame.data);
      return link.call('showFrame', { id: this.id, frame: { ...frame, data }, target }, [
        data.buffer,
      ]);
    });
  }

  /** Opens it in the worker; again after that was restarted. */
  override open(): void {
    if (this.isClosing) return;
    const { id } = this;
    const calls = [
      this.#link.call('openDisplay', { id, settings: this.#settings }),
      this.#link.call('setDisplayTracks', { id, tracks: this.#tracks }),
      ...[...this.#wanted].map(([purpose, settings]) =>
        this.#link.call('setPictures', { id, purpose, settings }),
      ),
    ];
    for (const call of calls) call.catch(error => this.fail(error));
  }

  /** Shows these tracks, the newest of them last. @param tracks their ids */
  setTracks(tracks: readonly string[]): void {
    this.#tracks = tracks;
    this.#link.call('setDisplayTracks', { id: this.id, tracks }).catch(error => this.fail(error));
  }

  /**
   * Shows a picture. Settles when the engine has it, or a newer one of its stream has taken its place.
   * @throws MediaError with code message-unusable
   */
  showFrame(frame: InputFrame, target: FrameTarget = {}): Promise<void> {
    return this.#frames.put(frame, target);
  }

  /** Opens a window again that was closed, or closes it until then. */
  setWindow(isOpen: boolean): Promise<void> {
    return this.#link.call('setWindow', { id: this.id, isOpen });
  }

  /** Asks for pictures for a purpose, or for no more. */
  setPictures(purpose: PicturePurpose, settings: FrameSettings | undefined): void {
    if (settings) this.#wanted.set(purpose, settings);
    else this.#wanted.delete(purpose);
    this.#link
      .call('setPictures', { id: this.id, purpose, ...(settings ? { settings } : {}) })
      .catch(error => this.fail(error));
  }

  /** Takes what the worker says of this display. */
  take(note: DisplayNote): void {
    if (this.isClosing) return;
    switch (note.event) {
      case 'displayState':
        this.emit('state', note.state);
        return;
      case 'outputFailed':
        this.fail(new RemoteMediaError(note.error));
        return;
      case 'frame': {
        const purpose = note.tap.endsWith(' preview') ? 'preview' : 'http';
        this.emit('picture', purpose, { ...note.frame, data: asBuffer(note.frame.data) });
        return;
      }
      default:
        note satisfies never;
    }
  }
}
