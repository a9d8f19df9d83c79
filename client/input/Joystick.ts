import { safely } from '../base/Emitter';
import { Heartbeat, REPEAT_MS } from '../base/Heartbeat';
import { timeOfDay } from '../base/timeOfDay';
import { AT_REST, positionOf, type StickPosition } from './stick';

/** A movement of a joystick. */
export interface JoystickMessage {
  type: 'joystick';
  /** Which, if the page has several. */
  name: string;
  /** -1 to 1, to the right. */
  x: number;
  /** -1 to 1, forward (up). */
  y: number;
  /** Somebody holds it. */
  held: boolean;
  /** In ms since the epoch, by the clock of the page's machine. */
  timestamp: number;
}

export interface JoystickOptions {
  /** Tells several joysticks apart. Default `joystick`. */
  name?: string;
  /** So much of the way counts as rest, 0 to 1. Default 0.1. */
  deadZone?: number;
  /** How often it is told of again while somebody holds it, in ms; 0: never. Default 200. */
  repeatMs?: number;
}

/**
 * Makes an element of the page a joystick for finger, pen or mouse:
 * `new rtcbot.Joystick(element).subscribe(connection.put_nowait)`. Its middle is the rest, its edge
 * full power. Several can be held at once, each by a finger of its own.
 *
 * Tells of movements once a picture, of the release at once. It goes back to rest when it is let go,
 * when the browser takes the finger for something else, and when the page is left.
 */
export class Joystick {
  readonly #element: HTMLElement;
  readonly #name: string;
  readonly #deadZone: number;
  readonly #heartbeat: Heartbeat;
  readonly #abort = new AbortController();
  #callback: (message: JoystickMessage) => void = message => globalThis.console.log(message);
  #watcher: (position: StickPosition, held: boolean) => void = () => {};
  /** The finger, pen or mouse that holds it. */
  #pointer: number | undefined;
  #position = AT_REST;
  #frame: number | undefined;

  constructor(
    element: HTMLElement,
    { name = 'joystick', deadZone = 0.1, repeatMs = REPEAT_MS }: JoystickOptions = {},
  ) {
    this.#heartbeat = new Heartbeat(() => this.#tell(), repeatMs);
    this.#element = element;
    this.#name = name;
    this.#deadZone = deadZone;
    // The browser would scroll or zoom by the finger and take it away from us.
    element.style.touchAction = 'none';
    const { signal } = this.#abort;
    const onPointer = (name: string, act: (event: PointerEvent) => void) =>
      element.addEventListener(name, event => act(event as PointerEvent), { signal });
    onPointer('pointerdown', event => this.#grasp(event));
    onPointer('pointermove', event => event.pointerId === this.#pointer && this.#pull(event));
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture']) {
      onPointer(end, event => event.pointerId === this.#pointer && this.release());
    }
    // A long touch would open the menu.
    element.addEventListener('contextmenu', event => event.preventDefault(), { signal });
    addEventListener('blur', () => this.release(), { signal });
    document.addEventListener('visibilitychange', () => document.hidden && this.release(), {
      signal,
    });
  }

  /** Where it is. */
  get position(): StickPosition {
    return this.#position;
  }

  /** Somebody holds it. */
  get held(): boolean {
    return this.#pointer !== undefined;
  }

  /** Sets the one callback for movements. */
  subscribe(callback: (message: JoystickMessage) => void): void {
    this.#callback = callback;
  }

  /** Sets the one callback that draws it: called at every movement, before the message. */
  watch(callback: (position: StickPosition, held: boolean) => void): void {
    this.#watcher = callback;
  }

  /** Lets it go back to rest. */
  release(): void {
    if (this.#pointer === undefined) return;
    this.#pointer = undefined;
    this.#position = AT_REST;
    this.#tell();
  }

  /** Releases it and makes the element an ordinary one again. Idempotent. */
  close(): void {
    this.#abort.abort();
    this.release();
    this.#element.style.touchAction = '';
  }

  #grasp(event: PointerEvent): void {
    if (this.#pointer !== undefined || event.button !== 0) return;
    event.preventDefault();
    // Its movements come to us also from outside the element. Throws for a finger that is gone again:
    // nobody holds it then.
    this.#element.setPointerCapture(event.pointerId);
    this.#pointer = event.pointerId;
    // Also told of where it is grasped in its middle.
    this.#frame = requestAnimationFrame(() => this.#tell());
    this.#pull(event);
  }

  #pull({ clientX, clientY }: PointerEvent): void {
    const { left, top, width, height } = this.#element.getBoundingClientRect();
    const dx = clientX - (left + width / 2);
    const dy = clientY - (top + height / 2);
    const { x, y } = positionOf(dx, dy, Math.min(width, height) / 2, this.#deadZone);
    if (x === this.#position.x && y === this.#position.y && this.#frame === undefined) return;
    this.#position = { x, y };
    this.#frame ??= requestAnimationFrame(() => this.#tell());
  }

  #tell(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
    const { x, y } = this.#position;
    const { held } = this;
    this.#heartbeat.told(held);
    safely(this.#watcher, this.#position, held);
    const message = {
      type: 'joystick',
      name: this.#name,
      x,
      y,
      held,
      timestamp: timeOfDay(),
    } as const;
    safely(this.#callback, message);
  }
}
