import { save, snapshotName, snapshotOf } from '../media/snapshot';
import { partOf } from './partOf';

/** iPhones show only a video in full screen, and only by this. */
type IPhoneVideo = HTMLVideoElement & { webkitEnterFullscreen?: () => void };

/**
 * The buttons of a player for full screen, picture-in-picture and snapshots. A browser that cannot
 * do the one or the other has no button for it.
 */
export class ScreenButtons {
  readonly #player: HTMLElement;
  readonly #video: IPhoneVideo;
  readonly #float: HTMLButtonElement;
  readonly #snapshot: HTMLButtonElement;

  /**
   * @param player fills the screen, and tells of snapshots
   * @param root holds the elements of `playerHtml`
   */
  constructor(player: HTMLElement, root: ParentNode, video: HTMLVideoElement) {
    this.#player = player;
    this.#video = video;
    this.#float = partOf(root, '.float');
    this.#snapshot = partOf(root, '.snapshot');
    const full = partOf(root, '.full');
    full.hidden = !document.fullscreenEnabled && !this.#video.webkitEnterFullscreen;
    full.onclick = () => this.#toggleFullScreen();
    this.#float.hidden = !document.pictureInPictureEnabled;
    this.#float.onclick = () => this.#toggleFloat();
    this.#snapshot.onclick = () => this.#save();
    const pressed = (isOn: boolean) => () => this.#float.setAttribute('aria-pressed', `${isOn}`);
    video.addEventListener('enterpictureinpicture', pressed(true));
    video.addEventListener('leavepictureinpicture', pressed(false));
    pressed(false)();
  }

  /** @param picture whether there is one */
  update(picture: boolean): void {
    this.#snapshot.disabled = !picture;
    this.#float.disabled = !picture;
  }

  async #save(): Promise<void> {
    let blob: Blob;
    try {
      blob = await snapshotOf(this.#video);
    } catch {
      return; // The picture went away while the button was being pressed.
    }
    const detail = { blob };
    const event = new CustomEvent('snapshot', { detail, cancelable: true });
    if (this.#player.dispatchEvent(event)) save(blob, snapshotName());
  }

  // Each refuses only without a user's gesture, and these are called by one.

  #toggleFloat(): void {
    if (document.pictureInPictureElement) document.exitPictureInPicture().catch(() => {});
    else this.#video.requestPictureInPicture().catch(() => {});
  }

  #toggleFullScreen(): void {
    if (document.fullscreenElement) document.exitFullscreen().catch(() => {});
    else if (document.fullscreenEnabled) this.#player.requestFullscreen().catch(() => {});
    else this.#video.webkitEnterFullscreen?.();
  }
}
