import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { PeerGroup } from '../../engine/peer/PeerGroup';
import { withOneTransport } from '../../engine/peer/sdp/bundle';
import { withLegacyData } from '../../engine/peer/sdp/legacyData';
import { checkOffer, stackOffer } from '../../engine/peer/sdp/offer';
import { AIORTC_OFFER } from '../support/aiortcOffer';
import { CHROMIUM_DATA_OFFER, CHROMIUM_OFFER } from '../support/browserOffers';

const linesLike = (sdp: string, pattern: RegExp) =>
  sdp.split('\r\n').filter(line => pattern.test(line));

describe('an offer of RTCBot in Python', () => {
  const offer = checkOffer(AIORTC_OFFER);
  const { media, hasLegacyData } = offer;
  const { sdp } = stackOffer(offer);

  it('tells what it takes', () => {
    const video = { kind: 'video', mid: '0', receives: true, sends: false };
    assert.deepEqual(media, [{ ...video, codecs: ['H264', 'VP8'] }]);
  });

  it('describes its data channels to the stack as RFC 8841 does', () => {
    assert.equal(hasLegacyData, true);
    assert.deepEqual(linesLike(sdp, /^m=application|sctp/), [
      'm=application 56802 UDP/DTLS/SCTP webrtc-datachannel',
      'a=sctp-port:5000',
    ]);
    assert.equal(checkOffer(CHROMIUM_DATA_OFFER).hasLegacyData, false);
  });

  it('has the transport of its first section alone, as the answer will', () => {
    assert.deepEqual(linesLike(sdp, /^a=ice-ufrag/), ['a=ice-ufrag:oJDm', 'a=ice-ufrag:oJDm']);
    const [candidate, ...more] = linesLike(sdp, /^a=candidate/);
    assert.match(candidate ?? '', / 37868 typ host$/);
    assert.deepEqual(more, []);
  });

  describe('is answered', () => {
    const group = new PeerGroup({ latency: 'lowest', maxPeers: 4 });
    afterEach(() => group.closePeer());

    it('in its own manner', async () => {
      const answer = await group.answer(AIORTC_OFFER);
      assert.deepEqual(linesLike(answer.sdp, /^m=application|sctp/), [
        'm=application 9 DTLS/SCTP 5000',
        'a=sctpmap:5000 webrtc-datachannel 65535',
      ]);
      await group.close();
    });
  });
});

describe('withLegacyData', () => {
  it('leaves an answer without data channels as it is', () => {
    const answer = 'v=0\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n';
    assert.equal(withLegacyData(answer), answer);
  });
});

describe('withOneTransport', () => {
  const section = (mid: string, user: string, port = 9) => [
    `m=video ${port} UDP/TLS/RTP/SAVPF 96`,
    `a=mid:${mid}`,
    'a=candidate:1 1 udp 1 10.0.0.1 5000 typ host',
    `a=ice-ufrag:${user}`,
  ];
  const usersOf = (sections: readonly (readonly string[])[]) =>
    sections.map(lines => lines.filter(line => line.startsWith('a=ice-ufrag:')).join());

  for (const { it: sentence, session, sections, users } of [
    {
      it: 'keeps groups apart',
      session: ['a=group:BUNDLE a b', 'a=group:BUNDLE c d'],
      sections: [section('a', '1'), section('b', '2'), section('c', '3'), section('d', '4')],
      users: ['1', '1', '3', '3'],
    },
    {
      it: 'leaves sections outside of groups their own transport',
      session: ['a=group:BUNDLE a b'],
      sections: [section('a', '1'), section('x', '2'), section('b', '3')],
      users: ['1', '2', '1'],
    },
    {
      it: 'goes by the first section that has a port',
      session: ['a=group:BUNDLE a b c'],
      sections: [section('a', '1', 0), section('b', '2'), section('c', '3')],
      users: ['2', '2', '2'],
    },
    {
      it: 'leaves an offer without a bundle as it is',
      session: [],
      sections: [section('a', '1'), section('b', '2')],
      users: ['1', '2'],
    },
  ]) {
    it(sentence, () => {
      const found = usersOf(withOneTransport(session, sections));
      assert.deepEqual(
        found,
        users.map(user => `a=ice-ufrag:${user}`),
      );
    });
  }

  it('changes nothing that a browser says: its sections agree already', () => {
    const sorted = (sdp: string) => new Set(sdp.split('\r\n'));
    const before = sorted(CHROMIUM_OFFER);
    const after = sorted(stackOffer(checkOffer(CHROMIUM_OFFER)).sdp);
    assert.deepEqual(
      [...after].filter(line => !before.has(line)),
      [],
    );
  });
});
