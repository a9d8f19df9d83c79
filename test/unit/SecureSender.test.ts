import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { describe, it } from 'node:test';
import {
  ProtectionProfileAeadAes128Gcm,
  ProtectionProfileAes128CmHmacSha1_80,
  type RTCDtlsTransport,
  RtpPacket,
  SrtpSession,
} from 'werift';
import { RtpSender } from '../../engine/peer/rtp/send/RtpSender';
import { CmProtection, GcmProtection } from '../../engine/peer/rtp/send/srtpProtection';
import { SrtpSender } from '../../engine/peer/stack/SrtpSender';

/** A transport as the sender sees it after the handshake, and the browser's end of it. */
function setUp(profile: number) {
  const [key, salt] = [randomBytes(16), randomBytes(profile === GCM ? 12 : 14)];
  const keys = {
    localMasterKey: key,
    localMasterSalt: salt,
    remoteMasterKey: key,
    remoteMasterSalt: salt,
  };
  const wire: Buffer[] = [];
  const state = { queued: 0, throws: false, closed: false };
  const socket = {
    getSendQueueSize: () => state.queued,
    send: (parts: Buffer[], port: number, host: string) => {
      if (state.throws) throw new Error('Not running');
      assert.deepEqual([port, host], [40_000, '192.168.1.20']);
      wire.push(Buffer.concat(parts));
    },
  };
  const srtp = new SrtpSession({ keys, profile });
  const transport = {
    state: 'connected',
    dtls: { srtp: { srtpProfile: profile } },
    srtp,
    iceTransport: {
      connection: {
        nominated: {
          protocol: {
            transport: {
              socket,
              get closed() {
                return state.closed;
              },
            },
          },
          remoteAddr: ['192.168.1.20', 40_000],
        } as object | undefined,
      },
    },
  };
  const browser = new SrtpSession({ keys, profile });
  // What the sender uses of a transport, no more.
  const secure = new SrtpSender(transport as unknown as RTCDtlsTransport);
  const rtp = new RtpSender({ payloadType: 102, ssrc: 77, clockRate: 90_000 }, secure);
  return { transport, state, wire, browser, secure, rtp };
}

const GCM = ProtectionProfileAeadAes128Gcm;
const CM = ProtectionProfileAes128CmHmacSha1_80;

for (const { name, profile } of [
  { name: 'AES-GCM', profile: GCM },
  { name: 'AES-CM', profile: CM },
]) {
  describe(`a secure sender with ${name}`, () => {
    it('is understood by another implementation, across the wrap of the sequence number', () => {
      const { rtp, wire, browser } = setUp(profile);
      for (let count = 0; count < 70_000; count += 1) {
        rtp.send([Buffer.from(`packet ${count}`)], count * 33, []);
        const bytes = wire.pop() ?? Buffer.alloc(0);
        // All around the wrap, elsewhere now and then.
        const distance = Math.abs(((bytes.readUInt16BE(2) + 32_768) % 65_536) - 32_768);
        if (distance > 100 && count % 500 !== 0) continue;
        const packet = RtpPacket.deSerialize(browser.decrypt(bytes));
        if (packet.payload.toString() !== `packet ${count}`) assert.fail(`packet ${count}`);
      }
    });

    it('sends nothing, and does not throw, when the transport is closed', () => {
      const { transport, rtp, wire } = setUp(profile);
      transport.state = 'closed';
      rtp.send([Buffer.from('x')], 0, []);
      assert.equal(wire.length, 0);
    });
  });
}

describe('the protection of packets', () => {
  it('has the key stream of RFC 3711 B.2 with AES-CM', () => {
    const key = Buffer.from('2b7e151628aed2a6abf7158809cf4f3c', 'hex');
    const salt = Buffer.from('f0f1f2f3f4f5f6f7f8f9fafbfcfd', 'hex');
    const protection = new CmProtection({ key, salt }, Buffer.alloc(20));
    const [header, body, tag] = protection.protect(Buffer.alloc(12), Buffer.alloc(48), 0);
    assert.equal(
      body?.toString('hex'),
      'e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab41e95b3bb0a2e8dd477901e4fca894c0',
    );
    assert.deepEqual([header?.length, tag?.length], [12, 10]);
  });

  it('is that of RFC 7714 16.1.1 with AES-GCM', () => {
    const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex');
    const salt = Buffer.from('517569642070726f2071756f', 'hex');
    const header = Buffer.from('8040f17b8041f8d35501a0b2', 'hex');
    const payload = Buffer.from(
      '47616c6c696120657374206f6d6e69732064697669736120696e207061727465732074726573',
      'hex',
    );
    const parts = new GcmProtection({ key, salt }).protect(header, payload, 0);
    assert.equal(
      Buffer.concat(parts).toString('hex'),
      '8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f42a5f47a51c7d19b36de3adf8833899d7f27beb16a9152cf765ee4390cce',
    );
  });
});

describe('a secure sender with AES-GCM', () => {
  it('encrypts in a way that one changed bit is noticed', () => {
    const { rtp, wire, browser } = setUp(GCM);
    rtp.send([Buffer.alloc(100, 1)], 0, []);
    const [packet = Buffer.alloc(0)] = wire;
    assert.ok(!packet.includes(Buffer.alloc(20, 1)));
    packet[50] = (packet[50] ?? 0) ^ 1;
    assert.throws(() => browser.decrypt(packet));
  });

  it('says how many bytes it has sent', () => {
    const { secure, wire } = setUp(GCM);
    assert.equal(secure.send(Buffer.alloc(12, 0x80), Buffer.alloc(100), 0), 128);
    assert.equal(wire[0]?.length, 128);
  });

  it('says how much waits in the socket', () => {
    const { secure, state } = setUp(GCM);
    state.queued = 4711;
    assert.equal(secure.backlogBytes, 4711);
  });

  for (const { it: sentence, change } of [
    {
      it: 'there is no path',
      change: ({ transport }: ReturnType<typeof setUp>) => {
        transport.iceTransport.connection.nominated = undefined;
      },
    },
    {
      it: 'its socket is being closed',
      change: ({ state }: ReturnType<typeof setUp>) => {
        state.closed = true;
      },
    },
    {
      it: 'its socket has just been closed',
      change: ({ state }: ReturnType<typeof setUp>) => {
        state.throws = true;
      },
    },
  ]) {
    it(`loses the packet, nothing else, when ${sentence}`, () => {
      const rig = setUp(GCM);
      change(rig);
      assert.equal(rig.secure.send(Buffer.alloc(12), Buffer.alloc(10), 0), 0);
      assert.equal(rig.secure.backlogBytes, 0);
      assert.equal(rig.wire.length, 0);
    });
  }
});
