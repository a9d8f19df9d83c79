import type { MediaError } from '../model/errors/errors';
import type { FrameTarget } from '../model/Frame';
import type { FrameSettings } from '../output/flow/FlowOutputs';
import type { FlowFrame } from '../source/flow/FlowPictures';
import { Display, type DisplaySettings, type DisplayTools, type PicturePurpose } from './Display';
import type { DisplayState } from './displayState';

export type { DisplaySettings, DisplayState, PicturePurpose };

/** Who hears of displays. */
export interface DisplaysHandlers {
  state(id: string, state: DisplayState): void;
  failed(id: string, error: MediaError): void;
  log(level: 'info' | 'debug', text: string): void;
}

/** The displays that nodes have opened. */
export class Displays {
  readonly #tools: DisplayTools;
  readonly #handlers: DisplaysHandlers;
  readonly #displays = new Map<string, Display>();

  constructor(tools: DisplayTools, handlers: DisplaysHandlers) {
    this.#tools = tools;
    this.#handlers = handlers;
    tools.sources.on('changed', track => {
      for (const display of this.#displays.values()) display.changed(track);
    });
  }

  /** An open one of this id is replaced. */
  async open(id: string, settings: DisplaySettings): Promise<void> {
    await this.close(id);
    const display = new Display(id, settings, this.#tools, {
      state: state => this.#handlers.state(id, state),
      failed: error => this.#handlers.failed(id, error),
      log: text => this.#handlers.log('info', text),
    });
    this.#displays.set(id, display);
  }

  /** Unknown ids are ignored. */
  async close(id: string): Promise<void> {
    const display = this.#displays.get(id);
    this.#displays.delete(id);
    await display?.close();
  }

  /** Never rejects. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.#displays.keys()].map(id => this.close(id)));
  }

  /** Shows these tracks, the newest of them last. */
  setTracks(id: string, tracks: readonly string[]): void {
    this.#displays.get(id)?.setTracks(tracks);
  }

  /** Shows a picture that a flow put in. @throws UnusableError */
  async putFrame(id: string, frame: FlowFrame, target: FrameTarget): Promise<void> {
    await this.#displays.get(id)?.putFrame(frame, target);
  }

  /** Opens a window again that was closed, or closes it until then. */
  setWindow(id: string, isOpen: boolean): void {
    this.#displays.get(id)?.setWindow(isOpen);
  }

  /** Hands pictures out for a purpose, or no more. The tap's name is `id purpose`. */
  setPictures(id: string, purpose: PicturePurpose, settings: FrameSettings | undefined): void {
    this.#displays.get(id)?.setPictures(purpose, settings);
  }
}
