import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { MediaLine } from '../../client/media/MediaLine';
import { directionOf } from '../../client/media/MediaSection';

const trackOf = (kind: 'video' | 'audio') => ({ kind }) as MediaStreamTrack;

/** The part of a peer connection that lines use, driven by hand. */
class ManualPeer extends EventTarget {
  readonly added: { track: MediaStreamTrack | string; direction: string; sent: unknown[] }[] = [];

  addTransceiver(track: MediaStreamTrack | string, { direction }: RTCRtpTransceiverInit) {
    const sent: unknown[] = [];
    this.added.push({ track, direction: direction ?? '', sent });
    const sender = { replaceTrack: async (next: unknown) => void sent.push(next) };
    return { sender, direction, currentDirection: direction };
  }

  /** Lets the other side's track come, in the stream `name`. */
  receive(kind: 'video' | 'audio', name: string): void {
    const event = new Event('track');
    this.dispatchEvent(Object.assign(event, { track: trackOf(kind), streams: [name] }));
  }
}

describe('directionOf', () => {
  const track = trackOf('video');
  for (const { it: sentence, receive, sent, direction } of [
    { it: 'is inactive when nothing is wanted', receive: false, sent: null, direction: 'inactive' },
    { it: 'only receives', receive: true, sent: null, direction: 'recvonly' },
    { it: 'only sends', receive: false, sent: track, direction: 'sendonly' },
    { it: 'does both', receive: true, sent: track, direction: 'sendrecv' },
  ]) {
    it(sentence, () =>
      assert.equal(directionOf({ receive, track: sent, stream: null }), direction),
    );
  }
});

describe('a media line', () => {
  before(() => {
    globalThis.MediaStream ??= class {} as typeof MediaStream;
  });

  let offersAsked = 0;
  function connected() {
    offersAsked = 0;
    const line = new MediaLine('video', () => {
      offersAsked += 1;
    });
    line.offerToReceive();
    const peer = new ManualPeer();
    const join = (next: ManualPeer, standby: boolean) => {
      const section = line.adopt(next as unknown as RTCPeerConnection, standby);
      section.prepareOffer();
      return section;
    };
    join(peer, false);
    return { line, peer, join };
  }

  it('asks for no offer while there is no connection to renew', () => {
    const line = new MediaLine('video', () => assert.fail('asked'));
    line.putSubscription(trackOf('video'));
    line.offerToReceive();
    assert.equal(line.wish.receive, true);
  });

  it('asks for an offer when a connection that only receives is to send', () => {
    const { line } = connected();
    line.putSubscription(trackOf('video'));
    assert.equal(offersAsked, 1);
  });

  it('asks for none to stop, or to send another track', () => {
    const { line, join } = connected();
    line.putSubscription(trackOf('video'));
    const second = new ManualPeer();
    join(second, true);
    const other = trackOf('video');
    line.putSubscription(null);
    line.putSubscription(other);
    assert.equal(offersAsked, 1);
    assert.deepEqual(second.added[0]?.sent, [null, other]);
  });

  it('sends the track that is put on each connection to come', () => {
    const { line, join } = connected();
    const track = trackOf('video');
    line.putSubscription(track);
    for (const peer of [new ManualPeer(), new ManualPeer()]) {
      join(peer, false);
      assert.deepEqual(
        peer.added.map(({ direction, track }) => ({ direction, track })),
        [{ direction: 'sendrecv', track }],
      );
    }
  });

  it('shows what a connection standing by receives only when told to', () => {
    const { line, peer, join } = connected();
    const shown: unknown[] = [];
    line.subscribe(stream => shown.push(stream));
    peer.receive('video', 'first');
    const successor = new ManualPeer();
    const section = join(successor, true);
    successor.receive('video', 'second');
    assert.deepEqual(shown, ['first']);
    line.show(section);
    assert.deepEqual(shown, ['first', 'second']);
    assert.equal(line.incomingStream, 'second');
  });

  it('gives who subscribes late the stream that is there', () => {
    const { line, peer } = connected();
    peer.receive('audio', 'not its kind');
    peer.receive('video', 'first');
    const shown: unknown[] = [];
    line.subscribe(stream => shown.push(stream));
    assert.deepEqual(shown, ['first']);
  });

  it('shows a stream only when the other side sends something on it', () => {
    const line = new MediaLine('video');
    line.offerToReceive();
    const peer = new ManualPeer();
    const section = line.adopt(peer as unknown as RTCPeerConnection);
    section.prepareOffer();
    section.isSent = false;
    const shown: unknown[] = [];
    line.subscribe(stream => shown.push(stream));
    peer.receive('video', 'first');
    assert.deepEqual([shown, line.incomingStream, line.receives], [[], null, false]);
    section.isSent = true;
    section.isSent = true;
    assert.deepEqual([shown, line.incomingStream, line.receives], [['first'], 'first', true]);
  });
});
