import { safely } from '../base/Emitter';
import { Heartbeat, REPEAT_MS } from '../base/Heartbeat';
import { timeOfDay } from '../base/timeOfDay';
import { isTyped, scrollsPage } from './keyUse';

/** A key that was pressed or released: RTCBot's fields, and those it lacks. */
export interface KeyMessage {
  type: 'keydown' | 'keyup';
  altKey: boolean;
  shiftKey: boolean;
  ctrlKey: boolean;
  metaKey: boolean;
  keyCode: number;
  /** What the key means on this keyboard: `w`, `ArrowUp`. */
  key: string;
  /** Where the key is, whatever the language of the keyboard: `KeyW`, `ArrowUp`. */
  code: string;
  /** The key is still being held. */
  repeat: boolean;
  /** In ms since the epoch, by the clock of the page's machine. */
  timestamp: number;
}

export interface KeyboardOptions {
  /** Where the keys come from. Default: the window. */
  target?: EventTarget;
  /** How often a key that is held is told of again, in ms; 0: only when the browser does. Default 200. */
  repeatMs?: number;
}

/**
 * The keys that are pressed in the page, as messages (RTCBot's `Keyboard`):
 * `new rtcbot.Keyboard().subscribe(connection.put_nowait)`.
 *
 * What is typed into form fields is the page's own, and so are the browser's shortcuts. When the page
 * loses the keyboard (another window, another tab), every key that is held is reported as released:
 * a robot must not drive on.
 */
export class Keyboard {
  readonly #abort = new AbortController();
  /** The keys that are down, by their place. */
  readonly #held = new Map<string, KeyMessage>();
  readonly #heartbeat: Heartbeat;
  #callback: (message: KeyMessage) => void = message => globalThis.console.log(message);

  constructor({ target = window, repeatMs = REPEAT_MS }: KeyboardOptions = {}) {
    this.#heartbeat = new Heartbeat(() => this.#repeat(), repeatMs);
    const { signal } = this.#abort;
    const listen = (from: EventTarget, name: string, listener: (event: Event) => void) =>
      from.addEventListener(name, listener, { signal });
    listen(target, 'keydown', event => this.#press(event as KeyboardEvent));
    listen(target, 'keyup', event => this.#release(event as KeyboardEvent));
    listen(target, 'blur', () => this.releaseAll());
    if (target !== globalThis.window) listen(window, 'blur', () => this.releaseAll());
    listen(document, 'visibilitychange', () => document.hidden && this.releaseAll());
  }

  /** The keys that are held, by their place (`KeyW`). */
  get held(): readonly string[] {
    return [...this.#held.keys()];
  }

  /** Sets the one callback for keys. */
  subscribe(callback: (message: KeyMessage) => void): void {
    this.#callback = callback;
  }

  /** Reports every key that is held as released. */
  releaseAll(): void {
    const held = [...this.#held.values()];
    this.#held.clear();
    this.#heartbeat.told(false);
    const none = { altKey: false, shiftKey: false, ctrlKey: false, metaKey: false };
    for (const message of held) {
      const released = { ...message, ...none, type: 'keyup', repeat: false } as const;
      safely(this.#callback, { ...released, timestamp: timeOfDay() });
    }
  }

  /** Releases what is held and stops to listen. Idempotent. */
  close(): void {
    this.#abort.abort();
    this.releaseAll();
  }

  #press(event: KeyboardEvent): void {
    // Without a code: what a browser or a program fills into a form.
    if (event.defaultPrevented || !event.key || isTyped(event)) return;
    if (scrollsPage(event)) event.preventDefault();
    const message = messageOf('keydown', event);
    this.#held.set(message.code, message);
    this.#tell(message);
  }

  #release(event: KeyboardEvent): void {
    // Also in a form field that got the keyboard while the key was down.
    if (!this.#held.delete(placeOf(event))) return;
    this.#tell(messageOf('keyup', event));
    // macOS tells of no release while Command is down.
    if (event.key === 'Meta') this.releaseAll();
  }

  #repeat(): void {
    const newest = [...this.#held.values()].at(-1);
    if (newest) this.#tell({ ...newest, repeat: true, timestamp: timeOfDay() });
  }

  #tell(message: KeyMessage): void {
    this.#heartbeat.told(this.#held.size > 0);
    safely(this.#callback, message);
  }
}

/** Old keyboards and remote controls know only what the key means. */
function placeOf({ code, key }: KeyboardEvent): string {
  return code || key;
}

function messageOf(type: KeyMessage['type'], event: KeyboardEvent): KeyMessage {
  const { altKey, shiftKey, ctrlKey, metaKey, keyCode, key, repeat } = event;
  const modifiers = { altKey, shiftKey, ctrlKey, metaKey };
  return { type, ...modifiers, keyCode, key, code: placeOf(event), repeat, timestamp: timeOfDay() };
}
