import type { Node, NodeAPI } from 'node-red';
import type { CaptureProxy } from '../../engine/port/CaptureProxy';
import { onFlowsStarted } from './onFlowsStarted';
import { type WiredConfig, wiresOf } from './wires';

/**
 * A node's capture over its life. Its track is announced after each deploy. A deploy may change
 * the wires and leave the node running: a new track then goes along the new wires, and whoever
 * held the old one over a wire that is gone loses it.
 */
export class OpenCapture {
  readonly #node: Node;
  readonly #config: WiredConfig;
  readonly #open: () => CaptureProxy;
  readonly #topic: string;
  readonly #unlisten: () => void;
  #capture: CaptureProxy;
  #wires: string;

  /** @throws what `open` throws, such as SettingError */
  constructor(
    RED: NodeAPI,
    node: Node,
    { config, topic, open }: { config: WiredConfig; topic: string; open: () => CaptureProxy },
  ) {
    this.#node = node;
    this.#config = config;
    this.#open = open;
    this.#topic = topic;
    this.#wires = this.#wiring();
    this.#capture = open();
    this.#unlisten = onFlowsStarted(RED, () => this.#announce());
  }

  get current(): CaptureProxy {
    return this.#capture;
  }

  /** Idempotent, never rejects. */
  async close(): Promise<void> {
    this.#unlisten();
    await this.#capture.close();
  }

  #announce(): void {
    const wires = this.#wiring();
    if (wires !== this.#wires) {
      this.#wires = wires;
      const before = this.#capture;
      // Opened first: both share the device, which goes on running.
      this.#capture = this.#open();
      void before.close();
    }
    this.#node.send([{ payload: this.#capture.track, topic: this.#topic }, null]);
  }

  #wiring(): string {
    return JSON.stringify(wiresOf(this.#node, this.#config));
  }
}
