import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { joinNals } from '../../engine/media/h264/h264';
import type { AccessUnit } from '../../engine/model/AccessUnit';
import { AnswerError } from '../../engine/model/errors/callErrors';
import { Track } from '../../engine/model/Track';
import { PeerGroup } from '../../engine/peer/PeerGroup';
import type { PeerGroupOptions, VideoSource } from '../../engine/peer/PeerGroupOptions';
import type { RemoteMedia } from '../../engine/peer/PeerMedia';
import { ManualOrigin } from '../support/ManualOrigin';
import { unitOf } from '../support/unitOf';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 10_000;
const SPS = Buffer.from('6742c01fd9005005bb016a02020280', 'hex');
const PPS = Buffer.from('68cb83cb20', 'hex');

/** One end: a group, a source that it may send, and everything that it told. */
class End {
  readonly group: PeerGroup;
  readonly origin = new ManualOrigin();
  readonly track = new Track(this.origin, { lingerMs: 0 });
  readonly events: string[] = [];
  readonly media: RemoteMedia[] = [];

  constructor(options: Partial<PeerGroupOptions>) {
    this.group = new PeerGroup({ latency: 'lowest', maxPeers: 4, ...options });
    this.group.on('connected', (_, media) => {
      this.events.push('connected');
      this.media.push(...media);
    });
    this.group.on('begun', (_, media) => {
      this.events.push(`begun: ${media.kind}`);
      this.media.push(media);
    });
    this.group.on('disconnected', (_, cause) => this.events.push(`disconnected: ${cause}`));
    this.group.on('abandoned', (_, cause) => this.events.push(`abandoned: ${cause}`));
    this.group.on('message', (_, channel, data) => this.events.push(`${channel}: ${data}`));
  }

  get source(): VideoSource {
    return { native: undefined, rendition: () => this.track };
  }

  heard(event: string): Promise<true> {
    return waitFor(event, LIMIT_MS, () => this.events.includes(event), { everyMs: 5 });
  }

  /** The units that come on the first media of the other end. */
  watch(): AccessUnit[] {
    const [media] = this.media;
    assert.equal(media?.kind, 'video');
    const units: AccessUnit[] = [];
    this.#watched = new Track(media.origin, { lingerMs: 0 });
    this.#watched.subscribe({ unit: unit => units.push(unit) });
    return units;
  }
  #watched: Track | undefined;

  async close(): Promise<void> {
    await this.#watched?.close();
    await this.group.close();
    await this.track.close();
  }
}

const sockets = () => process.getActiveResourcesInfo().filter(each => each === 'UDPWrap').length;

describe('a call from one group to another', () => {
  let caller: End;
  let callee: End;
  const start = (options: Partial<PeerGroupOptions> = {}) => {
    caller = new End({ isCaller: true, wanted: ['video'], ...options });
    callee = new End({ wanted: ['video'] });
  };
  const call = async () => {
    const { peer, sdp } = await caller.group.offer();
    const answer = await callee.group.answer(sdp);
    await caller.group.accept(peer, answer.sdp);
    await callee.heard('connected');
    return { peer, sdp, answer: answer.sdp };
  };
  /** A call over which something was said, so that its channels are open at both ends. */
  const talk = async () => {
    const { peer } = await call();
    await caller.group.message('hello', { peer });
    await callee.heard('default: hello');
    await callee.group.message('hello');
    await caller.heard('default: hello');
  };
  afterEach(async () => {
    await caller.close();
    await callee.close();
    await waitFor('end of all sockets', 10_000, () => sockets() === 0);
  });

  it('carries messages both ways, those from before it is through too', async () => {
    start();
    const { peer, sdp } = await caller.group.offer();
    const sent = caller.group.message('early', { peer });
    const answer = await callee.group.answer(sdp);
    await caller.group.accept(peer, answer.sdp);
    await callee.heard('default: early');
    await sent;
    await callee.group.message('back');
    await caller.heard('default: back');
  });

  it('carries video both ways on one m-section', async () => {
    start();
    caller.group.send({ video: [caller.source], audio: [] });
    callee.group.send({ video: [callee.source], audio: [] });
    const { sdp, answer } = await call();
    assert.equal(sdp.match(/^m=video/gm)?.length, 1);
    assert.match(answer, /^a=sendrecv\r$/m);
    for (const [from, to] of [
      [caller, callee],
      [callee, caller],
    ] as const) {
      const units = to.watch();
      const slice = Buffer.concat([Buffer.from([0x65]), Buffer.alloc(5000, 'picture')]);
      const data = joinNals([SPS, PPS, slice]);
      await waitFor('unit', LIMIT_MS, () => {
        if (from.track.state === 'live' || from.track.state === 'starting') {
          from.origin.run.unit(
            unitOf({ codec: 'H264', key: true, data, timestampMs: performance.now() }),
          );
        }
        return units.some(unit => unit.data.equals(data));
      });
    }
  });

  it('is hung up at once when the callee closes it, without waiting for silence', async () => {
    start();
    await talk();
    callee.group.closePeer();
    await caller.heard('disconnected: hung up');
  });

  it('is noticed at once when the caller ends it', async () => {
    start();
    await talk();
    await caller.group.close();
    await callee.heard('disconnected: page closed');
  });

  it('goes on when the callee begins to send, of which the caller hears nothing before', async () => {
    start();
    const { answer } = await call();
    assert.match(answer, /^a=sendonly\r$/m);
    assert.equal(caller.media.length, 0);
    callee.group.send({ video: [callee.source], audio: [] });
    await caller.heard('begun: video');
    const units = caller.watch();
    const slice = Buffer.concat([Buffer.from([0x65]), Buffer.alloc(5000, 'picture')]);
    const data = joinNals([SPS, PPS, slice]);
    await waitFor('unit', LIMIT_MS, () => {
      callee.origin.run.unit(
        unitOf({ codec: 'H264', key: true, data, timestampMs: performance.now() }),
      );
      return units.some(unit => unit.data.equals(data));
    });
    // It stops and goes on, which is no news for the track.
    callee.group.send({ video: [], audio: [] });
    callee.group.send({ video: [callee.source], audio: [] });
    await callee.group.message('over');
    await caller.heard('default: over');
    assert.deepEqual(caller.events, ['connected', 'begun: video', 'default: over']);
    assert.deepEqual(callee.events, ['connected']);
  });

  it('is ended to be made anew when it has no room for what is to be sent', async () => {
    start({ wanted: [] });
    await call();
    caller.group.send({ video: [caller.source], audio: [] });
    await caller.heard('disconnected: renewed');
  });

  it('is made anew also when that changed before it was through', async () => {
    start({ wanted: [] });
    const { peer, sdp } = await caller.group.offer();
    caller.group.send({ video: [caller.source], audio: [] });
    const answer = await callee.group.answer(sdp);
    await caller.group.accept(peer, answer.sdp);
    await caller.heard('disconnected: renewed');
  });

  it('stays when the callee does not take what is sent', async () => {
    start();
    callee = new End({ wanted: [] });
    caller.group.send({ video: [caller.source], audio: [] });
    const { peer } = await call();
    caller.group.send({ video: [caller.source], audio: [] });
    await caller.group.message('still there', { peer });
    await callee.heard('default: still there');
    assert.deepEqual(caller.events, ['connected']);
  });

  it('gets through where sections are rejected without a word on codecs', async () => {
    start({ wanted: ['video', 'audio'] });
    const { peer, sdp } = await caller.group.offer();
    const { sdp: answer } = await callee.group.answer(sdp);
    const sections = answer.split(/^(?=m=)/m).map(section => {
      const [, kind] = /^m=(video|audio)/.exec(section) ?? [];
      const mid = /^a=mid:.*$/m.exec(section)?.[0];
      return kind ? `m=${kind} 0 UDP/TLS/RTP/SAVPF 96\r\n${mid}\r\n` : section;
    });
    await caller.group.accept(peer, sections.join(''));
    await callee.heard('connected');
  });

  for (const { it: sentence, change, says } of [
    { it: 'that is no SDP', change: () => 'hello', says: /is not SDP/ },
    {
      it: 'to another offer',
      change: (sdp: string) => sdp.replace(/^m=video/m, 'm=audio'),
      says: /m-lines/,
    },
    {
      it: 'that rejects everything',
      change: (sdp: string) => sdp.replace(/^m=(\w+) 9 /gm, 'm=$1 0 '),
      says: /rejects everything/,
    },
    {
      it: 'without a fingerprint',
      change: (sdp: string) => sdp.replace(/^a=fingerprint.*\r\n/gm, ''),
      says: /no fingerprint/,
    },
    {
      it: 'with several transports',
      change: (sdp: string) => sdp.replace(/^a=group:BUNDLE.*\r\n/m, ''),
      says: /bundles nothing/,
    },
  ]) {
    it(`refuses an answer ${sentence}`, async () => {
      start();
      const { peer, sdp } = await caller.group.offer();
      const answer = await callee.group.answer(sdp);
      await assert.rejects(caller.group.accept(peer, change(answer.sdp)), error => {
        assert.ok(error instanceof AnswerError);
        assert.match(error.message, says);
        return true;
      });
    });
  }

  it('fails when the callee is never reached', async () => {
    start({ handshakeMs: 300 });
    const { peer, sdp } = await caller.group.offer();
    const answer = await callee.group.answer(sdp);
    await callee.group.close();
    await assert.rejects(caller.group.accept(peer, answer.sdp), { code: 'call-failed' });
    assert.deepEqual(caller.events, ['abandoned: handshake timed out']);
  });

  it('takes no answer for an offer that is gone', async () => {
    start();
    const { peer } = await caller.group.offer();
    caller.group.closePeer(peer);
    await caller.heard('abandoned: closed by flow');
    await assert.rejects(caller.group.accept(peer, ''), { code: 'peer-gone' });
  });

  it('frees everything when it is closed in the midst of it, at whatever moment', async () => {
    start();
    for (let moments = 0; moments < 25; moments += 1) {
      const end = new End({ isCaller: true, wanted: ['video'] });
      const calling = end.group
        .offer()
        .then(async ({ peer, sdp }) => {
          const answer = await callee.group.answer(sdp);
          await end.group.accept(peer, answer.sdp);
        })
        .catch(error => error.code);
      for (let moment = 0; moment < moments * 4; moment += 1) await Promise.resolve();
      await end.close();
      await calling;
      callee.group.closePeer();
    }
  });
});
