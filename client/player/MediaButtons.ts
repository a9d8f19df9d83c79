import type { Session } from '../connection/Session';
import type { Device } from '../media/Device';
import type { MediaLine } from '../media/MediaLine';
import { SoundLevel } from '../media/SoundLevel';
import { partOf } from './partOf';

/** How long a problem is shown. */
const NOTICE_MS = 8000;

/**
 * The buttons of a player for sound, microphone and camera, with the microphone's level, the user's
 * own picture, and a notice of what went wrong.
 */
export class MediaButtons {
  readonly #video: HTMLVideoElement;
  readonly #sound: HTMLButtonElement;
  readonly #microphone: HTMLButtonElement;
  readonly #camera: HTMLButtonElement;
  readonly #own: HTMLVideoElement;
  readonly #notice: HTMLElement;
  #session: Session | undefined;
  #level: SoundLevel | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /**
   * @param root holds the elements of `playerHtml`
   * @param video plays what is received; what its `muted` says stays so while the page lives
   */
  constructor(root: ParentNode, video: HTMLVideoElement) {
    this.#video = video;
    this.#sound = partOf(root, '.sound');
    this.#microphone = partOf(root, '.microphone');
    this.#camera = partOf(root, '.camera');
    this.#own = partOf(root, '.own');
    this.#notice = partOf(root, '.notice');
    this.#own.muted = true;
    video.addEventListener('volumechange', () => this.update());
    this.#sound.onclick = () => {
      if (this.#session) this.#session.muted = !video.muted;
    };
    this.#microphone.onclick = () => toggle(this.#session?.microphone);
    this.#camera.onclick = () => toggle(this.#session?.camera);
  }

  /** Serves this session from now on. */
  use(session: Session | undefined): void {
    this.#session = session;
    session?.microphone.on('change', () => this.#followMicrophone(session.microphone));
    session?.camera.on('change', () => this.#followCamera(session.camera));
    this.update();
  }

  /** Shows what is the case. */
  update(): void {
    const { audio, video, microphone, camera } = this.#session ?? {};
    this.#sound.hidden = !audio?.receives;
    press(this.#sound, !this.#video.muted);
    press(this.#microphone, microphone?.state === 'on');
    press(this.#camera, camera?.state === 'on');
    this.#say(problemOf(microphone, audio) || problemOf(camera, video));
  }

  #followMicrophone({ track }: Device): void {
    this.#level?.close();
    this.#level = track && new SoundLevel(track, level => this.#showLevel(level));
    if (!track) this.#showLevel(0);
    this.update();
  }

  #showLevel(level: number): void {
    this.#microphone.style.setProperty('--level', level.toFixed(2));
  }

  #followCamera({ track }: Device): void {
    this.#own.srcObject = track ? new MediaStream([track]) : null;
    this.#own.hidden = !track;
    this.update();
  }

  #say(text: string): void {
    if (text === this.#notice.textContent) return;
    clearTimeout(this.#timer);
    this.#notice.textContent = text;
    this.#notice.hidden = !text;
    this.#timer = setTimeout(() => {
      this.#notice.hidden = true;
    }, NOTICE_MS);
  }
}

function toggle(device: Device | undefined): void {
  if (device?.state === 'off') device.start();
  else device?.stop();
}

function press(button: HTMLButtonElement, pressed: boolean): void {
  button.setAttribute('aria-pressed', String(pressed));
}

function problemOf(device: Device | undefined, line: MediaLine | undefined): string {
  const untaken = device?.track && line?.sends === false;
  return untaken ? `The flow does not take the ${device.kind}` : (device?.problemText ?? '');
}
