import type { Source } from './capture/Source';
import { type FlowFrame, FlowPictures, looseVideo, type MediaTools } from './FlowMedia';
import type { FlowTaps, FrameSettings } from './FlowTaps';
import type { MediaError } from './model/errors';
import { Grid } from './output/Grid';
import { Window, type WindowOptions, type WindowState } from './output/Window';
import type { FfmpegFinder } from './process/ffmpeg';
import type { Sources } from './Sources';

/** How a display is opened. */
export interface DisplaySettings {
  /** A window on the host's screen; absent: none. */
  readonly window?: WindowOptions;
  /** With several tracks: the newest alone, or all side by side. */
  readonly select: 'newest' | 'grid';
}

/** What pictures of a display are wanted for, beside its window. */
export type PicturePurpose = 'http' | 'preview';

/** Who hears of displays. */
export interface DisplayHandlers {
  state(id: string, state: WindowState): void;
  failed(id: string, error: MediaError): void;
  log(level: 'info' | 'debug', text: string): void;
}

/** What displays need. */
export interface DisplayTools {
  readonly ffmpeg: FfmpegFinder;
  readonly sources: Sources;
  readonly taps: FlowTaps;
}

interface Display {
  readonly settings: DisplaySettings;
  readonly window: Window | undefined;
  tracks: readonly string[];
  pictures: FlowPictures | undefined;
  /** What is shown now. */
  shown: Source | undefined;
  /** The sources that are side by side in `shown`, and that source, which is ours to close. */
  grid: { readonly of: readonly Source[]; readonly source: Source } | undefined;
  readonly wanted: Map<PicturePurpose, FrameSettings>;
}

/** The displays that nodes have opened: a window each, and pictures for HTTP and the editor. */
export class Displays {
  readonly #tools: DisplayTools;
  readonly #handlers: DisplayHandlers;
  readonly #displays = new Map<string, Display>();

  constructor(tools: DisplayTools, handlers: DisplayHandlers) {
    this.#tools = tools;
    this.#handlers = handlers;
    tools.sources.on('changed', track => {
      for (const [id, display] of this.#displays) {
        if (display.tracks.includes(track)) this.#choose(id, display);
      }
    });
  }

  /** An open one of this id is replaced. */
  async open(id: string, settings: DisplaySettings): Promise<void> {
    await this.close(id);
    const window = settings.window && new Window(settings.window);
    window?.on('state', state => this.#handlers.state(id, state));
    window?.on('failed', error => this.#handlers.failed(id, error));
    this.#displays.set(id, {
      settings,
      window,
      tracks: [],
      pictures: undefined,
      shown: undefined,
      grid: undefined,
      wanted: new Map(),
    });
    this.#handlers.state(id, 'idle');
  }

  /** Unknown ids are ignored. */
  async close(id: string): Promise<void> {
    const display = this.#displays.get(id);
    if (!display) return;
    this.#displays.delete(id);
    for (const purpose of display.wanted.keys()) this.#tools.taps.close(tapOf(id, purpose));
    await display.window?.close();
    await display.grid?.source.close();
    await display.pictures?.source.close();
  }

  /** Never rejects. */
  async closeAll(): Promise<void> {
    await Promise.all([...this.#displays.keys()].map(id => this.close(id)));
  }

  /** Shows these tracks, the newest of them last. */
  setTracks(id: string, tracks: readonly string[]): void {
    const display = this.#displays.get(id);
    if (!display) return;
    display.tracks = tracks;
    this.#choose(id, display);
  }

  /** Shows a picture that a flow put in; it counts as the newest. @throws MessageError */
  putFrame(id: string, frame: FlowFrame): void {
    const display = this.#displays.get(id);
    if (!display) return;
    const pictures = display.pictures ?? new FlowPictures(this.#media);
    pictures.put(frame);
    if (pictures === display.pictures) return;
    display.pictures = pictures;
    this.#choose(id, display);
  }

  /** Opens a window again that was closed, or closes it until then. */
  setWindow(id: string, isOpen: boolean): void {
    const display = this.#displays.get(id);
    if (!display?.window) return;
    if (isOpen) this.#showInWindow(display);
    else display.window.clear();
  }

  /** Hands pictures out for a purpose, or no more. The tap's name is `id purpose`. */
  setPictures(id: string, purpose: PicturePurpose, settings: FrameSettings | undefined): void {
    const display = this.#displays.get(id);
    if (!display) return;
    if (settings) display.wanted.set(purpose, settings);
    else display.wanted.delete(purpose);
    this.#tap(id, display, purpose);
  }

  get #media(): MediaTools {
    const log = (text: string) => this.#handlers.log('info', text);
    return { ffmpeg: this.#tools.ffmpeg, log };
  }

  #choose(id: string, display: Display): void {
    const { settings, pictures } = display;
    const open = [
      ...this.#tools.sources.video(display.tracks),
      ...(pictures ? [pictures.source] : []),
    ];
    const chosen =
      settings.select === 'grid' && open.length > 1 ? this.#gridOf(display, open) : open.at(-1);
    if (display.grid && chosen !== display.grid.source) this.#dropGrid(display);
    if (chosen === display.shown) return;
    display.shown = chosen;
    this.#showInWindow(display);
    for (const purpose of display.wanted.keys()) this.#tap(id, display, purpose);
  }

  #gridOf(display: Display, sources: readonly Source[]): Source {
    const { grid } = display;
    const isSame =
      grid?.of.length === sources.length && grid.of.every((each, at) => each === sources[at]);
    if (grid && isSame) return grid.source;
    this.#dropGrid(display);
    const cells = new Grid();
    sources.forEach((each, at) => {
      cells.set(`${at}`, each.rendition({ codec: 'I420' }));
    });
    const source = looseVideo(cells, this.#media);
    display.grid = { of: sources, source };
    return source;
  }

  #dropGrid(display: Display): void {
    void display.grid?.source.close();
    display.grid = undefined;
  }

  #showInWindow({ window, shown }: Display): void {
    if (shown) window?.show(shown.rendition({ codec: 'I420' }));
    else window?.clear();
  }

  #tap(id: string, { shown, wanted }: Display, purpose: PicturePurpose): void {
    const settings = wanted.get(purpose);
    const tap = tapOf(id, purpose);
    if (settings && shown) this.#tools.taps.openFrames(tap, shown, settings);
    else this.#tools.taps.close(tap);
  }
}

function tapOf(id: string, purpose: PicturePurpose): string {
  return `${id} ${purpose}`;
}
