import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { PeerGroup } from '../../engine/peer/PeerGroup';
import {
  CHROMIUM_DATA_OFFER,
  CHROMIUM_OFFER,
  FIREFOX_OFFER,
  sdpOf,
} from '../support/browserOffers';
import { GroupRig } from '../support/GroupRig';

/** An m-section with a transport of its own. */
function section(
  mid: string | undefined,
  media: string,
  lines: readonly string[] = [],
): readonly string[] {
  return [
    `m=${media}`,
    'c=IN IP4 0.0.0.0',
    `a=ice-ufrag:user${mid}`,
    'a=ice-pwd:password-of-22-characters',
    `a=fingerprint:sha-256 ${Array(32).fill('5A').join(':')}`,
    'a=setup:actpass',
    'a=rtcp-mux',
    ...(mid === undefined ? [] : [`a=mid:${mid}`]),
    ...lines,
  ];
}

const H264 = ['a=rtpmap:96 H264/90000', 'a=fmtp:96 packetization-mode=1;profile-level-id=42e01f'];
const video = (mid?: string) =>
  section(mid, 'video 9 UDP/TLS/RTP/SAVPF 96', ['a=recvonly', ...H264]);
const av1 = (mid?: string) =>
  section(mid, 'video 9 UDP/TLS/RTP/SAVPF 45', ['a=recvonly', 'a=rtpmap:45 AV1/90000']);
const pcmu = (mid?: string) =>
  section(mid, 'audio 9 UDP/TLS/RTP/SAVPF 0', ['a=recvonly', 'a=rtpmap:0 PCMU/8000']);
const data = (mid?: string) =>
  section(mid, 'application 9 UDP/DTLS/SCTP webrtc-datachannel', ['a=sctp-port:5000']);
const bfcp = (mid?: string) => section(mid, 'application 9 TCP/DTLS/BFCP *');

const offerOf = (session: readonly string[], ...sections: (readonly string[])[]) =>
  sdpOf(['v=0', 'o=- 1 1 IN IP4 127.0.0.1', 's=-', 't=0 0', ...session, ...sections.flat()]);

describe('the answer to an offer', () => {
  let rig: GroupRig | undefined;
  afterEach(() => rig?.close());

  async function answerTo(sdp: string): Promise<{ session: string; sections: string[] }> {
    rig = new GroupRig();
    const answer = await rig.group.answer(sdp);
    const [session = '', ...sections] = answer.sdp.split(/^(?=m=)/m);
    return { session, sections };
  }
  const firstLines = (sections: readonly string[]) =>
    sections.map(each => each.split('\r\n')[0] ?? '');
  const ports = (sections: readonly string[]) =>
    sections.map(each =>
      [...each.matchAll(/^a=candidate:.* (\d+) typ host/gm)].map(([, at]) => at),
    );

  for (const { it: sentence, offer, answers, bundle } of [
    {
      it: 'rejects a video section without a codec of ours, and serves the others',
      offer: offerOf(['a=group:BUNDLE 0 1 2'], video('0'), av1('1'), data('2')),
      answers: [/^m=video 9 .* 96$/, /^m=video 0 .* 45$/, /^m=application 9/],
      bundle: '0 2',
    },
    {
      it: 'rejects a sound section without Opus',
      offer: offerOf(['a=group:BUNDLE 0 1 2'], pcmu('0'), video('1'), data('2')),
      answers: [/^m=audio 0 .* 0$/, /^m=video 9/, /^m=application 9/],
      bundle: '1 2',
    },
    {
      it: 'rejects what is not known at all, and a second section of data channels',
      offer: offerOf(
        ['a=group:BUNDLE a b c d'],
        bfcp('a'),
        section('b', 'text 9 UDP/TLS/RTP/SAVPF 98', ['a=rtpmap:98 t140/1000']),
        data('c'),
        data('d'),
      ),
      answers: [/^m=application 0 .*BFCP/, /^m=text 0/, /^m=application 9/, /^m=application 0/],
      bundle: 'c',
    },
    {
      it: 'leaves rejected what was offered as rejected',
      offer: offerOf(
        ['a=group:BUNDLE 0 1'],
        video('0'),
        data('1'),
        section('2', 'audio 0 UDP/TLS/RTP/SAVPF 111', ['a=rtpmap:111 opus/48000/2']),
      ),
      answers: [/^m=video 9/, /^m=application 9/, /^m=audio 0/],
      bundle: '0 1',
    },
    {
      it: 'keeps a section inactive whose transport the others have no replacement for',
      offer: offerOf(['a=group:BUNDLE 0 1'], av1('0'), [
        ...data('1').map(line => line.replace(' 9 ', ' 0 ')),
        'a=bundle-only',
      ]),
      answers: [/^m=video 9 .* 45$/, /^m=application 9/],
      bundle: '0 1',
    },
  ]) {
    it(sentence, async () => {
      const { session, sections } = await answerTo(offer);
      const found = firstLines(sections);
      assert.equal(found.length, answers.length);
      for (const [index, pattern] of answers.entries()) assert.match(found[index] ?? '', pattern);
      assert.match(session, new RegExp(`^a=group:BUNDLE ${bundle}\r$`, 'm'));
      for (const each of sections) assert.match(each, /^a=mid:/m);
    });
  }

  it('sends nothing where the whole session is offered as one way, unless a section says otherwise', async () => {
    const offer = (direction: string) =>
      offerOf(
        [`a=${direction}`, 'a=group:BUNDLE 0 1'],
        video('0').filter(line => line !== 'a=recvonly'),
        data('1'),
      );
    const [inactive] = (await answerTo(offer('sendonly'))).sections;
    assert.match(inactive ?? '', /^a=inactive/m);
    await rig?.close();
    const [sent] = (await answerTo(offer('recvonly'))).sections;
    assert.match(sent ?? '', /^a=sendonly/m);
    await rig?.close();
    const own = offerOf(['a=inactive', 'a=group:BUNDLE 0 1'], video('0'), data('1'));
    assert.match((await answerTo(own)).sections[0] ?? '', /^a=sendonly/m);
  });

  it('sends where no direction is named: sendrecv is meant', async () => {
    const lines = video('0').filter(line => line !== 'a=recvonly');
    const { sections } = await answerTo(offerOf(['a=group:BUNDLE 0'], lines));
    assert.match(sections[0] ?? '', /^a=sendonly/m);
  });

  it('has a transport for each section where none is asked to share one', async () => {
    const { session, sections } = await answerTo(offerOf([], video('v'), data('d')));
    assert.doesNotMatch(session, /BUNDLE/);
    const [first = [], second = []] = ports(sections);
    assert.ok(first.length > 0 && second.length > 0);
    assert.deepEqual(
      first.filter(port => second.includes(port)),
      [],
    );
  });

  it('has a transport for each group, and one for who is in none', async () => {
    const offer = offerOf(['a=group:BUNDLE a c'], video('a'), video('b'), data('c'));
    const { session, sections } = await answerTo(offer);
    assert.match(session, /^a=group:BUNDLE a c\r$/m);
    const [a = [], b = [], c = []] = ports(sections);
    assert.deepEqual(c, a);
    assert.deepEqual(
      b.filter(port => a.includes(port)),
      [],
    );
    assert.ok(b.length > 0);
  });

  it('names no sections where the offer names none', async () => {
    const { sections } = await answerTo(offerOf([], video(), data()));
    assert.equal(sections.length, 2);
    for (const each of sections) assert.doesNotMatch(each, /^a=mid:/m);
  });

  it('takes the codec that all video sections have', async () => {
    const both = ['a=rtpmap:97 VP8/90000', ...video('0').slice(1)];
    const vp8 = section('1', 'video 9 UDP/TLS/RTP/SAVPF 97', [
      'a=recvonly',
      'a=rtpmap:97 VP8/90000',
    ]);
    const { sections } = await answerTo(
      offerOf(['a=group:BUNDLE 0 1'], ['m=video 9 UDP/TLS/RTP/SAVPF 96 97', ...both], vp8),
    );
    assert.deepEqual(rig?.codecs, ['VP8']);
    assert.deepEqual(
      firstLines(sections).map(line => line.split(' ')[1]),
      ['9', '9'],
    );
  });

  it('goes in single NAL units where H264 is offered without a packetization mode', async () => {
    const plain = video('0').filter(line => !line.startsWith('a=fmtp'));
    await answerTo(offerOf(['a=group:BUNDLE 0'], plain));
    assert.deepEqual(rig?.codecs, ['H264 in single NAL units']);
    await rig?.close();
    await answerTo(offerOf(['a=group:BUNDLE 0'], [...plain, 'a=rtpmap:97 VP8/90000']));
    assert.deepEqual(rig?.codecs, ['VP8'], 'an encoder for one peer alone is the last choice');
  });

  it('is to browsers what it was', async () => {
    for (const offer of [CHROMIUM_OFFER, FIREFOX_OFFER, CHROMIUM_DATA_OFFER]) {
      const { session, sections } = await answerTo(offer);
      const mids = /^a=group:BUNDLE (.*)$/m.exec(offer)?.[1]?.trim();
      assert.match(session, new RegExp(`^a=group:BUNDLE ${mids}\r$`, 'm'));
      assert.equal(sections.length, offer.split(/^m=/m).length - 1);
      for (const line of firstLines(sections)) assert.match(line, /^m=\w+ 9 /);
      await rig?.close();
    }
  });

  it('is none where nothing could be served', async () => {
    const group = new PeerGroup({ latency: 'lowest', maxPeers: 1 });
    await assert.rejects(group.answer(offerOf([], av1('0'), pcmu('1'))), /neither H264, VP8, Opus/);
    await group.close();
  });
});
