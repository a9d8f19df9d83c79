import type { HandshakeFragment } from './HandshakeOrder';

// Handshake message (RFC 6347 4.2.2), big-endian:
//   0      1        4          6                 9                 12
//   | type | length | sequence | fragment offset | fragment length | fragment
const HEADER_BYTES = 12;

/** The fragments of messages in a record; what is cut off at its end is left out. */
export function fragmentsIn(bytes: Buffer): HandshakeFragment[] {
  const fragments: HandshakeFragment[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    const length = bytes.readUIntBE(at + 9, 3);
    const end = at + HEADER_BYTES + length;
    if (end > bytes.length) break;
    fragments.push({
      msg_type: bytes.readUInt8(at),
      length: bytes.readUIntBE(at + 1, 3),
      message_seq: bytes.readUInt16BE(at + 4),
      fragment_offset: bytes.readUIntBE(at + 6, 3),
      fragment_length: length,
      fragment: bytes.subarray(at + HEADER_BYTES, end),
    });
    at = end;
  }
  return fragments;
}

/** One message of all its fragments. */
export function assembled(fragments: readonly HandshakeFragment[]): HandshakeFragment {
  const [first] = fragments;
  if (!first) throw new Error('there are no fragments');
  const fragment = Buffer.alloc(first.length);
  for (const each of fragments) each.fragment.copy(fragment, each.fragment_offset);
  return { ...first, fragment_offset: 0, fragment_length: first.length, fragment };
}
