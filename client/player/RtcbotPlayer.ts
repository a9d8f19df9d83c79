import { Session } from '../connection/Session';
import type { SessionOptions } from '../connection/SessionOptions';
import type { PlaybackStats } from '../media/LatencyMeter';
import { snapshotOf } from '../media/snapshot';
import { DeviceMenu } from './DeviceMenu';
import { fadeWhenIdle } from './fadeWhenIdle';
import { MediaButtons } from './MediaButtons';
import { isBrief, type PlayerState, playerStateOf, stateTexts } from './PlayerState';
import { partOf } from './partOf';
import { playerCss, playerHtml } from './playerView';
import { ScreenButtons } from './ScreenButtons';
import { latencyText, statsText } from './statsText';
import { TokenForm } from './TokenForm';

/** So that the library can be imported where there is no page (a server that renders pages). */
const Element = globalThis.HTMLElement ?? (Object as unknown as typeof HTMLElement);

/**
 * `<rtcbot-player src="/rtcbot">`: plays what an `rtc-connection` node sends, and says in plain
 * words what it waits for.
 *
 * Attributes: `src` (address of the endpoint, default `/rtcbot`), `token` (access token),
 * `token-from-url` (take it from `?token=` of the page's address), `latency` (`lowest` or
 * `smooth`), `stats` (show the line of figures), `fill` (fill the window).
 * Events: `statechange` (detail: `{ state, text }`), `stats` (detail: `PlaybackStats`), `snapshot`
 * (detail: `{ blob }`; `preventDefault()` keeps it from being saved as a file).
 * The slot `controls` takes buttons of the page. Its own can be hidden by their parts, for example
 * `rtcbot-player::part(microphone) { display: none }`. All of it: docs/player.md.
 * Sound begins by a click, as browsers demand: its button, or `player.session.muted = false`.
 */
export class RtcbotPlayer extends Element {
  static readonly observedAttributes = ['src', 'token', 'token-from-url', 'latency', 'stats'];
  /** The element that shows the picture. */
  readonly video: HTMLVideoElement;
  readonly #overlay: HTMLElement;
  readonly #text: HTMLElement;
  readonly #stats: HTMLOutputElement;
  readonly #toggle: HTMLButtonElement;
  readonly #buttons: MediaButtons;
  readonly #devices: DeviceMenu;
  readonly #screen: ScreenButtons;
  readonly #token: TokenForm;
  #session: Session | undefined;
  #state: PlayerState = 'closed';
  #picture = false;
  #blocked = false;

  constructor() {
    super();
    const root = this.attachShadow({ mode: 'open' });
    root.innerHTML = playerHtml;
    // An adopted style sheet needs no 'unsafe-inline' in the page's security policy.
    const style = new CSSStyleSheet();
    style.replaceSync(playerCss);
    root.adoptedStyleSheets = [style];
    this.video = partOf(root, 'video');
    this.#overlay = partOf(root, '.overlay');
    this.#text = partOf(root, '.state');
    this.#stats = partOf(root, '.stats');
    this.#toggle = partOf(root, '.figures');
    partOf(root, '.take').onclick = () => this.#session?.reconnect();
    this.#toggle.onclick = () => this.toggleAttribute('stats');
    // The attribute does not make a video created by a script silent in every browser.
    this.video.muted = true;
    this.#buttons = new MediaButtons(root, this.video);
    this.#devices = new DeviceMenu(root);
    this.#screen = new ScreenButtons(this, root, this.video);
    this.#token = new TokenForm(root, () => this.#open());
    fadeWhenIdle(this, root);
    this.video.onloadedmetadata = () => this.#play();
    // Also the click of the button in it. A handler that returns false would keep the form from
    // being sent.
    this.#overlay.onclick = () => {
      if (this.#blocked) this.#play();
    };
  }

  /** The connection, while the element is in a page. */
  get session(): Session | undefined {
    return this.#session;
  }

  /** The stream that is played, or null. */
  get stream(): MediaStream | null {
    return this.#session?.video.incomingStream ?? null;
  }

  /** What the player shows. */
  get state(): PlayerState {
    return this.#state;
  }

  /**
   * The picture of the moment as a JPEG file, in the size in which it is sent.
   * @throws Error when there is no picture yet
   */
  snapshot(): Promise<Blob> {
    return snapshotOf(this.video);
  }

  connectedCallback(): void {
    this.#open();
  }

  disconnectedCallback(): void {
    this.#close();
  }

  attributeChangedCallback(name: string): void {
    this.#toggle.setAttribute('aria-pressed', String(this.hasAttribute('stats')));
    if (name === 'src' || name.startsWith('token')) this.#token.forget();
    if (name !== 'stats' && this.#session) this.#open();
  }

  #open(): void {
    const { microphone, camera } = this.#session ?? {};
    const sent = { sendAudio: microphone?.state === 'on', sendVideo: camera?.state === 'on' };
    this.#close();
    const options = { ...this.#options, ...sent };
    const session = new Session(this.#src, options);
    this.#session = session;
    session.on('state', () => this.#update());
    session.on('media', () => this.#update());
    session.on('picture', flows => {
      this.#picture = flows;
      this.#update();
    });
    session.on('stats', stats => this.#show(stats));
    session.attach(this.video);
    this.#buttons.use(session);
    this.#devices.use(session);
    this.#update();
  }

  #close(): void {
    this.#session?.close();
    this.#session = undefined;
    this.#buttons.use(undefined);
    this.#devices.use(undefined);
    this.#picture = false;
    this.video.srcObject = null;
    this.#stats.value = '';
    this.#update();
  }

  get #src(): string {
    return this.getAttribute('src') ?? '/rtcbot';
  }

  get #options(): SessionOptions {
    const fromUrl = this.hasAttribute('token-from-url')
      ? new URLSearchParams(location.search).get('token')
      : null;
    return {
      audio: true,
      token: this.#token.tokenFor(this.#src, this.getAttribute('token') ?? fromUrl ?? undefined),
      latency: this.getAttribute('latency') === 'smooth' ? 'smooth' : 'lowest',
    };
  }

  #update(): void {
    this.#buttons.update();
    this.#screen.update(this.#picture);
    const state = playerStateOf({
      session: this.#session?.state ?? 'closed',
      problem: this.#session?.problem,
      receives: this.#session?.video.receives,
      picture: this.#picture,
      blocked: this.#blocked,
    });
    if (state === this.#state) return;
    this.#state = state;
    this.#token.shown = state === 'unauthorized' || state === 'forbidden';
    if (this.#session?.state === 'connected') this.#token.keep(this.#src);
    const text = stateTexts[state];
    this.setAttribute('state', state);
    this.#overlay.classList.toggle('brief', isBrief(state));
    this.#text.textContent = text;
    if (state !== 'live') this.#stats.value = '';
    this.dispatchEvent(new CustomEvent('statechange', { detail: { state, text } }));
  }

  #show(stats: PlaybackStats): void {
    if (this.#state === 'live') {
      this.#stats.value = statsText(stats);
      this.#stats.title = latencyText(stats);
    }
    this.dispatchEvent(new CustomEvent('stats', { detail: stats }));
  }

  async #play(): Promise<void> {
    try {
      await this.video.play();
      this.#blocked = false;
    } catch (error) {
      // Also thrown when a newer stream interrupts, which is no obstacle.
      const refused = (error as Error).name === 'NotAllowedError';
      // Without its sound more is allowed, and the button for it shows again.
      if (refused && !this.video.muted) {
        this.video.muted = true;
        return this.#play();
      }
      this.#blocked = refused;
    }
    this.#update();
  }
}

/** Makes `<rtcbot-player>` known to the page. Without a page, or a second time, it does nothing. */
export function definePlayer(): void {
  if (globalThis.customElements && !customElements.get('rtcbot-player')) {
    customElements.define('rtcbot-player', RtcbotPlayer);
  }
}
