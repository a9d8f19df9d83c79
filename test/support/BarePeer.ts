import { type DtlsClient, type RTCCertificate, RTCDtlsTransport } from 'werift';
import { kindOf } from '../../engine/peer/stack/connectivityCheck';
import { CHROMIUM_OFFER } from './browserOffers';
import { LIMIT_MS } from './GroupRig';
import { credentialsOf, RawPeer } from './RawPeer';
import { stackClient } from './stackClient';
import { connectivityCheck } from './stunMessage';
import { waitFor } from './waitFor';

/** Where a ClientHello without a session id says how long its cookie is, and its handshake type. */
const COOKIE_LENGTH_OFFSET = 60;
const TYPE_OFFSET = 13;
const CLIENT_HELLO = 1;

/**
 * A peer whose checks and DTLS are told when to happen, over a bare socket: as libdatachannel does it,
 * DTLS begins as soon as a check was answered, before a path is nominated.
 */
export class BarePeer {
  readonly dtls: DtlsClient;
  readonly #raw: RawPeer;
  readonly #answer: string;
  /** What becomes of a datagram of its DTLS: it is sent, if it is given back. */
  way: (datagram: Buffer) => Buffer[] = datagram => [datagram];
  /** Datagrams of DTLS that came. */
  readonly arrived: Buffer[] = [];
  isConnected = false;

  private constructor(raw: RawPeer, answer: string, certificate: RTCCertificate) {
    this.#raw = raw;
    this.#answer = answer;
    const { client, receive } = stackClient({
      certificate,
      send: datagram => {
        for (const each of this.way(datagram)) raw.send(each);
      },
      connected: () => {
        this.isConnected = true;
      },
    });
    this.dtls = client;
    raw.onMessage = data => {
      if (kindOf(data) !== 'dtls') return;
      this.arrived.push(data);
      receive(data);
    };
  }

  /** @param answer gives the answer to its offer */
  static async to(answer: (offer: string) => Promise<{ sdp: string }>): Promise<BarePeer> {
    const certificate = await RTCDtlsTransport.SetupCertificate();
    const [fingerprint] = certificate.getFingerprints();
    const offer = CHROMIUM_OFFER.replaceAll(
      /^a=fingerprint:.*$/gm,
      `a=fingerprint:${fingerprint?.algorithm} ${fingerprint?.value}\r`,
    ).replaceAll('\r\r', '\r');
    const { sdp } = await answer(offer);
    return new BarePeer(await RawPeer.to(sdp), sdp, certificate);
  }

  /** Checks the path, and settles when that was answered. */
  async check({ nominates = false } = {}): Promise<void> {
    const { fragment, password } = credentialsOf(this.#answer);
    const before = this.#answers;
    this.#raw.send(connectivityCheck({ user: `${fragment}:them`, password, nominates }));
    await waitFor('answer to a check', LIMIT_MS, () => this.#answers > before, { everyMs: 2 });
  }

  /** Begins the handshake. Its first message is not repeated, unlike what comes after. */
  begin(): void {
    const { way } = this;
    let hellos = 0;
    this.way = datagram => {
      const isFirst =
        datagram[TYPE_OFFSET] === CLIENT_HELLO && datagram[COOKIE_LENGTH_OFFSET] === 0;
      if (isFirst) hellos += 1;
      return isFirst && hellos > 1 ? [] : way(datagram);
    };
    // It gives up at the end of the test, if it has not got through.
    void this.dtls.connect().catch(() => {});
  }

  send(datagram: Buffer): void {
    this.#raw.send(datagram);
  }

  /** Its keys are there, and it was told the same by the other end. */
  async connected(): Promise<void> {
    await waitFor('end of the handshake', LIMIT_MS, () => this.isConnected, { everyMs: 2 });
  }

  async close(): Promise<void> {
    // So that it repeats nothing any more.
    this.dtls.dtls.flight = 255;
    await this.#raw.close();
  }

  get #answers(): number {
    return this.#raw.received.filter(each => each.readUInt16BE(0) === 0x0101).length;
  }
}
