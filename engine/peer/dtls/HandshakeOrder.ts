/** A fragment of a DTLS handshake message, named as in RFC 6347 4.2.2. */
export interface HandshakeFragment {
  readonly msg_type: number;
  /** Of the whole message, in bytes. */
  readonly length: number;
  readonly message_seq: number;
  readonly fragment_offset: number;
  readonly fragment_length: number;
  readonly fragment: Buffer;
}

/** A message that is whole, and whether it was handed over before. */
export interface OrderedMessage<Fragment> {
  readonly message: Fragment;
  /** The other end has not heard of our answer. */
  readonly isRepeated: boolean;
}

/** So many messages may come before one that is due: a flight has six at most. */
const MOST_AHEAD = 8;
/** Longest message that is put together, in bytes; certificates of browsers have some 500. */
const MOST_BYTES = 16_384;
/** So many fragments of one message are kept, repetitions counted. */
const MOST_FRAGMENTS = 64;

/**
 * Hands over the messages of a handshake whole, in their order and each once, however their
 * fragments come (RFC 6347 4.2.2, 4.2.3): lost, late, twice or mixed.
 */
export class HandshakeOrder<Fragment extends HandshakeFragment> {
  readonly #assemble: (fragments: Fragment[]) => Fragment;
  readonly #waiting = new Map<number, Fragment[]>();
  #due = 0;

  /** @param assemble makes one message of all its fragments */
  constructor(assemble: (fragments: Fragment[]) => Fragment) {
    this.#assemble = assemble;
  }

  /** @returns what is due with this fragment, in order */
  take(fragment: Fragment): OrderedMessage<Fragment>[] {
    const { message_seq: sequence, length } = fragment;
    if (sequence < this.#due) {
      return isWhole([fragment]) ? [{ message: fragment, isRepeated: true }] : [];
    }
    if (sequence >= this.#due + MOST_AHEAD || length > MOST_BYTES) return [];
    const known = this.#waiting.get(sequence) ?? [];
    if (known.length >= MOST_FRAGMENTS || !isAlike(known, fragment)) return [];
    this.#waiting.set(sequence, [...known, fragment]);
    return [...this.#whole()];
  }

  *#whole(): Generator<OrderedMessage<Fragment>> {
    for (;;) {
      const fragments = this.#waiting.get(this.#due);
      const [first] = fragments ?? [];
      if (!fragments || !first || !isWhole(fragments)) return;
      this.#waiting.delete(this.#due);
      this.#due += 1;
      const message = first.fragment_length === first.length ? first : this.#assemble(fragments);
      yield { message, isRepeated: false };
    }
  }
}

/** It is of the same message as those that came before. */
function isAlike([known]: readonly HandshakeFragment[], fragment: HandshakeFragment): boolean {
  if (!known) return true;
  return known.msg_type === fragment.msg_type && known.length === fragment.length;
}

/** Every byte of the message is there. */
function isWhole(fragments: readonly HandshakeFragment[]): boolean {
  let bytes = 0;
  const inOrder = [...fragments].sort((a, b) => a.fragment_offset - b.fragment_offset);
  for (const { fragment_offset: start, fragment_length } of inOrder) {
    if (start > bytes) return false;
    bytes = Math.max(bytes, start + fragment_length);
  }
  return bytes === fragments[0]?.length;
}
