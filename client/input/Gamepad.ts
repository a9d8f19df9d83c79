import { safely } from '../base/Emitter';
import { Heartbeat, REPEAT_MS } from '../base/Heartbeat';
import { timeOfDay } from '../base/timeOfDay';
import {
  changesOf,
  type GamepadReading,
  type GamepadState,
  placeOf,
  stateOf,
} from './gamepadState';

/** A change of a gamepad: RTCBot's fields, and those it lacks. */
export interface GamepadMessage {
  /** `btn0` …, `axis0` …, or `trigger6`, `trigger7` for how far these are pressed. */
  type: string;
  /** Of a button whether it is pressed, of an axis -1 to 1 (right and down are positive), of a trigger 0 to 1. */
  value: boolean | number;
  /** Where that is on a gamepad with the standard mapping: `south`, `l2`, `up`, `leftX` … */
  place?: string;
  /** In ms since the epoch, by the clock of the page's machine. */
  timestamp: number;
}

export interface GamepadOptions {
  /** Which of the gamepads, by the browser's number. Default: the first one there is. */
  index?: number;
  /** So much of a stick's way counts as rest, 0 to 1. Default 0.1. */
  deadZone?: number;
  /** How often what is held is told of again, in ms; 0: never. Default 200. */
  repeatMs?: number;
}

/** How often gamepads are looked at. */
let rateHz = 30;
const gamepads = new Set<{ restart(): void }>();

/** Sets how often all gamepads are looked at, in Hz (RTCBot's function). Default 30. */
export function setGamepadRate(hz: number): void {
  if (!(hz > 0)) throw new RangeError(`A rate is a number above 0, not ${hz}`);
  rateHz = hz;
  for (const gamepad of gamepads) gamepad.restart();
}

/**
 * A gamepad at the page's machine, as messages (RTCBot's `Gamepad`):
 * `new rtcbot.Gamepad().subscribe(connection.put_nowait)`.
 *
 * Browsers show a gamepad to the page when one of its buttons is pressed. When it is unplugged, or
 * nobody sees the page any more, everything is reported as at rest: a robot must not drive on.
 */
export class Gamepad {
  readonly #index: number | undefined;
  readonly #deadZone: number;
  readonly #heartbeat: Heartbeat;
  readonly #abort = new AbortController();
  #timer: ReturnType<typeof setInterval> | undefined;
  #callback: (message: GamepadMessage) => void = message => globalThis.console.log(message);
  #state: GamepadState = {};
  #mapping = '';
  #id: string | undefined;

  constructor({ index, deadZone = 0.1, repeatMs = REPEAT_MS }: GamepadOptions = {}) {
    this.#heartbeat = new Heartbeat(() => this.#repeat(), repeatMs);
    this.#index = index;
    this.#deadZone = deadZone;
    const { signal } = this.#abort;
    document.addEventListener('visibilitychange', () => this.#look(), { signal });
    gamepads.add(this);
    this.restart();
  }

  /** The newest value of each button, axis and trigger, by its `type`. */
  get state(): Readonly<GamepadState> {
    return this.#state;
  }

  /** What the gamepad calls itself; undefined while there is none. */
  get id(): string | undefined {
    return this.#id;
  }

  /** Why there can be no gamepad, in plain words, or an empty text. */
  get problemText(): string {
    if (typeof navigator.getGamepads === 'function') return '';
    return globalThis.isSecureContext
      ? 'This browser knows no gamepads'
      : 'This browser gives gamepads only to pages on https or localhost';
  }

  /** Sets the one callback for changes. */
  subscribe(callback: (message: GamepadMessage) => void): void {
    this.#callback = callback;
  }

  /** Looks at the gamepad at the rate that is set now. For `setGamepadRate`. @internal */
  restart(): void {
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#look(), 1000 / rateHz);
  }

  /** Reports everything as at rest and looks no more. Idempotent. */
  close(): void {
    this.#abort.abort();
    clearInterval(this.#timer);
    gamepads.delete(this);
    this.#enter(undefined);
  }

  #look(): void {
    this.#enter(document.hidden ? undefined : this.#find());
  }

  #find(): globalThis.Gamepad | undefined {
    if (typeof navigator.getGamepads !== 'function') return undefined;
    try {
      const present = [...navigator.getGamepads()].filter(gamepad => gamepad?.connected);
      return (
        present.find(each => this.#index === undefined || each?.index === this.#index) ?? undefined
      );
    } catch {
      return undefined; // The page around this one does not allow it.
    }
  }

  #enter(reading: (GamepadReading & { readonly id: string }) | undefined): void {
    const before = this.#state;
    this.#id = reading?.id;
    if (reading) this.#mapping = reading.mapping;
    const now = reading ? stateOf(reading, this.#deadZone) : {};
    const changes = changesOf(before, now);
    // What has not moved far enough to be told of keeps the value that was told.
    this.#state = { ...now, ...pick(before, now), ...(reading ? changes : {}) };
    for (const [type, value] of Object.entries(changes)) this.#tell(type, value);
  }

  /** Tells again of something that is not at rest. */
  #repeat(): void {
    const [held] = Object.entries(this.#state).filter(([, value]) => value);
    if (held) this.#tell(...held);
  }

  #tell(type: string, value: boolean | number): void {
    this.#heartbeat.told(Object.values(this.#state).some(Boolean));
    const place = placeOf(type, this.#mapping);
    const message = { type, value, ...(place ? { place } : {}), timestamp: timeOfDay() };
    safely(this.#callback, message);
  }
}

/** The entries of `from` whose names are in `names`, too. */
function pick(from: GamepadState, names: GamepadState): GamepadState {
  return Object.fromEntries(Object.entries(from).filter(([name]) => name in names));
}
