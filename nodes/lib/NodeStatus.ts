import type { Node, NodeAPI, NodeStatus as Status } from 'node-red';
import { noteOf } from '../../engine/model/errors/errors';
import { Repeats } from './Repeats';

/** The editor gets at most one status a node in this time, in ms; the last one always arrives. */
const INTERVAL_MS = 1000;
/** Longest text that the editor shows well. */
const MOST_CHARACTERS = 20;
/** Codes of failures of messages that are of the wrong kind. */
const UNUSABLE: ReadonlySet<string> = new Set(['message-unusable', 'wav-unreadable']);
/** Of messages to a peer that has left, which does not come back by this id. */
const GONE = 'peer-gone';
/** Peers that are gone and were told of. */
const MOST_GONE = 1000;

/** How the dot beside a status text looks. */
export type StatusLook = Required<Pick<Status, 'fill' | 'shape'>>;

/** The looks of the one vocabulary of all nodes. */
export const LOOK = {
  idle: { fill: 'grey', shape: 'ring' },
  starting: { fill: 'yellow', shape: 'ring' },
  live: { fill: 'green', shape: 'dot' },
  /** It works, and yet not as it is meant to. */
  warned: { fill: 'yellow', shape: 'dot' },
  failed: { fill: 'red', shape: 'ring' },
} as const satisfies Record<string, StatusLook>;

/** Everything that a node tells of itself: short in its status, long in the debug sidebar. */
export class NodeStatus {
  readonly #red: NodeAPI;
  readonly #node: Node;
  #shownMs = Number.NEGATIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;
  #waiting: Status | undefined;
  #shown = '';
  readonly #repeats = new Repeats();
  readonly #gone = new Repeats({
    againMs: Number.POSITIVE_INFINITY,
    mostTexts: MOST_GONE,
  });
  readonly #warned = new Set<string>();
  #cleared = false;
  #reported = '';

  constructor(RED: NodeAPI, node: Node) {
    this.#red = RED;
    this.#node = node;
  }

  /** Shows a text of the catalog. @param key below `status.` */
  show(look: StatusLook, key: string, values: Record<string, string | number> = {}): void {
    if (look === LOOK.live) this.#reported = '';
    this.#set({ ...look, text: this.#red._(`status.${key}`, values) });
  }

  /**
   * Shows a failure, and reports it to the debug sidebar and catch nodes. What is tried again and
   * fails in the same way is reported once, until it has worked again.
   */
  fail(error: unknown): void {
    const { code, facts } = noteOf(error);
    this.#set({ ...LOOK.failed, text: this.#short(code) });
    const text = this.#long(error);
    if (text === this.#reported) return;
    this.#reported = text;
    this.#node.error(text, { error: { code, ...facts } });
  }

  /**
   * Ends the handling of a message with a failure, which leaves the status as it is. What cannot be used
   * comes again and again: it is told once, and then every 10 s with how often it came. That a peer has
   * left is told once for each.
   */
  refuse(error: unknown, done: (error?: Error) => void): void {
    const { code } = noteOf(error);
    const text = this.#long(error);
    const repeats = code === GONE ? this.#gone : UNUSABLE.has(code) ? this.#repeats : undefined;
    const number = repeats ? repeats.take(text, performance.now()) : 0;
    if (number === undefined) done();
    else {
      const again =
        number > 0 ? this.#translated('warnings.repeated', { text, number }) : undefined;
      done(Object.assign(new Error(again ?? text), { code }));
    }
  }

  /**
   * Warns in the debug sidebar of what is amiss while the node works: once, until it is over.
   * @param key below `warnings.`
   * @param values of the text; undefined: it is over
   */
  warn(key: string, values: Record<string, string | number> | undefined): void {
    if (!values) this.#warned.delete(key);
    else if (!this.#warned.has(key)) {
      this.#warned.add(key);
      this.#node.warn(this.#red._(`warnings.${key}`, values));
    }
  }

  /** Takes the status away, for good. */
  clear(): void {
    this.#cleared = true;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#node.status({});
  }

  #long(error: unknown): string {
    const { code, message, facts } = noteOf(error);
    return this.#translated(`errors.${code}.text`, facts) ?? message;
  }

  #short(code: string): string {
    return this.#translated(`errors.${code}.status`, {}) ?? code.slice(0, MOST_CHARACTERS);
  }

  /** Undefined where the catalog has no such text. */
  #translated(key: string, values: Readonly<Record<string, string | number>>): string | undefined {
    const text = this.#red._(key, { ...values });
    return text === key || text.endsWith(`:${key}`) ? undefined : text;
  }

  #set(status: Status): void {
    if (this.#cleared) return;
    this.#waiting = status;
    if (this.#timer) return;
    const leftMs = this.#shownMs + INTERVAL_MS - performance.now();
    if (leftMs <= 0) {
      this.#flush();
      return;
    }
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, leftMs);
  }

  #flush(): void {
    const status = this.#waiting;
    this.#waiting = undefined;
    const text = JSON.stringify(status);
    if (!status || text === this.#shown) return;
    this.#shown = text;
    this.#shownMs = performance.now();
    this.#node.status(status);
  }
}
