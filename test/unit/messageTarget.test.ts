import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { channelSettings, targetOf } from '../../nodes/lib/messageTarget';
import type { PeerMessage } from '../../nodes/lib/peerMessage';

const UNORDERED = { ordered: false, maxRetransmits: 2 };

describe('targetOf', () => {
  for (const { it: sentence, message, target } of [
    { it: 'sends to all on the channel default', message: {}, target: {} },
    { it: 'sends to one peer', message: { peer: 'a' }, target: { peer: 'a' } },
    {
      it: 'sends on a channel as the node opens it',
      message: { channel: 'news' },
      target: { channel: 'news', settings: UNORDERED },
    },
    {
      it: 'opens a channel as the message says',
      message: { channel: 'news', ordered: true, maxRetransmits: 0 },
      target: { channel: 'news', settings: { ordered: true, maxRetransmits: 0 } },
    },
    {
      it: 'takes null as no limit',
      message: { channel: 'news', maxRetransmits: null },
      target: { channel: 'news', settings: { ordered: false } },
    },
    { it: 'takes no name as default', message: { channel: '', ordered: false }, target: {} },
  ]) {
    it(sentence, () => assert.deepEqual(targetOf(message as PeerMessage, UNORDERED), target));
  }

  for (const message of [
    { channel: 5 },
    { channel: 'news', maxRetransmits: -1 },
    { channel: 'news', maxRetransmits: 1.5 },
    { channel: 'news', maxRetransmits: 'some' },
  ]) {
    it(`refuses ${JSON.stringify(message)}`, () => {
      assert.throws(() => targetOf(message as unknown as PeerMessage, {}), {
        code: 'message-unsendable',
      });
    });
  }
});

describe('channelSettings', () => {
  for (const { it: sentence, config, settings } of [
    { it: 'are reliable by default', config: {}, settings: { ordered: true } },
    {
      it: 'take what the editor writes',
      config: { ordered: false, maxRetransmits: '3' },
      settings: { ordered: false, maxRetransmits: 3 },
    },
    { it: 'take no limit', config: { maxRetransmits: '' }, settings: { ordered: true } },
  ]) {
    it(sentence, () => assert.deepEqual(channelSettings(config), settings));
  }

  it('refuse what is no number', () => {
    assert.throws(() => channelSettings({ maxRetransmits: 'x' }), { code: 'setting-invalid' });
  });
});
