import { once } from 'node:events';
import { ivfFileHeader, ivfFrameHeader } from '../../media/containers/ivfHeaders';
import { JpegSplitter } from '../../media/containers/JpegSplitter';
import { jpegSize } from '../../media/picture/jpeg';
import type { AccessUnit } from '../../model/AccessUnit';
import { type Clock, epochMs } from '../../model/Clock';
import {
  CaptureEndedError,
  type MediaError,
  NoVideoError,
  SourceStalledError,
} from '../../model/errors/errors';
import type { OriginListener, OriginRun } from '../../model/Origin';
import { Silence } from '../../source/Silence';
import { captureLabel } from '../failures';
import { patienceMs, startMs } from '../patience';
import { loginOf, type UrlOptions } from '../url';
import { bestVariant } from './bestVariant';
import { type ContentKind, contentKind, HEAD_BYTES, type StreamKind } from './contentKind';
import { type HttpAnswer, HttpClient } from './HttpClient';
import { connectionFailure, isPassing, statusFailure } from './httpFailure';
import { Pace } from './Pace';

/** A run of ffmpeg that may be fed with pictures. */
export interface FedRun extends OriginRun {
  /** Writes to ffmpeg's standard input. False if it takes nothing now. */
  write(...parts: Buffer[]): boolean;
}

/** What a run needs. */
export interface HttpRunDependencies {
  readonly clock: Clock;
  /** Starts ffmpeg for what it reads, or scales, better; its units and its end go to the listener. */
  readonly open: (options: UrlOptions) => FedRun;
}

/** Single pictures are asked for so often where no rate is wanted, in pictures a second. */
const POLLING_RATE = 2;
/** A playlist is shorter, in bytes. */
const MOST_PLAYLIST_BYTES = 1024 * 1024;
/** Time until ffmpeg is offered a picture again that it did not take, in ms. */
const AGAIN_MS = 50;
/** The times of pictures that ffmpeg is fed with count ms. */
const TIMES_A_SECOND = 1000;

/**
 * One run of an address on a web server. JPEG pictures are read here, without a program: one after
 * the other in one answer, however its parts are marked, or one for each request. What else there is,
 * playlists, films, transport streams, is looked at and left to ffmpeg.
 */
export class HttpRun implements OriginRun {
  readonly #options: UrlOptions;
  readonly #listener: OriginListener;
  readonly #deps: HttpRunDependencies;
  readonly #label: string;
  readonly #client: HttpClient;
  readonly #silence: Silence;
  readonly #pace: Pace;
  #ffmpeg: FedRun | undefined;
  /** Since when ffmpeg is fed, by the clock. */
  #fedSinceMs: number | undefined;
  #cancelFeeding: (() => void) | undefined;
  #newest: AccessUnit | undefined;
  /** Why the last request for a single picture failed. */
  #failure: MediaError | undefined;
  #wake: () => void = () => {};
  #isHandedOver = false;
  #over = false;

  constructor(options: UrlOptions, listener: OriginListener, dependencies: HttpRunDependencies) {
    const { clock } = dependencies;
    this.#options = options;
    this.#listener = listener;
    this.#deps = dependencies;
    this.#label = captureLabel(options);
    this.#client = new HttpClient(new URL(options.url), { login: loginOf(options), clock });
    this.#pace = new Pace(options.frameRate);
    this.#silence = new Silence(clock, silentMs =>
      this.#fail(this.#failure ?? new SourceStalledError(this.#label, silentMs)),
    );
    this.#silence.limit(startMs(options));
    void this.#run();
  }

  /** The newest picture: the next one may be long in coming. */
  catchUp(): readonly AccessUnit[] {
    if (this.#ffmpeg) return this.#ffmpeg.catchUp?.() ?? [];
    return this.#newest ? [this.#newest] : [];
  }

  async close(): Promise<void> {
    this.#finish();
    await this.#ffmpeg?.close();
  }

  async #run(): Promise<void> {
    try {
      const isSingle = await this.#read(await this.#client.get());
      if (isSingle && !this.#over) await this.#poll();
    } catch (error) {
      if (this.#over) return;
      const failure = connectionFailure(this.#label, error);
      if (failure) this.#fail(failure);
      else this.#handOver(this.#options);
    }
  }

  /** Reads an answer to its end. True if it was a single picture. @throws Error */
  async #read(answer: HttpAnswer): Promise<boolean> {
    const { response, status } = answer;
    if (status < 200 || status > 299) {
      response.resume();
      throw statusFailure(this.#label, status, response.statusMessage);
    }
    const type = response.headers['content-type'] ?? '';
    const hasLength = response.headers['content-length'] !== undefined;
    let pictures = 0;
    const splitter = new JpegSplitter(
      jpeg => {
        pictures += 1;
        this.#take(jpeg);
      },
      { skipsOther: true },
    );
    let head = Buffer.alloc(0);
    let kind: ContentKind | undefined;
    for await (const chunk of response as AsyncIterable<Buffer>) {
      if (this.#over) return false;
      if (kind === 'pictures') {
        splitter.push(chunk);
        continue;
      }
      head = Buffer.concat([head, chunk]);
      kind = contentKind({ type, hasLength, head });
      if (kind === 'pictures') splitter.push(head);
      else if (!isUndecided(kind, head)) break;
    }
    if (this.#over) return false;
    kind ??= contentKind({ type, hasLength, head });
    if (kind === 'page') throw new NoVideoError(this.#label, 'it is a web page');
    if (kind !== 'pictures') {
      if (head.length === 0) throw new NoVideoError(this.#label, 'the answer is empty');
      await this.#leave(kind, head, answer);
      return false;
    }
    if (pictures === 1 && !/^multipart\//i.test(type)) return true;
    if (pictures === 0) throw new NoVideoError(this.#label, 'not one whole picture');
    throw new CaptureEndedError(this.#label, 'the stream came to an end');
  }

  /** Asks for one picture after the other, at the wanted rate. @throws Error */
  async #poll(): Promise<void> {
    const intervalMs = 1000 / (this.#options.frameRate ?? POLLING_RATE);
    const patience = Math.max(patienceMs(this.#options), 3 * intervalMs);
    let dueMs = this.#deps.clock.now();
    this.#silence.limit(patience);
    for (;;) {
      dueMs = Math.max(dueMs + intervalMs, this.#deps.clock.now());
      await this.#until(dueMs);
      if (this.#over || this.#isHandedOver) return;
      // When none comes for too long, the silence says why.
      if (await this.#pollOnce()) this.#silence.limit(patience);
    }
  }

  /** False if the picture may come the next time. @throws Error */
  async #pollOnce(): Promise<boolean> {
    try {
      const isPicture = await this.#read(await this.#client.get());
      this.#failure = undefined;
      return isPicture;
    } catch (error) {
      const failure = connectionFailure(this.#label, error);
      if (this.#over || !failure || !isPassing(failure)) throw error;
      this.#failure = failure;
      return false;
    }
  }

  async #until(timeMs: number): Promise<void> {
    const { clock } = this.#deps;
    await new Promise<void>(resolve => {
      const cancel = clock.after(Math.max(0, timeMs - clock.now()), resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
      if (this.#over) this.#wake();
    });
  }

  #take(jpeg: Buffer): void {
    const size = jpegSize(jpeg);
    // A picture cut off by a bad cable is left out.
    if (this.#over || !size) return;
    this.#silence.limit(patienceMs(this.#options));
    if (!this.#pace.takes(this.#deps.clock.now())) return;
    const unit: AccessUnit = {
      ...{ codec: 'JPEG', data: jpeg, key: true, timestampMs: epochMs(), ...size },
    };
    if (this.#options.width || this.#options.height) {
      this.#feed(unit);
      return;
    }
    this.#newest = unit;
    this.#listener.unit(unit);
  }

  /** Lets ffmpeg make another size of it. */
  #feed(unit: AccessUnit): void {
    const { frameRate: _paced, ...options } = this.#options;
    this.#ffmpeg ??= this.#deps.open({ ...options, kind: 'pictures' });
    this.#cancelFeeding?.();
    const nowMs = Math.round(this.#deps.clock.now());
    const form = { fourcc: 'MJPG', width: unit.width, height: unit.height } as const;
    const isFirst = this.#fedSinceMs === undefined;
    const timeMs = nowMs - (this.#fedSinceMs ?? nowMs);
    const start = isFirst ? [ivfFileHeader({ ...form, frameRate: TIMES_A_SECOND })] : [];
    if (this.#ffmpeg.write(...start, ivfFrameHeader(unit.data.length, timeMs), unit.data)) {
      this.#fedSinceMs ??= nowMs;
    } else {
      this.#cancelFeeding = this.#deps.clock.after(AGAIN_MS, () => this.#feed(unit));
    }
  }

  /** Leaves the address to ffmpeg, with all that was found out. */
  async #leave(kind: StreamKind, head: Buffer, { response, url }: HttpAnswer): Promise<void> {
    let isOtherHost = false;
    let opened: URL | undefined;
    if (kind === 'hls') {
      opened = bestVariant(head.toString(), url);
      isOtherHost = opened !== undefined && opened.hostname !== new URL(this.#options.url).hostname;
    }
    const isFixed = response.headers['accept-ranges'] !== 'bytes';
    // Some cameras serve one at a time.
    if (!response.closed) {
      const closed = once(response, 'close');
      response.destroy();
      await closed;
    }
    this.#client.close();
    if (this.#over) return;
    const { user, password, ...others } = this.#options;
    const login = { ...(user ? { user } : {}), ...(password ? { password } : {}) };
    this.#handOver({
      ...others,
      ...(isOtherHost ? {} : login),
      kind,
      ...(opened ? { opened: opened.href } : {}),
      ...(isFixed ? { isFixed } : {}),
    });
  }

  #handOver(options: UrlOptions): void {
    this.#isHandedOver = true;
    this.#silence.end();
    this.#client.close();
    this.#ffmpeg = this.#deps.open(options);
  }

  #fail(error: MediaError): void {
    if (this.#over) return;
    this.#finish();
    if (!this.#isHandedOver) this.#listener.failed(error);
  }

  #finish(): void {
    this.#over = true;
    this.#cancelFeeding?.();
    this.#silence.end();
    this.#client.close();
    this.#newest = undefined;
    this.#wake();
    void this.#ffmpeg?.close();
  }
}

/** Whether more bytes may tell more. */
function isUndecided(kind: ContentKind, head: Buffer): boolean {
  if (kind === 'hls') return head.length < MOST_PLAYLIST_BYTES;
  return kind === 'stream' && head.length < HEAD_BYTES;
}
