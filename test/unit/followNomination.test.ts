import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { RTCPeerConnection } from 'werift';
import { type ConnectivityCheck, followNomination } from '../../engine/peer/stack/followNomination';

const CABLE = { name: 'socket of the cable' };
const WIRELESS = { name: 'socket of the wireless network' };
const first = { protocol: CABLE, remoteAddr: ['10.0.0.2', 5000] };
const second = { protocol: WIRELESS, remoteAddr: ['10.0.1.2', 6000] };

/** A connection that has two paths, the first of them nominated. */
function connectionOn(nominated: object | undefined) {
  const ice = { nominated, localUsername: 'us', checkList: [first, second] };
  // Only what the function looks at.
  return {
    ice,
    connection: { iceTransports: [{ connection: ice }] } as unknown as RTCPeerConnection,
  };
}

function check(
  protocol: object,
  address: readonly [string, number],
  { user = 'us:them', nominates = true } = {},
): ConnectivityCheck {
  const message = {
    attributesKeys: nominates ? ['USERNAME', 'USE-CANDIDATE'] : ['USERNAME'],
    getAttributeValue: () => user,
  };
  return [message, address, protocol] as unknown as ConnectivityCheck;
}

describe('followNomination', () => {
  for (const { it: sentence, from, by, after } of [
    {
      it: 'goes over to the path that the browser nominates',
      from: first,
      by: check(WIRELESS, ['10.0.1.2', 6000]),
      after: second,
    },
    {
      it: 'stays where the browser only checks another path',
      from: first,
      by: check(WIRELESS, ['10.0.1.2', 6000], { nominates: false }),
      after: first,
    },
    {
      it: 'stays where the check is for somebody else',
      from: first,
      by: check(WIRELESS, ['10.0.1.2', 6000], { user: 'x:them' }),
      after: first,
    },
    {
      it: 'stays where the path is not known yet',
      from: first,
      by: check(WIRELESS, ['10.0.1.9', 6000]),
      after: first,
    },
    {
      it: 'leaves the first nomination to the stack',
      from: undefined,
      by: check(CABLE, ['10.0.0.2', 5000]),
      after: undefined,
    },
  ]) {
    it(sentence, () => {
      const { ice, connection } = connectionOn(from);
      followNomination(connection, by);
      assert.equal(ice.nominated, after);
    });
  }
});
