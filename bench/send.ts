/**
 * npm run bench:send [-- --small]: what sending one RTP packet costs, in µs of CPU: the floor, which
 * is one AES-128-GCM and one `send` of node:dgram; ours with both ciphers; and the older one through
 * the stack. A table, and JSON. Rounds take turns, and the medians count.
 */
import { createCipheriv, randomBytes } from 'node:crypto';
import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import {
  ProtectionProfileAeadAes128Gcm,
  ProtectionProfileAes128CmHmacSha1_80,
  type RTCDtlsTransport,
  RtpHeader,
  SrtpSession,
} from 'werift';
import { RtpSender } from '../engine/peer/rtp/send/RtpSender';
import { SrtpSender } from '../engine/peer/stack/SrtpSender';
import { UdpSocket } from '../engine/peer/stack/UdpSocket';
import { percentile } from './percentile';
import { resultsJson } from './resultsJson';

/** Packets of one picture: 720p at 2 Mbit/s and 30 a second. */
const PER_PICTURE = 8;
const PAYLOAD = randomBytes(1100);

const { values } = parseArgs({ options: { small: { type: 'boolean', default: false } } });
main(values.small ? 200 : 60_000, values.small ? 1 : 5).catch(error => {
  process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
  process.exitCode = 1;
});

async function main(packets: number, rounds: number): Promise<void> {
  // Nobody reads what comes: the kernel drops it.
  const sink = createSocket('udp4').bind(0, '127.0.0.1');
  await once(sink, 'listening');
  const { port } = sink.address();
  const plain = createSocket('udp4').bind(0);
  await once(plain, 'listening');
  const own = await UdpSocket.open(4, () => {});
  const ways: Record<string, () => void> = {
    floor: floor(plain, port),
    'AES-GCM': ours(own, port, ProtectionProfileAeadAes128Gcm),
    'AES-CM': ours(own, port, ProtectionProfileAes128CmHmacSha1_80),
    'AES-CM through the stack': throughStack(plain, port),
  };
  const costs = Object.keys(ways).map(name => ({ name, us: [] as number[] }));
  for (let round = 0; round < rounds; round += 1) {
    for (const cost of costs) cost.us.push(await costOf(ways[cost.name], packets));
  }
  sink.close();
  plain.close();
  await own.close();
  const results = costs.map(({ name, us }) => ({ name, usPerPacket: percentile(us, 50) }));
  const [{ usPerPacket: least } = { usPerPacket: 1 }] = results;
  for (const { name, usPerPacket } of results) {
    const ratio = (usPerPacket / least).toFixed(2);
    process.stderr.write(`${name.padEnd(26)} ${usPerPacket.toFixed(1)} µs  ${ratio}\n`);
  }
  process.stdout.write(`${resultsJson({ results })}\n`);
}

/** In µs of CPU. */
async function costOf(sendPicture: (() => void) | undefined, packets: number): Promise<number> {
  const before = process.cpuUsage();
  for (let sent = 0; sent < packets; sent += PER_PICTURE) {
    sendPicture?.();
    await turn();
  }
  const { user, system } = process.cpuUsage(before);
  return (user + system) / packets;
}

function floor(socket: Socket, port: number): () => void {
  const [key, iv, header] = [randomBytes(16), randomBytes(12), randomBytes(12)];
  return () => {
    for (let packet = 0; packet < PER_PICTURE; packet += 1) {
      const cipher = createCipheriv('aes-128-gcm', key, iv);
      cipher.setAAD(header);
      const body = cipher.update(PAYLOAD);
      cipher.final();
      socket.send([header, body, cipher.getAuthTag()], port, '127.0.0.1');
    }
  };
}

function ours(socket: UdpSocket, port: number, profile: number): () => void {
  // What the sender uses of a transport.
  const transport = {
    state: 'connected',
    dtls: { srtp: { srtpProfile: profile } },
    srtp: sessionOf(profile),
    iceTransport: {
      connection: {
        nominated: { protocol: { transport: socket }, remoteAddr: ['127.0.0.1', port] },
      },
    },
  } as unknown as RTCDtlsTransport;
  const sender = new RtpSender(
    { payloadType: 102, ssrc: 77, clockRate: 90_000 },
    new SrtpSender(transport),
  );
  const payloads = new Array<Buffer>(PER_PICTURE).fill(PAYLOAD);
  let timestampMs = 0;
  return () => {
    timestampMs += 33;
    sender.send(payloads, timestampMs, []);
  };
}

function throughStack(socket: Socket, port: number): () => void {
  const session = sessionOf(ProtectionProfileAes128CmHmacSha1_80);
  let sequenceNumber = 0;
  return () => {
    for (let packet = 0; packet < PER_PICTURE; packet += 1) {
      sequenceNumber = (sequenceNumber + 1) % 2 ** 16;
      const header = new RtpHeader({ payloadType: 102, ssrc: 77, timestamp: 1, sequenceNumber });
      socket.send(session.encrypt(PAYLOAD, header), port, '127.0.0.1');
    }
  };
}

function sessionOf(profile: number): SrtpSession {
  const [key, salt] = [
    randomBytes(16),
    randomBytes(profile === ProtectionProfileAeadAes128Gcm ? 12 : 14),
  ];
  return new SrtpSession({
    profile: profile as ConstructorParameters<typeof SrtpSession>[0]['profile'],
    keys: {
      localMasterKey: key,
      localMasterSalt: salt,
      remoteMasterKey: key,
      remoteMasterSalt: salt,
    },
  });
}
