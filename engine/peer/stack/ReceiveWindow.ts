import type { RTCSctpTransport } from 'werift';
import type { ChannelData } from '../data/ChannelData';

/** The stack's private parts that are used here (pinned version, `~0.24.4`). */
interface Association {
  /** What the peer may still send, in bytes; it is told so with each acknowledgement. */
  advertisedRwnd: number;
  /** An acknowledgement is due. */
  sackNeeded: boolean;
  /** It is due now, not in a while. */
  sackImmediate: boolean;
  receiveDataChunk(chunk: unknown): void;
  /** Acknowledges what came, if that is due. Never rejects. */
  sendSack(): Promise<void>;
}

/** What a message costs beside its bytes while the flow has not taken it: objects on both threads. */
const MESSAGE_BYTES = 256;
/**
 * What a message counts at most, in bytes. Only those that came in parts are larger: as one they would
 * shut the window all of a sudden, and what is under way would have to be sent again after a pause.
 */
const MOST_COUNTED_BYTES = 384 * 1024;
/** A peer that had to wait is told to go on when there is so much room again, in bytes. */
const ROOM_BYTES = 512 * 1024;
/** A peer need not use a window up that a packet does not fit into any more: some packets, in bytes. */
const NARROW_BYTES = 16 * 1024;
/** What a peer may send beyond the window that it was given, in bytes: what was under way by mistake. */
const MOST_BEYOND_WINDOW = 1024 * 1024;

/**
 * What a peer may send before the flow has taken what came: SCTP's own receive window (RFC 9260 6.2),
 * 1 MiB. The stack gives room back as soon as a message is whole, and would take more than memory
 * holds while a flow is busy; here it is given back when the flow has had the message. A peer that
 * sends faster has to wait, and sees that in its `bufferedAmount`.
 */
export class ReceiveWindow {
  readonly #association: Association;
  /** What the messages cost that the flow has not taken, the oldest first. */
  readonly #held: number[] = [];
  #heldBytes = 0;

  /** @param transport its association is there, and not used yet */
  constructor(transport: RTCSctpTransport) {
    const association = transport.sctp as unknown as Association;
    this.#association = association;
    const receive = association.receiveDataChunk.bind(association);
    association.receiveDataChunk = chunk => {
      if (this.#heldBytes > 0 && association.advertisedRwnd <= 0) {
        // Not taken, but answered: the peer probes whether there is room again.
        association.sackNeeded = true;
        association.sackImmediate = true;
        return;
      }
      receive(chunk);
      // A message without end: no flow will ever make room. The channels close with the association, and the peer with them.
      const isBeyond = association.advertisedRwnd + this.#heldBytes < -MOST_BEYOND_WINDOW;
      if (isBeyond) void transport.stop();
    };
  }

  /** The peer has to wait for the flow, or soon will. */
  get isNarrow(): boolean {
    return this.#heldBytes > 0 && this.#association.advertisedRwnd < NARROW_BYTES;
  }

  /** A message goes to the flow, and the label of its channel with it. */
  hold(message: ChannelData, label: string): void {
    const ownBytes = Buffer.byteLength(message) + Buffer.byteLength(label);
    const bytes = Math.min(ownBytes, MOST_COUNTED_BYTES) + MESSAGE_BYTES;
    this.#held.push(bytes);
    this.#add(bytes);
  }

  /** The flow has taken so many messages more. */
  taken(count: number): void {
    const before = this.#association.advertisedRwnd;
    const bytes = this.#held.splice(0, count).reduce((sum, each) => sum + each, 0);
    this.#add(-bytes);
    if (before >= ROOM_BYTES || this.#association.advertisedRwnd < ROOM_BYTES) return;
    this.#association.sackNeeded = true;
    void this.#association.sendSack();
  }

  #add(bytes: number): void {
    this.#heldBytes += bytes;
    this.#association.advertisedRwnd -= bytes;
  }
}
