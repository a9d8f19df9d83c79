import type { DisplayState } from '../../engine/port/protocol';
import { LOOK, type NodeStatus } from './NodeStatus';

/** The status of a display: what it shows, unless a part of it cannot work. */
export class DisplayStatus {
  readonly #status: NodeStatus;
  #state: DisplayState = { state: 'ready' };
  #refusal: Error | undefined;

  constructor(status: NodeStatus) {
    this.#status = status;
  }

  /** What the display tells of itself. */
  follow(state: DisplayState): void {
    this.#state = state;
    this.#show();
  }

  /** A part cannot work, such as a path that is taken; `undefined`: it works now. */
  refuse(refusal: Error | undefined): void {
    this.#refusal = refusal;
    this.#show();
  }

  #show(): void {
    if (this.#refusal) this.#status.fail(this.#refusal);
    else showState(this.#status, this.#state);
  }
}

function showState(status: NodeStatus, { state, width = 0, height = 0 }: DisplayState): void {
  switch (state) {
    case 'ready':
    case 'ended':
    case 'closed':
      status.show(LOOK.idle, state);
      return;
    case 'starting':
    case 'paused':
      status.show(LOOK.starting, state);
      return;
    case 'showing':
      status.show(LOOK.live, 'size', { width, height });
      return;
    case 'failing':
      // The failure itself is what is shown.
      return;
    default:
      state satisfies never;
  }
}
