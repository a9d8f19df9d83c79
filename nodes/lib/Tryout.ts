import { EventEmitter, once } from 'node:events';
import type { NodeAPI } from 'node-red';
import type { CaptureProxy } from '../../engine/port/CaptureProxy';
import type { EngineProxy } from '../../engine/port/EngineProxy';
import { type EngineHold, holdEngine } from './engine';

/** A dialog asks several times a second; so long after the last time the device is let go, in ms. */
const LAPSE_MS = 2500;
/** Longest wait for something to show, in ms; the dialog then asks again. */
const ANSWER_MS = 4000;

/** What the settings of a dialog are tried out with. `Result` is what is shown of them. */
export interface TryoutKind<Result> {
  /** Below the admin root, as `/rtcbot/cameras/try`. */
  readonly path: string;
  /** As `rtc-camera.write`: whoever may try out may see what a device shows. */
  readonly permission: string;
  /** Opens what a dialog asks for. @throws SettingError */
  open(engine: EngineProxy, request: TryoutRequest): CaptureProxy;
  /** Hands over what is captured. */
  listen(capture: CaptureProxy, show: (result: Result) => void): void;
  /** The body of the answer, and its content type. */
  readonly answer: (result: Result) => { type: string; body: Buffer | string };
}

/** The settings as a dialog has them now, and the node that they are for. */
export interface TryoutRequest {
  /** Id of the node. */
  readonly id: string;
  readonly config: Readonly<Record<string, unknown>>;
}

/** Lets the dialogs of the editor try out a camera or microphone before a deploy. */
export function serveTryout<Result>(RED: NodeAPI, kind: TryoutKind<Result>): void {
  const tryouts = new Map<string, Tryout<Result>>();
  const start = async (request: TryoutRequest): Promise<Tryout<Result>> => {
    const settings = JSON.stringify(request.config);
    const known = tryouts.get(request.id);
    if (known?.settings === settings) return known;
    // Changed settings: the device must be free before it is opened anew.
    tryouts.delete(request.id);
    await known?.close();
    const tryout = new Tryout(holdEngine(RED), kind, { request, settings });
    tryouts.set(request.id, tryout);
    tryout.onClose = () => tryouts.get(request.id) === tryout && tryouts.delete(request.id);
    return tryout;
  };

  const permission = RED.auth.needsPermission(kind.permission);
  RED.httpAdmin.post(kind.path, permission, async (request, response) => {
    try {
      const asked = requestIn(request.body);
      if (!asked) {
        response.status(400).send('It needs an id and a config.');
        return;
      }
      const result = await (await start(asked)).next();
      if (result === undefined) response.sendStatus(204);
      else {
        const { type, body } = kind.answer(result);
        response.type(type).set('Cache-Control', 'no-store').send(body);
      }
    } catch (error) {
      response.status(422).send(error instanceof Error ? error.message : String(error));
    }
  });
  // A dialog that closes gives the device back at once: a deploy may follow.
  RED.httpAdmin.delete(`${kind.path}/:id`, permission, async (request, response) => {
    await tryouts.get(request.params.id ?? '')?.close();
    response.sendStatus(204);
  });
}

function requestIn(body: unknown): TryoutRequest | undefined {
  if (typeof body !== 'object' || body === null) return undefined;
  const { id, config } = body as Partial<TryoutRequest>;
  if (typeof id !== 'string' || typeof config !== 'object' || config === null) return undefined;
  return { id, config };
}

/** A capture that runs as long as a dialog asks for what it shows. */
class Tryout<Result> {
  /** The settings, as JSON. */
  readonly settings: string;
  onClose: () => void = () => {};
  readonly #hold: EngineHold;
  readonly #capture: CaptureProxy;
  readonly #news = new EventEmitter();
  #result: Result | undefined;
  #failure: Error | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(
    hold: EngineHold,
    kind: TryoutKind<Result>,
    { request, settings }: { request: TryoutRequest; settings: string },
  ) {
    this.settings = settings;
    this.#hold = hold;
    try {
      this.#capture = kind.open(hold.engine, request);
    } catch (error) {
      void hold.release();
      throw error;
    }
    kind.listen(this.#capture, result => {
      this.#result = result;
      this.#failure = undefined;
      this.#news.emit('news');
    });
    this.#capture.on('failed', error => {
      this.#failure = error;
      this.#news.emit('news');
    });
  }

  /**
   * What was captured since the last call; undefined if nothing was within 4 s.
   * @throws MediaError the failure of the capture
   */
  async next(): Promise<Result | undefined> {
    clearTimeout(this.#timer);
    if (this.#result === undefined && !this.#failure) {
      await once(this.#news, 'news', { signal: AbortSignal.timeout(ANSWER_MS) }).catch(() => {
        // Nothing yet.
      });
    }
    clearTimeout(this.#timer);
    if (!this.#isClosed) this.#timer = setTimeout(() => void this.close(), LAPSE_MS);
    if (this.#failure) throw this.#failure;
    const result = this.#result;
    this.#result = undefined;
    return result;
  }

  /** Idempotent, never rejects; settles when the device is free. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.onClose();
    // Who waits for something to show need not wait any longer.
    this.#news.emit('news');
    await this.#capture.close();
    await this.#hold.release();
  }
}
