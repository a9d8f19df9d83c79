import { join } from 'node:path';
import {
  ControlError,
  ControlsMissingError,
  DeviceMissingError,
  type MediaError,
  UnpluggedError,
} from '../../model/errors/errors';
import { outputOf } from '../../process/outputOf';
import { DevicePresence } from './DevicePresence';
import type { Run } from './devices';
import {
  type CameraControl,
  type ControlValue,
  checkedControls,
  parseControls,
} from './v4l2Controls';

/** What a `V4l2Device` needs. */
export interface V4l2DeviceOptions {
  /** Where /dev is. Default `/`. */
  sysRoot?: string;
  /** Default: really runs it. */
  run?: Run;
  /** Gets a line for what fails without anybody waiting for it. */
  log?: (text: string) => void;
}

/** A device that hangs is not waited for longer, in ms. */
const ANSWER_MS = 3000;

/** A camera under Linux: whether it is plugged in, and its controls, kept over unplugging. */
export class V4l2Device {
  /** As the user chose it. */
  readonly name: string;
  /** What to open. */
  readonly path: string;
  readonly presence: DevicePresence;
  readonly #run: Run;
  readonly #log: (text: string) => void;
  /** What was set since this was opened, by name, in the order in which it was set. */
  readonly #kept = new Map<string, number>();
  /** What the camera can do; asked anew after it was unplugged. */
  #known: readonly CameraControl[] | undefined;
  #busy: Promise<unknown> = Promise.resolve();
  #restore = false;

  constructor(name: string, options: V4l2DeviceOptions = {}) {
    const { sysRoot = '/', run = outputOf, log = () => {} } = options;
    this.name = name;
    this.path = join(sysRoot, name);
    this.#run = run;
    this.#log = log;
    this.presence = new DevicePresence(this.path, log);
    this.presence.on('unplugged', () => {
      this.#known = undefined;
      this.#restore = true;
    });
  }

  /** Why nothing can be captured now; undefined if it is there. */
  get absence(): MediaError | undefined {
    if (this.presence.isPresent) return undefined;
    return this.presence.wasSeen
      ? new UnpluggedError(this.name)
      : new DeviceMissingError(this.name);
  }

  /** All its controls, as they are set now. @throws MediaError */
  async controls(): Promise<readonly CameraControl[]> {
    if (this.absence) throw this.absence;
    const { stdout } = await this.#ask('--list-ctrls-menus');
    this.#known = parseControls(stdout);
    return this.#known;
  }

  /**
   * Sets controls, all or none of them; what is set stays so when the camera is plugged in again.
   * @throws ControlError, ControlsMissingError, UnpluggedError, DeviceMissingError
   */
  setControls(wanted: Readonly<Record<string, ControlValue>>): Promise<void> {
    return this.#inTurn(async () => {
      const numbers = checkedControls(wanted, this.#known ?? (await this.controls()));
      if (this.absence) throw this.absence;
      await this.#set(numbers);
      for (const [name, value] of Object.entries(numbers)) {
        this.#kept.delete(name);
        this.#kept.set(name, value);
      }
    });
  }

  /** Sets again what was set before the camera was unplugged. Never rejects. */
  restoreControls(): Promise<void> {
    if (!this.#restore || this.#kept.size === 0) return Promise.resolve();
    return this.#inTurn(async () => {
      this.#restore = false;
      await this.#set(Object.fromEntries(this.#kept));
    }).catch(error => this.#log(`${this.name}: ${error instanceof Error ? error.message : error}`));
  }

  /** Idempotent. */
  close(): void {
    this.presence.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#busy.then(work);
    this.#busy = done.catch(() => {
      // Who asked is told; who comes next only waits.
    });
    return done;
  }

  async #set(numbers: Readonly<Record<string, number>>): Promise<void> {
    const pairs = Object.entries(numbers).map(([name, value]) => `${name}=${value}`);
    if (pairs.length > 0) await this.#ask(`--set-ctrl=${pairs.join(',')}`);
  }

  async #ask(question: string): Promise<{ stdout: string }> {
    const args = ['--device', this.path, question];
    const said = await this.#run({ program: 'v4l2-ctl', args, timeoutMs: ANSWER_MS });
    if (said.error) throw new ControlsMissingError({ cause: said.error });
    // Some versions end well although the driver refused.
    const refusal = /^.*\b(?:failed|Error|unknown control)\b.*$/im.exec(said.stderr)?.[0];
    if (said.code === 0 && !refusal) return said;
    throw this.absence ?? new ControlError(refusal?.trim() ?? 'v4l2-ctl does not answer');
  }
}
