import { LatencyMeter, type MeteredLink, type MeterListener } from './LatencyMeter';
import type { MediaLine } from './MediaLine';

/** What is played, and how. */
export interface PlaybackOptions {
  video: MediaLine;
  audio: MediaLine;
  /** In `lowest` sound plays apart from the picture, which would else wait for it. */
  latency: 'lowest' | 'smooth';
}

/**
 * Plays what is received in a `<video>`: the picture, and the sound as loud as the element says
 * (`muted`, `volume`), wherever that comes out.
 */
export class Playback {
  readonly #element: HTMLVideoElement;
  /** Plays the sound: the element itself, or one beside it, which need not be in the page. */
  readonly #sound: HTMLMediaElement;
  readonly #meter: LatencyMeter;
  readonly #ends: (() => void)[];

  constructor(
    element: HTMLVideoElement,
    { video, audio, latency }: PlaybackOptions,
    listener: MeterListener,
  ) {
    this.#element = element;
    this.#sound = latency === 'lowest' ? document.createElement('audio') : element;
    this.#meter = new LatencyMeter(element, listener);
    const update = () => {
      const [picture, sound] = [tracksOf(video), tracksOf(audio)];
      if (this.#sound === element) {
        play(element, [...picture, ...sound]);
      } else {
        play(element, picture);
        if (play(this.#sound, sound)) this.#followVolume();
      }
    };
    const followVolume = () => this.#followVolume();
    element.addEventListener('volumechange', followVolume);
    this.#ends = [
      video.subscribe(update),
      audio.watch(update),
      () => element.removeEventListener('volumechange', followVolume),
    ];
  }

  /** Lets the sound be heard, or not. To begin it takes a user's gesture: call it in a click's handler. */
  set muted(muted: boolean) {
    this.#element.muted = muted;
    // Also before the element's event: some browsers forget the gesture by then.
    this.#followVolume();
  }

  /**
   * Where the sound comes out: a `deviceId` of `enumerateDevices()`; empty: the browser's choice. A
   * browser that cannot choose goes on with its own.
   */
  set speaker(id: string) {
    // Rejects where the device is gone or not allowed, and the sound stays where it is.
    this.#sound.setSinkId?.(id).catch(() => {});
  }

  /** Measures this connection from now on. */
  follow(link: MeteredLink | undefined): void {
    this.#meter.follow(link);
  }

  /** Stops the sound and the measuring; the element keeps its last picture. Idempotent. */
  close(): void {
    for (const end of this.#ends) end();
    this.#meter.close();
    if (this.#sound !== this.#element) this.#sound.srcObject = null;
  }

  #followVolume(): void {
    const [element, sound] = [this.#element, this.#sound];
    if (sound === element || !sound.srcObject) return;
    sound.muted = element.muted;
    sound.volume = element.volume;
    // Without a gesture the browser refuses sound: muted again, so that the page shows its button.
    sound.play().catch((error: Error) => {
      if (error.name === 'NotAllowedError') element.muted = true;
    });
  }
}

function tracksOf({ receives, receiver }: MediaLine): MediaStreamTrack[] {
  return receives && receiver ? [receiver.track] : [];
}

/** Gives `element` these tracks to play. Returns false if it has just them already. */
function play(element: HTMLMediaElement, tracks: readonly MediaStreamTrack[]): boolean {
  const playing = element.srcObject instanceof MediaStream ? element.srcObject.getTracks() : [];
  const same = tracks.length === playing.length && tracks.every(track => playing.includes(track));
  if (!same) element.srcObject = tracks.length > 0 ? new MediaStream([...tracks]) : null;
  return !same;
}
