import type { Session } from '../connection/Session';
import { deviceProblemText } from '../media/deviceProblem';
import { partOf } from './partOf';

/** The kinds of devices that can be chosen (`MediaDeviceInfo.kind`), by their part in a session. */
const KINDS = {
  microphone: 'audioinput',
  camera: 'videoinput',
  speaker: 'audiooutput',
} as const;

type Choice = keyof typeof KINDS;

/** The menu of a player in which its user chooses microphone, camera and loudspeaker. */
export class DeviceMenu {
  readonly #menu: HTMLDialogElement;
  readonly #hint: HTMLElement;
  readonly #selects: ReadonlyMap<Choice, HTMLSelectElement>;
  #session: Session | undefined;

  /** @param root holds the elements of `playerHtml` */
  constructor(root: ParentNode) {
    this.#menu = partOf(root, '.menu');
    this.#hint = partOf(root, '.hint');
    const names = Object.keys(KINDS) as Choice[];
    this.#selects = new Map(names.map(name => [name, partOf(root, `[name=${name}]`)]));
    for (const [name, select] of this.#selects) select.onchange = () => this.#choose(name);
    partOf<HTMLButtonElement>(root, '.devices').onclick = () => {
      this.#menu.showModal();
      this.#list();
    };
  }

  /** Serves this session from now on; what was chosen stays so. */
  use(session: Session | undefined): void {
    this.#session = session;
    if (!session) return;
    for (const name of this.#selects.keys()) this.#choose(name);
    // A permission that was given tells the devices' names.
    session.microphone.on('change', () => this.#list());
    session.camera.on('change', () => this.#list());
  }

  #choose(name: Choice): void {
    const id = this.#selects.get(name)?.value ?? '';
    if (!this.#session) return;
    if (name === 'speaker') this.#session.speaker = id;
    else this.#session[name].choose(id);
  }

  async #list(): Promise<void> {
    if (!this.#menu.open) return;
    this.#hint.textContent = isSecureContext ? '' : deviceProblemText('insecure', 'camera');
    let devices: MediaDeviceInfo[] = [];
    try {
      // There is none where the page is neither on https nor on localhost.
      devices = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
    } catch {
      // The page around this one does not allow it: the browser's own choice is left.
    }
    for (const [name, select] of this.#selects) {
      fill(
        select,
        devices.filter(({ kind }) => kind === KINDS[name]),
      );
    }
    const speaker = this.#selects.get('speaker')?.parentElement;
    if (speaker) speaker.hidden = !('setSinkId' in HTMLMediaElement.prototype);
  }
}

/** Offers these devices, and keeps the choice even if that device is away just now. */
function fill(select: HTMLSelectElement, devices: readonly MediaDeviceInfo[]): void {
  const { value } = select;
  const chosen = select.selectedOptions[0];
  // Chromium's `default` is what the first option is already. Without permission none has an id.
  const named = devices.filter(({ deviceId }) => deviceId && deviceId !== 'default');
  const options = named.map(({ deviceId, label }) => new Option(label || 'Unnamed', deviceId));
  const isAway = value && !named.some(({ deviceId }) => deviceId === value);
  select.replaceChildren(
    new Option('Automatic', ''),
    ...options,
    ...(isAway && chosen ? [chosen] : []),
  );
  select.value = value;
}
