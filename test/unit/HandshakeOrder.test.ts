import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type HandshakeFragment, HandshakeOrder } from '../../engine/peer/dtls/HandshakeOrder';

/** A fragment of the message with this number, which is 10 bytes long. */
const part = (sequence: number, start = 0, bytes = 10, length = 10): HandshakeFragment => ({
  msg_type: sequence,
  length,
  message_seq: sequence,
  fragment_offset: start,
  fragment_length: bytes,
  fragment: Buffer.alloc(bytes, sequence),
});

/** The numbers of what is handed over, with `r` where it was before. */
function handedOver(fragments: readonly HandshakeFragment[]): string[] {
  const order = new HandshakeOrder<HandshakeFragment>(([first]) => {
    assert.ok(first);
    return { ...first, fragment_offset: 0, fragment_length: first.length };
  });
  return fragments
    .flatMap(each => order.take(each))
    .map(({ message, isRepeated }) => {
      assert.equal(message.fragment_length, message.length);
      return `${message.message_seq}${isRepeated ? 'r' : ''}`;
    });
}

describe('a HandshakeOrder', () => {
  for (const { it: sentence, fragments, taken } of [
    { it: 'hands over what comes in order', fragments: [part(0), part(1)], taken: ['0', '1'] },
    {
      it: 'waits for what is missing',
      fragments: [part(0), part(2), part(3), part(1)],
      taken: ['0', '1', '2', '3'],
    },
    {
      it: 'says what was there before',
      fragments: [part(0), part(0), part(1), part(0)],
      taken: ['0', '0r', '1', '0r'],
    },
    {
      it: 'puts a message together, in whatever order its fragments come, and twice',
      fragments: [part(0, 6, 4), part(0, 6, 4), part(0, 0, 3), part(0, 2, 5)],
      taken: ['0'],
    },
    { it: 'hands over an empty message', fragments: [part(0, 0, 0, 0)], taken: ['0'] },
    {
      it: 'waits for a message with a hole',
      fragments: [part(0, 0, 4), part(0, 5, 5), part(1)],
      taken: [],
    },
    {
      it: 'takes no fragment of another message under the same number',
      fragments: [part(0, 0, 5), { ...part(0, 5, 5), msg_type: 7 }, part(0, 5, 5)],
      taken: ['0'],
    },
    {
      it: 'keeps nothing that is far ahead or longer than any message',
      fragments: [part(8), part(0, 0, 5, 1_000_000), ...[0, 1, 2, 3, 4, 5, 6, 7].map(n => part(n))],
      taken: ['0', '1', '2', '3', '4', '5', '6', '7'],
    },
  ]) {
    it(sentence, () => assert.deepEqual(handedOver(fragments), taken));
  }
});
