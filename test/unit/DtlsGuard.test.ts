import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { recordsIn } from '../../engine/peer/dtls/dtlsRecord';
import type { PeerGroupOptions } from '../../engine/peer/PeerGroupOptions';
import type { HandshakeReport } from '../../engine/peer/PeerHandshake';
import { BarePeer } from '../support/BarePeer';
import { GroupRig, LIMIT_MS, sockets } from '../support/GroupRig';
import { waitFor } from '../support/waitFor';

/** Records of epoch 0, which nobody has signed (RFC 6347 4.1): type, then 6 bytes of number. */
const record = (type: string, fragment: string) =>
  Buffer.from(
    `${type}fefd0000000000000063${(fragment.length / 2).toString(16).padStart(4, '0')}${fragment}`,
    'hex',
  );
const CLOSE_NOTIFY = record('15', '0100');
const HANDSHAKE_FAILURE = record('15', '0228');
const HEARTBEAT = record('18', '0100');

describe('the DTLS of a peer', () => {
  let rig = new GroupRig();
  const peers: BarePeer[] = [];
  const start = (options: Partial<PeerGroupOptions> = {}) => {
    rig = new GroupRig(options);
    return rig;
  };
  const bare = async () => {
    const peer = await BarePeer.to(offer => rig.group.answer(offer));
    peers.push(peer);
    return peer;
  };
  const handshake = async () => {
    const peer = await bare();
    await peer.check({ nominates: true });
    peer.begin();
    await peer.connected();
    return peer;
  };
  afterEach(async () => {
    await Promise.all(peers.splice(0).map(each => each.close()));
    await rig.close();
    await waitFor('end of all sockets', 10_000, () => sockets() === 0);
  });

  it('takes what came before the path was nominated, from fifty peers at once', async () => {
    const { group } = start({ maxPeers: 60 });
    const all = await Promise.all(Array.from({ length: 50 }, bare));
    await Promise.all(
      all.map(async peer => {
        await peer.check();
        peer.begin();
        await peer.check();
        await peer.check({ nominates: true });
        await peer.connected();
      }),
    );
    await waitFor('all peers', LIMIT_MS, () => group.size === 50);
  });

  it('lets more than 64 that come at once wait for each other, and all get through', async () => {
    const { group } = start({ maxPeers: 100 });
    await Promise.all(Array.from({ length: 90 }, handshake));
    await waitFor('all peers', LIMIT_MS, () => group.size === 90);
  });

  it('is through though its certificate comes behind what follows it', async () => {
    start();
    const peer = await bare();
    let late: Buffer | undefined;
    peer.way = datagram => {
      const isCertificate = datagram[0] === 22 && datagram[13] === 11 && datagram[4] === 0;
      if (isCertificate && !late) {
        late = datagram;
        return [];
      }
      const isVerified = datagram[13] === 15;
      return isVerified && late ? [datagram, late] : [datagram];
    };
    await peer.check({ nominates: true });
    peer.begin();
    await peer.connected();
    await rig.heard('connected');
  });

  it('is through though the first message comes once more behind the second', async () => {
    start();
    const peer = await bare();
    let first: Buffer | undefined;
    peer.way = datagram => {
      if (datagram[13] !== 1) return [datagram];
      first ??= datagram;
      return first === datagram ? [datagram] : [datagram, first];
    };
    await peer.check({ nominates: true });
    peer.begin();
    await peer.connected();
    await rig.heard('connected');
  });

  for (const { it: sentence, records } of [
    { it: 'an alert that is not signed', records: () => [CLOSE_NOTIFY, HANDSHAKE_FAILURE] },
    { it: 'a record of a kind that DTLS 1.2 does not have', records: () => [HEARTBEAT] },
    { it: 'a handshake that is not signed', records: (hellos: Buffer[]) => hellos },
  ]) {
    it(`is neither ended nor begun anew by ${sentence}, wherever it comes from`, async () => {
      const { events } = start();
      const peer = await bare();
      const hellos: Buffer[] = [];
      peer.way = datagram => {
        if (datagram[13] === 1) hellos.push(datagram);
        return [datagram];
      };
      await peer.check({ nominates: true });
      peer.begin();
      await peer.connected();
      for (const each of records(hellos)) peer.send(each);
      // Behind those in the same queue.
      await peer.check();
      assert.deepEqual(events, ['connected']);
      // The keys are still those of the beginning: what is signed with them counts.
      peer.send(signedClose(peer));
      await rig.heard('disconnected: page closed');
    });
  }

  it('goes on where an alert that is not signed comes in the midst of the handshake', async () => {
    start();
    const peer = await bare();
    peer.way = datagram => [CLOSE_NOTIFY, HANDSHAKE_FAILURE, datagram];
    await peer.check({ nominates: true });
    peer.begin();
    await peer.connected();
    await rig.heard('connected');
  });

  it('is refused at once where the other end cannot sign with the key of its certificate', async () => {
    const { events } = start();
    const logged: string[] = [];
    rig.group.on('log', text => logged.push(text));
    const peer = await bare();
    const { cipher } = peer.dtls;
    const sign = cipher.signatureData.bind(cipher);
    cipher.signatureData = (data, hash) => sign(Buffer.concat([data, Buffer.from([0])]), hash);
    await peer.check({ nominates: true });
    peer.begin();
    await rig.heard('abandoned: connection failed');
    assert.deepEqual(events, ['abandoned: connection failed']);
    assert.equal(peer.isConnected, false);
    const lines = logged.filter(text => text.includes('did not prove who it is'));
    assert.equal(lines.length, 1, logged.join('\n'));
  });

  it('says why it does not get on, once it comes to nothing', async () => {
    const { events } = start({ handshakeMs: 300 });
    const logged: string[] = [];
    rig.group.on('log', text => logged.push(text));
    const peer = await bare();
    await peer.check({ nominates: true });
    for (let round = 0; round < 10; round += 1) peer.send(HANDSHAKE_FAILURE);
    await rig.heard('abandoned: handshake timed out');
    assert.deepEqual(events, ['abandoned: handshake timed out']);
    assert.equal(logged.length, 3);
    assert.match(logged[0] ?? '', /^the handshake does not get on: alert 40 of the other end/);
  });

  for (const { step, come } of [
    { step: 'unreached', come: async () => {} },
    { step: 'undecided', come: (peer: BarePeer) => peer.check() },
    { step: 'silent', come: (peer: BarePeer) => peer.check({ nominates: true }) },
    {
      step: 'unfinished',
      come: async (peer: BarePeer) => {
        await peer.check({ nominates: true });
        // Nothing but its first message arrives.
        peer.way = datagram => (datagram[13] === 1 ? [datagram] : []);
        peer.begin();
      },
    },
  ]) {
    it(`tells of one that came to nothing how far it came: ${step}`, async () => {
      start({ handshakeMs: 1000 });
      const reports: HandshakeReport[] = [];
      rig.group.on('abandoned', (_peer, _cause, handshake) => reports.push(handshake));
      await come(await bare());
      await rig.heard('abandoned: handshake timed out');
      const [report] = reports;
      assert.equal(report?.step, step);
      const { handshakeMs = 0, handshakeRepeats, pathChecks = 0 } = report?.figures ?? {};
      assert.ok(handshakeMs > 900, `${handshakeMs} ms`);
      assert.equal(pathChecks > 0, step !== 'unreached');
      // After 0.4 s; the next one would be due after 1.2 s.
      assert.equal(handshakeRepeats, step === 'unfinished' ? 1 : 0);
    });
  }

  it('uses no number of a record twice with the same key', async () => {
    const { group } = start();
    const browser = rig.browser();
    const offer = await browser.offer();
    const arrived: Buffer[] = [];
    for (const { connection } of browser.connection.iceTransports) {
      connection.onData.subscribe(data => arrived.push(data));
    }
    await browser.accept((await group.answer(offer)).sdp);
    await browser.channel();
    for (let message = 0; message < 20; message += 1) await group.message('one more');
    const signed = () => arrived.flatMap(recordsIn).filter(({ epoch }) => epoch === 1);
    await waitFor('data', LIMIT_MS, () => signed().length > 20);
    const numbers = signed().map(({ sequence }) => sequence);
    assert.equal(new Set(numbers).size, numbers.length, numbers.join(' '));
  });

  it('is through as usual where nothing is odd', async () => {
    start();
    await handshake();
    await rig.heard('connected');
  });
});

/** A close_notify that its peer has signed. */
function signedClose({ dtls }: BarePeer): Buffer {
  const header = {
    contentType: 21,
    protocolVersion: { major: 254, minor: 253 },
    epoch: 1,
    sequenceNumber: 1000,
    contentLen: 2,
  };
  const { fragment } = dtls.cipher.encryptPacket({
    recordLayerHeader: header,
    fragment: Buffer.from([1, 0]),
  } as unknown as Parameters<typeof dtls.cipher.encryptPacket>[0]);
  const head = Buffer.from('15fefd00010000000003e80000', 'hex');
  head.writeUInt16BE(fragment.length, 11);
  return Buffer.concat([head, fragment]);
}
