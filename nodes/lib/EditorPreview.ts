import type { NodeAPI } from 'node-red';
import type { DisplayProxy } from '../../engine/port/DisplayProxy';

/** An editor says every 5 s that it shows the preview; after so long it is taken for closed, in ms. */
const LAPSE_MS = 12_000;
/** The editor's connection has no back-pressure: few and small pictures. */
const PICTURES = { format: 'jpeg', maxWidth: 240, frameRate: 3 } as const;

/** There is nothing to show. Node-RED does not send null or an empty text. */
const NOTHING = {};

// The route is one for all nodes of a runtime, which share the events object.
const previews = new WeakMap<object, Map<string, EditorPreview>>();

/** Small live pictures under a node in the editor, while an editor shows that node. */
export class EditorPreview {
  readonly #red: NodeAPI;
  readonly #node: string;
  readonly #display: DisplayProxy;
  #timer: NodeJS.Timeout | undefined;
  #newest: string | undefined;

  /** Lets editors say that they show a preview. Once for each runtime. */
  static serve(RED: NodeAPI): void {
    const permission = RED.auth.needsPermission('rtc-display.read');
    RED.httpAdmin.post('/rtcbot/preview/:id', permission, (request, response) => {
      previewsOf(RED)
        .get(request.params.id ?? '')
        ?.seen();
      response.sendStatus(204);
    });
  }

  /** @param node the node's id */
  constructor(RED: NodeAPI, node: string, display: DisplayProxy) {
    this.#red = RED;
    this.#node = node;
    this.#display = display;
    previewsOf(RED).set(node, this);
    display.on('picture', (purpose, { data }) => {
      if (purpose !== 'preview' || !this.#timer) return;
      this.#newest = `data:image/jpeg;base64,${data.toString('base64')}`;
      this.#publish(this.#newest);
    });
    display.on('state', ({ state }) => {
      if (state !== 'ready' || !this.#newest) return;
      this.#newest = undefined;
      this.#publish(NOTHING);
    });
  }

  /** An editor shows the node. */
  seen(): void {
    if (!this.#timer) this.#display.setPictures('preview', PICTURES);
    else if (this.#newest) this.#publish(this.#newest);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#pause(), LAPSE_MS);
    this.#timer.unref();
  }

  /** Idempotent. */
  close(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (previewsOf(this.#red).get(this.#node) === this) previewsOf(this.#red).delete(this.#node);
    this.#publish(NOTHING);
  }

  #pause(): void {
    this.#timer = undefined;
    this.#newest = undefined;
    this.#display.setPictures('preview', undefined);
  }

  #publish(url: string | typeof NOTHING): void {
    this.#red.comms.publish(`rtcbot/preview/${this.#node}`, url, false);
  }
}

function previewsOf(RED: NodeAPI): Map<string, EditorPreview> {
  const known = previews.get(RED.events) ?? new Map<string, EditorPreview>();
  previews.set(RED.events, known);
  return known;
}
