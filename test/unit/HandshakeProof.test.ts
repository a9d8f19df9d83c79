import assert from 'node:assert/strict';
import { afterEach, describe, it } from 'node:test';
import { CipherContext, type RTCDtlsTransport, RTCPeerConnection } from 'werift';
import { systemClock } from '../../engine/model/Clock';
import { CONTENT_TYPE } from '../../engine/peer/dtls/dtlsRecord';
import { HANDSHAKE_TYPE, HandshakeProof } from '../../engine/peer/dtls/HandshakeProof';
import { DtlsGuard } from '../../engine/peer/stack/DtlsGuard';
import { waitFor } from '../support/waitFor';

const LIMIT_MS = 10_000;

/** What an end signs with, of which a test may change the outcome. */
interface Signing {
  signatureData(data: Buffer, hash: string): Buffer;
  generateKeySignature(hash: string): Buffer;
  verifyData(messages: Buffer): Buffer;
}

interface PairOptions {
  readonly kind?: keyof typeof KEYS;
  readonly change?: Change;
  /** Called with our end. */
  readonly watch?: (ours: RTCDtlsTransport) => void;
}

type Change = (signing: Signing, transport: RTCDtlsTransport) => void;

const KEYS = {
  EC: { hash: 4, signature: 3 },
  RSA: { hash: 4, signature: 1 },
} as const;

const changed = (bytes: Buffer): Buffer => {
  const last = bytes.length - 1;
  return Buffer.concat([bytes.subarray(0, last), Buffer.from([(bytes[last] ?? 0) ^ 1])]);
};

describe('the proof of a handshake', () => {
  const open: RTCPeerConnection[] = [];
  afterEach(async () => {
    for (const each of open) {
      // So that it repeats nothing any more.
      for (const { dtls } of each.dtlsTransports) if (dtls) dtls.dtls.flight = 255;
    }
    await Promise.all(open.splice(0).map(each => each.close()));
  });

  /** Two ends, of which ours is guarded and in this role; the other one has a key of this kind. */
  const pair = async (
    role: 'client' | 'server',
    { kind = 'EC', change, watch: watchOurs }: PairOptions = {},
  ) => {
    const made = await CipherContext.createSelfSignedCertificateWithKey(KEYS[kind], 23);
    const { certPem, keyPem, signatureHash } = made;
    const ours = new RTCPeerConnection({ iceServers: [] });
    const theirs = new RTCPeerConnection({
      iceServers: [],
      dtls: { keys: { certPem, keyPem, signatureHash } },
    });
    open.push(ours, theirs);
    const logged: string[] = [];
    const taken: string[] = [];
    // The one that answers is the client.
    const [offering, answering] = role === 'server' ? [ours, theirs] : [theirs, ours];
    const channel = offering.createDataChannel('data');
    answering.onDataChannel.subscribe(({ label }) => taken.push(label));
    const watch = (connection: RTCPeerConnection) => {
      for (const transport of connection.dtlsTransports) {
        Object.assign(transport.iceTransport.connection, { stunServer: undefined });
        if (connection === ours) {
          new DtlsGuard(transport, systemClock, { log: text => logged.push(text) });
          watchOurs?.(transport);
        } else if (change) changing(transport, change);
      }
    };
    await offering.setLocalDescription(await offering.createOffer());
    watch(offering);
    await answering.setRemoteDescription(offering.localDescription ?? assert.fail());
    watch(answering);
    await answering.setLocalDescription(await answering.createAnswer());
    await offering.setRemoteDescription(answering.localDescription ?? assert.fail());
    const [transport] = ours.dtlsTransports;
    await waitFor('end of the handshake', LIMIT_MS, () =>
      ['connected', 'failed', 'closed'].includes(transport?.state ?? ''),
    );
    assert.equal(transport?.role, role);
    return { state: transport?.state, logged, taken, channel, transport };
  };

  for (const role of ['server', 'client'] as const) {
    for (const kind of ['EC', 'RSA'] as const) {
      it(`lets a peer with a certificate of ${kind} pass, as ${role}`, async () => {
        const { state, logged, channel } = await pair(role, { kind });
        assert.equal(state, 'connected');
        assert.deepEqual(logged, []);
        await waitFor('data channel', LIMIT_MS, () => channel.readyState === 'open');
      });
    }
  }

  for (const { it: sentence, role, change, says } of [
    {
      it: 'a client whose signature is of something else',
      role: 'server',
      change: (signing: Signing) => {
        const sign = signing.signatureData.bind(signing);
        signing.signatureData = (data, hash) => sign(changed(data), hash);
      },
      says: 'the signature of CertificateVerify is wrong',
    },
    {
      it: 'a server whose signature is of something else',
      role: 'client',
      change: (signing: Signing) => {
        const sign = signing.generateKeySignature.bind(signing);
        signing.generateKeySignature = hash => changed(sign(hash));
      },
      says: 'the signature of ServerKeyExchange is wrong',
    },
    ...(['server', 'client'] as const).map(ourRole => ({
      it: `an end that saw another handshake, as ${ourRole}`,
      role: ourRole,
      change: (signing: Signing) => {
        const verifyData = signing.verifyData.bind(signing);
        signing.verifyData = messages => changed(verifyData(messages));
      },
      says: 'the verify_data of Finished is wrong',
    })),
  ] as const) {
    it(`refuses ${sentence}, with one line in the log`, async () => {
      const { state, logged, taken } = await pair(role, { change });
      assert.equal(state, 'failed');
      assert.deepEqual(logged, [`the other end did not prove who it is: ${says}`]);
      assert.deepEqual(taken, []);
    });
  }

  it('takes no data before the end of the handshake, and keeps what overtook it', async () => {
    const states: string[] = [];
    const { transport } = await pair('client', {
      watch: ours => {
        // In the place of the data channels.
        ours.onStateChange.subscribe(() => {
          ours.dataReceiver = () => states.push(ours.state);
        });
      },
      change: (_, { dtls }) => {
        if (!dtls) return;
        const send = dtls.transport.send.bind(dtls.transport);
        let isFirst = true;
        Object.assign(dtls.transport, {
          send: async (datagram: Buffer) => {
            const isFinished = datagram[0] === CONTENT_TYPE.handshake && datagram[4] === 1;
            if (isFinished && isFirst) {
              isFirst = false;
              await dtls.send(Buffer.alloc(12));
            }
            await send(datagram);
          },
        });
      },
    });
    await waitFor('data', LIMIT_MS, () => states.length > 0);
    assert.equal(transport?.state, 'connected');
    assert.ok(
      states.every(state => state === 'connected'),
      states.join(' '),
    );
  });

  it('takes each message once, in its turn, and none in the place of another', () => {
    const { certificate, certificateVerify, clientHello, finished } = HANDSHAKE_TYPE;
    const state = {
      isOpen: true,
      transcript: Buffer.alloc(0),
      masterSecret: Buffer.alloc(48),
      clientRandom: undefined,
      serverRandom: undefined,
    };
    for (const type of [certificateVerify, finished]) {
      const proof = new HandshakeProof(true, () => state);
      proof.check(clientHello, Buffer.alloc(0));
      assert.throws(() => proof.check(type, Buffer.alloc(12)), /is not due/);
    }
    const early = new HandshakeProof(true, () => ({ ...state, isOpen: false }));
    assert.throws(() => early.check(certificate, Buffer.alloc(12)), /is not due/);
    const none = new HandshakeProof(true, () => state);
    assert.throws(() => none.check(certificate, Buffer.alloc(3)), /there is no certificate/);
  });
});

/** Changes what an end signs, as soon as it has its part of the stack. */
function changing(transport: RTCDtlsTransport, change: Change): void {
  transport.onStateChange.subscribe(state => {
    if (state !== 'connecting') return;
    queueMicrotask(() => {
      if (transport.dtls) change(transport.dtls.cipher as unknown as Signing, transport);
    });
  });
}
