import type { MediaError } from '../model/errors/errors';
import type { FrameTarget } from '../model/Frame';
import type { State } from '../model/lifeCycle';
import type { Track } from '../model/Track';
import { type FlowOutputs, type FrameSettings, picturesOf } from '../output/flow/FlowOutputs';
import { Window, type WindowOptions } from '../output/window/Window';
import type { FfmpegFinder } from '../process/ffmpeg';
import { DisplayPicture, type SelectMode } from '../source/DisplayPicture';
import type { FlowFrame } from '../source/flow/FlowPictures';
import type { Source } from '../source/Source';
import type { Sources } from '../source/Sources';
import { type DisplayState, displayStateOf } from './displayState';

/** How a display is opened. */
export interface DisplaySettings {
  /** A window on the host's screen; absent: none. */
  readonly window?: WindowOptions;
  readonly select: SelectMode;
}

/** What pictures of a display are wanted for, beside its window. */
export type PicturePurpose = 'http' | 'preview';

/** Who hears of a display. */
export interface DisplayHandlers {
  state(state: DisplayState): void;
  failed(error: MediaError): void;
  log(text: string): void;
}

/** What a display needs. */
export interface DisplayTools {
  readonly ffmpeg: FfmpegFinder;
  readonly sources: Sources;
  readonly taps: FlowOutputs;
}

/** One display: what it selects, in a window and as pictures for HTTP and the editor. */
export class Display {
  readonly #id: string;
  readonly #taps: FlowOutputs;
  readonly #handlers: DisplayHandlers;
  readonly #displayed: DisplayPicture;
  readonly #window: Window | undefined;
  readonly #wanted = new Map<PicturePurpose, FrameSettings>();
  /** What is shown, and in which renditions: those tell what cannot be decoded. */
  #shown: Source | undefined;
  readonly #renditions = new Set<Track>();
  readonly #failing = new Set<'window' | 'pictures'>();
  #told = '';

  /** @param id the taps are named `id purpose` */
  constructor(
    id: string,
    { window, select }: DisplaySettings,
    { ffmpeg, sources, taps }: DisplayTools,
    handlers: DisplayHandlers,
  ) {
    this.#id = id;
    this.#taps = taps;
    this.#handlers = handlers;
    this.#displayed = new DisplayPicture(select, {
      ffmpeg,
      sources,
      log: handlers.log,
      changed: () => this.#follow(),
    });
    this.#window = window && new Window(window);
    this.#window?.on('failed', error => this.#fail('window', error));
    this.#window?.on('state', state => {
      if (state !== 'waiting' && state !== 'backingOff') this.#failing.delete('window');
      this.#tell();
    });
    this.#tell();
  }

  /** Shows these tracks. */
  setTracks(tracks: readonly string[]): void {
    this.#displayed.setTracks(tracks);
  }

  /** A track has come or gone. */
  changed(track: string): void {
    this.#displayed.changed(track);
  }

  /** Shows a picture that a flow put in. @throws UnusableError */
  putFrame(frame: FlowFrame, target: FrameTarget): Promise<void> {
    return this.#displayed.putFrame(frame, target);
  }

  /** Opens a window again that was closed, or closes it until then. */
  setWindow(isOpen: boolean): void {
    if (isOpen) this.#window?.open();
    else this.#window?.hide();
  }

  /** Hands pictures out for a purpose, or no more. */
  setPictures(purpose: PicturePurpose, settings: FrameSettings | undefined): void {
    if (settings) this.#wanted.set(purpose, settings);
    else this.#wanted.delete(purpose);
    this.#tap(purpose);
    this.#useRenditions();
    this.#tell();
  }

  /** Idempotent, never rejects. */
  async close(): Promise<void> {
    this.#shown?.off('state', this.#tell);
    this.#shown = undefined;
    this.#useRenditions();
    for (const purpose of this.#wanted.keys()) this.#taps.close(this.#tapOf(purpose));
    this.#wanted.clear();
    await this.#window?.close();
    await this.#displayed.close();
  }

  /** Shows what is selected. */
  #follow(): void {
    this.#shown?.off('state', this.#tell);
    this.#shown = this.#displayed.source;
    this.#shown?.on('state', this.#tell);
    this.#failing.delete('pictures');
    this.#useRenditions();
    if (this.#shown) this.#window?.show(this.#shown.rendition({ codec: 'I420' }));
    else this.#window?.clear();
    for (const purpose of this.#wanted.keys()) this.#tap(purpose);
    this.#tell();
  }

  #tap(purpose: PicturePurpose): void {
    const settings = this.#wanted.get(purpose);
    const tap = this.#tapOf(purpose);
    if (settings && this.#shown) this.#taps.openFrames(tap, this.#shown, settings);
    else this.#taps.close(tap);
  }

  #tapOf(purpose: PicturePurpose): string {
    return `${this.#id} ${purpose}`;
  }

  /** Listens to the renditions that are wanted now. Those that are there already are the same. */
  #useRenditions(): void {
    for (const track of this.#renditions) {
      track.off('failed', this.#undecodable).off('state', this.#decoded);
    }
    this.#renditions.clear();
    const shown = this.#shown;
    if (!shown) return;
    for (const each of this.#wanted.values()) this.#renditions.add(picturesOf(shown, each));
    if (this.#window) this.#renditions.add(shown.rendition({ codec: 'I420' }));
    for (const track of this.#renditions) {
      track.on('failed', this.#undecodable).on('state', this.#decoded);
    }
  }

  readonly #undecodable = (error: MediaError): void => this.#fail('pictures', error);

  readonly #decoded = (state: State): void => {
    if (state !== 'live' && state !== 'idle') return;
    this.#failing.delete('pictures');
    this.#tell();
  };

  #fail(what: 'window' | 'pictures', error: MediaError): void {
    this.#failing.add(what);
    this.#handlers.failed(error);
    this.#tell();
  }

  readonly #tell = (): void => {
    const state = displayStateOf({
      source: this.#shown?.state,
      window: this.#window?.state,
      isWatched: this.#wanted.size > 0,
      isFailing: this.#failing.size > 0,
    });
    const text = JSON.stringify(state);
    if (text === this.#told) return;
    this.#told = text;
    this.#handlers.state(state);
  };
}
