import { Joystick, type JoystickMessage } from './Joystick';

/** So that the library can be imported where there is no page (a server that renders pages). */
const Element = globalThis.HTMLElement ?? (Object as unknown as typeof HTMLElement);

/**
 * Looks by the custom properties of `<rtcbot-player>`: --rtcbot-surface (the plate), --rtcbot-color
 * (its rim), --rtcbot-accent (the knob).
 */
const css = `
:host {
  --x: 0; --y: 0;
  display: inline-block; position: relative; box-sizing: border-box;
  width: 9rem; aspect-ratio: 1; border-radius: 50%; cursor: grab; touch-action: none;
  background: var(--rtcbot-surface, rgb(128 128 128 / 20%));
  border: .1rem solid color-mix(in srgb, var(--rtcbot-color, CanvasText), #0000 70%);
  user-select: none; -webkit-user-select: none; -webkit-touch-callout: none;
}
:host([hidden]) { display: none }
:host([held]) { cursor: grabbing }
.knob {
  position: absolute; width: 40%; height: 40%; border-radius: 50%; pointer-events: none;
  left: calc(30% + var(--x) * 30%); top: calc(30% - var(--y) * 30%);
  background: var(--rtcbot-accent, #0b65d8); opacity: .85;
}
:host(:not([held])) .knob { transition: left .12s, top .12s }
@media (prefers-reduced-motion: reduce) { .knob { transition: none !important } }
`;

/**
 * `<rtcbot-joystick name="drive">`: a joystick for finger, pen or mouse.
 *
 * Attributes: `name` (tells several apart), `dead-zone` (0 to 1, default 0.1). Part: `knob`.
 * `subscribe(callback)` sets the one callback for movements, and the event `move` (detail:
 * `JoystickMessage`) tells of each, too. In a page:
 *
 * ```html
 * <rtcbot-player src="/rtcbot"></rtcbot-player>
 * <rtcbot-joystick></rtcbot-joystick>
 * <script>
 *   const { session } = document.querySelector('rtcbot-player');
 *   document.querySelector('rtcbot-joystick').subscribe(session.put_nowait);
 * </script>
 * ```
 */
export class RtcbotJoystick extends Element {
  #joystick: Joystick | undefined;
  #callback: ((message: JoystickMessage) => void) | undefined;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.innerHTML = '<div class="knob" part="knob"></div>';
    const style = new CSSStyleSheet();
    style.replaceSync(css);
    root.adoptedStyleSheets = [style];
  }

  /** What it does; there while the element is in a page. */
  get joystick(): Joystick | undefined {
    return this.#joystick;
  }

  /** Sets the one callback for movements. */
  subscribe(callback: (message: JoystickMessage) => void): void {
    this.#callback = callback;
  }

  connectedCallback(): void {
    const name = this.getAttribute('name') ?? 'joystick';
    const deadZone = Number(this.getAttribute('dead-zone') ?? 0.1);
    const joystick = new Joystick(this, { name, deadZone });
    this.#joystick = joystick;
    joystick.watch(({ x, y }, held) => {
      this.style.setProperty('--x', String(x));
      this.style.setProperty('--y', String(y));
      this.toggleAttribute('held', held);
    });
    joystick.subscribe(message => {
      this.#callback?.(message);
      this.dispatchEvent(new CustomEvent('move', { detail: message, bubbles: true }));
    });
  }

  disconnectedCallback(): void {
    this.#joystick?.close();
    this.#joystick = undefined;
  }
}

/** Makes `<rtcbot-joystick>` known to the page. Without a page, or a second time, it does nothing. */
export function defineJoystick(): void {
  if (globalThis.customElements && !customElements.get('rtcbot-joystick')) {
    customElements.define('rtcbot-joystick', RtcbotJoystick);
  }
}
