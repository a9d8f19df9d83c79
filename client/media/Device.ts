import { Emitter } from '../base/Emitter';
import { type DeviceKind, type DeviceProblem, deviceProblemText } from './deviceProblem';
import type { MediaLine } from './MediaLine';
import { openDevice } from './openDevice';

/** `starting` while the browser asks its user and the device warms up. */
export type DeviceState = 'off' | 'starting' | 'on';

export type DeviceEvents = {
  /** The state or the problem changed. */
  change: [];
};

/** The microphone or the camera of this page. While it is on, its line sends it. */
export class Device extends Emitter<DeviceEvents> {
  readonly kind: DeviceKind;
  readonly #line: MediaLine;
  #starting: Promise<boolean> | undefined;
  #track: MediaStreamTrack | undefined;
  #problem: DeviceProblem | undefined;
  #id = '';
  /** Counts starts and stops: a start that another followed is void. */
  #turn = 0;

  constructor(kind: DeviceKind, line: MediaLine) {
    super();
    this.kind = kind;
    this.#line = line;
  }

  get state(): DeviceState {
    if (this.#track) return 'on';
    return this.#starting ? 'starting' : 'off';
  }

  /** What it sends, while it is on. */
  get track(): MediaStreamTrack | undefined {
    return this.#track;
  }

  /** Why it is off although `start()` was called. */
  get problem(): DeviceProblem | undefined {
    return this.#problem;
  }

  /** The problem in plain words, or an empty text. */
  get problemText(): string {
    return this.#problem ? deviceProblemText(this.#problem, this.kind) : '';
  }

  /**
   * Asks the user for the device and sends it, across reconnects, until `stop()`. Never rejects:
   * false means that it is off, and `problem` why.
   */
  start(): Promise<boolean> {
    if (this.#track) return Promise.resolve(true);
    if (!this.#starting) {
      this.#problem = undefined;
      this.#starting = this.#open(++this.#turn);
      this.emit('change');
    }
    return this.#starting;
  }

  /**
   * Prefers this one where there are several, from now on: a `deviceId` of `enumerateDevices()`;
   * empty: the browser's choice. One that is on gives way to it.
   */
  choose(id: string): void {
    if (id === this.#id) return;
    this.#id = id;
    if (this.state === 'off') return;
    // Phones open one camera at a time: the other must be let go of first.
    this.stop();
    this.start();
  }

  /** Sends it no more and lets go of the device. Idempotent. */
  stop(): void {
    this.#end(undefined);
  }

  async #open(turn: number): Promise<boolean> {
    const got = await openDevice(this.kind, this.#id);
    const track = typeof got === 'string' ? undefined : got;
    if (turn !== this.#turn) {
      track?.stop();
      return false;
    }
    this.#starting = undefined;
    this.#problem = typeof got === 'string' ? got : undefined;
    if (track) this.#send(track);
    this.emit('change');
    return track !== undefined;
  }

  #send(track: MediaStreamTrack): void {
    this.#track = track;
    // The event tells of the device's end, not of our own stop().
    track.onended = () => this.#end('ended');
    this.#line.putSubscription(track);
  }

  #end(problem: DeviceProblem | undefined): void {
    if (this.state === 'off' && this.#problem === problem) return;
    const track = this.#track;
    this.#turn += 1;
    this.#starting = undefined;
    this.#track = undefined;
    this.#problem = problem;
    if (track) {
      track.onended = null;
      track.stop();
      // The page may have put another track meanwhile, which goes on.
      if (this.#line.outgoingTrack === track) this.#line.putSubscription(null);
    }
    this.emit('change');
  }
}
