import { randomBytes } from 'node:crypto';
import type { Clock } from '../../model/Clock';
import { asError } from '../../model/errors/asError';
import { type ClientHello, parseClientHello } from './ClientHello';
import { CONTENT_TYPE, type DtlsRecord, recordBytes } from './dtlsRecord';
import { type FlightMessage, FlightSender, messageBytes } from './FlightSender';
import { type HandshakeFragment, HandshakeOrder, type OrderedMessage } from './HandshakeOrder';
import {
  HANDSHAKE_TYPE,
  HandshakeProof,
  HandshakeProofError,
  VERIFY_DATA_BYTES,
} from './HandshakeProof';
import { assembled, fragmentsIn } from './handshakeFragments';
import { CURVES, type Curve, type KeyShare, newKeyShare } from './KeyShare';
import type { OwnIdentity } from './OwnIdentity';
import { prf, sha256 } from './prf';
import { type KeyMaterial, RecordCipher } from './RecordCipher';
import {
  certificateMessage,
  certificateRequest,
  serverHello,
  serverKeyExchange,
} from './serverMessages';

/** What both ends have agreed on. */
export interface DtlsSession extends KeyMaterial {
  readonly cipher: RecordCipher;
  readonly suite: number;
  /** Undefined if the client offers none. */
  readonly srtpProfile: number | undefined;
  /** Of the client, DER. It holds the key of this certificate; whose it is the SDP tells. */
  readonly certificate: Buffer;
}

/** What a handshake needs, and tells. */
export interface ServerHandshakeOptions {
  readonly identity: OwnIdentity;
  /** Profiles for media that we know, the best first (RFC 5764 4.1.2). */
  readonly srtpProfiles: readonly number[];
  readonly clock: Clock;
  send(datagram: Buffer): void;
  /** Called once: the client has begun. */
  begun(): void;
  /** Called whenever a flight was sent again. */
  repeated(): void;
  /** Called once. What is secret may be sent from now on. */
  finished(session: DtlsSession): void;
  /** Called once: the client has not proven who it is. */
  refused(error: HandshakeProofError): void;
  /** Called on what cannot be used, and does not end it. */
  note(text: string): void;
}

const TYPE = HANDSHAKE_TYPE;
const P256: Curve = 23;
const MASTER_SECRET_BYTES = 48;
/** So many records are kept that came before their keys: a flight in pieces may come in any order. */
const MOST_EARLY = 4;
/** Alert (RFC 5246 7.2): fatal, handshake_failure. */
const HANDSHAKE_FAILURE = Buffer.from([2, 40]);

/** What the handshake knows once it has answered. */
interface Answered {
  readonly hello: ClientHello;
  readonly share: KeyShare;
  readonly serverRandom: Buffer;
  readonly srtpProfile: number | undefined;
}

/**
 * A handshake of DTLS 1.2 as server (RFC 6347 4.2, RFC 5246 7.3): ECDHE, AES-128-GCM, and a
 * certificate of either end. It asks for no cookie: it is only given what comes over a path that our
 * peer has signed a check of, which says more (RFC 6347 4.2.1 lets that be left out; browsers and
 * libdatachannel do, too), and saves a way there and back. It ends in `finished`, in `refused`, or is
 * closed by whoever limits its time.
 */
export class ServerHandshake {
  readonly #options: ServerHandshakeOptions;
  readonly #sender: FlightSender;
  readonly #proof: HandshakeProof;
  #order = new HandshakeOrder(assembled);
  #first: Buffer | undefined;
  #transcript = Buffer.alloc(0);
  #answered: Answered | undefined;
  #keys: (KeyMaterial & { readonly cipher: RecordCipher }) | undefined;
  #early: DtlsRecord[] = [];
  #isRefused = false;
  #isClosed = false;
  #isThrough = false;

  constructor(options: ServerHandshakeOptions) {
    this.#options = options;
    this.#sender = new FlightSender(options);
    this.#proof = new HandshakeProof(true, () => ({
      isOpen: this.#answered !== undefined,
      transcript: this.#transcript,
      masterSecret: this.#keys?.masterSecret,
      clientRandom: this.#answered?.hello.random,
      serverRandom: this.#answered?.serverRandom,
    }));
  }

  /** Takes a record of the handshake, in whatever order they come. */
  receive(record: DtlsRecord): void {
    if (this.#isClosed || this.#isRefused) return;
    const bytes = record.epoch === 0 ? record.fragment : this.#decrypted(record);
    for (const fragment of fragmentsIn(bytes)) {
      // Finished is the one message that is encrypted (RFC 5246 7.4.9).
      if ((fragment.msg_type === TYPE.finished) !== record.epoch > 0) continue;
      for (const message of this.#order.take(fragment)) this.#take(message);
    }
  }

  /** Sends nothing from now on. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#sender.close();
  }

  #decrypted(record: DtlsRecord): Buffer {
    if (!this.#keys) {
      if (this.#early.length < MOST_EARLY) this.#early.push(record);
      return Buffer.alloc(0);
    }
    try {
      return this.#keys.cipher.decrypt(record, record.fragment);
    } catch {
      return Buffer.alloc(0); // Not from our peer.
    }
  }

  #take({ message, isRepeated }: OrderedMessage<HandshakeFragment>): void {
    const { msg_type: type, fragment: body } = message;
    if (this.#isRefused) return;
    if (isRepeated) this.#takeRepeated(type, body);
    else if (this.#isThrough) return;
    else if (type === TYPE.clientHello) this.#takeHello(message);
    else this.#takeProof(message);
  }

  /** The client repeats its flight, because it has not got ours. */
  #takeRepeated(type: number, body: Buffer): void {
    const isHello = type === TYPE.clientHello && !this.#isThrough && this.#keys === undefined;
    if (isHello && this.#first?.equals(body)) this.#sender.repeat();
    if (type === TYPE.finished && this.#isThrough) this.#sender.repeat();
  }

  #takeHello(message: HandshakeFragment): void {
    try {
      this.#answer(message);
    } catch (error) {
      this.#options.note(asError(error).message);
      const head = { type: CONTENT_TYPE.alert, epoch: 0, sequence: 0 };
      this.#options.send(recordBytes(head, HANDSHAKE_FAILURE));
      // Whoever sent this one: the next may be of use.
      this.#order = new HandshakeOrder(assembled);
    }
  }

  #answer(message: HandshakeFragment): void {
    if (this.#answered) return;
    const { identity, srtpProfiles } = this.#options;
    const hello = parseClientHello(message.fragment);
    if (!hello.suites.includes(identity.suite)) throw new Error('there is no cipher in common');
    const groups = hello.groups.length > 0 ? hello.groups : [P256];
    const curve = CURVES.find(each => each === groups.find(isCurve));
    if (!curve) throw new Error('there is no curve in common');
    const srtpProfile = srtpProfiles.find(each => hello.srtpProfiles.includes(each));
    const isWithout = hello.srtpProfiles.length > 0 && srtpProfile === undefined;
    if (isWithout) throw new Error('there is no cipher for media in common');
    const share = newKeyShare(curve);
    const serverRandom = randomBytes(32);
    const randoms = Buffer.concat([hello.random, serverRandom]);
    this.#first = Buffer.from(message.fragment);
    this.#answered = { hello, share, serverRandom, srtpProfile };
    const { hasExtendedMasterSecret, hasPointFormats } = hello;
    const messages = numbered([
      [
        TYPE.serverHello,
        serverHello({
          random: serverRandom,
          suite: identity.suite,
          srtpProfile,
          hasExtendedMasterSecret,
          hasPointFormats,
        }),
      ],
      [TYPE.certificate, certificateMessage(identity.certificate)],
      [TYPE.serverKeyExchange, serverKeyExchange(share, randoms, identity)],
      [TYPE.certificateRequest, certificateRequest()],
      [TYPE.serverHelloDone, Buffer.alloc(0)],
    ]);
    this.#hash(whole(message), ...messages);
    this.#sender.begin({ messages, isLast: false });
    this.#options.begun();
  }

  #takeProof(message: HandshakeFragment): void {
    const { msg_type: type, fragment: body } = message;
    try {
      this.#proof.check(type, body);
      this.#hash(whole(message));
      if (type === TYPE.clientKeyExchange) this.#deriveKeys(body);
      if (type === TYPE.finished) this.#finish();
    } catch (error) {
      this.#refuse(error);
    }
  }

  #refuse(error: unknown): void {
    this.#isRefused = true;
    this.#sender.close();
    const { message } = asError(error);
    const isOfProof = error instanceof HandshakeProofError;
    this.#options.refused(isOfProof ? error : new HandshakeProofError(message, { cause: error }));
  }

  // ClientKeyExchange (RFC 8422 5.7):
  //   0        1
  //   | length | public key
  #deriveKeys(body: Buffer): void {
    if (!this.#answered) return;
    const { hello, share, serverRandom } = this.#answered;
    const secret = share.secretWith(body.subarray(1, 1 + (body[0] ?? 0)));
    const randoms = Buffer.concat([hello.random, serverRandom]);
    // What was hashed so far makes the secret this handshake's alone (RFC 7627 4).
    const masterSecret = hello.hasExtendedMasterSecret
      ? prf(secret, 'extended master secret', sha256(this.#transcript), MASTER_SECRET_BYTES)
      : prf(secret, 'master secret', randoms, MASTER_SECRET_BYTES);
    const material = { masterSecret, clientRandom: hello.random, serverRandom };
    this.#keys = { ...material, cipher: new RecordCipher(material) };
    const early = this.#early;
    this.#early = [];
    // Behind what is left of this datagram.
    if (early.length > 0) queueMicrotask(() => early.forEach(record => void this.receive(record)));
  }

  #finish(): void {
    if (!this.#keys || !this.#answered) return;
    const { masterSecret, cipher } = this.#keys;
    const hash = sha256(this.#transcript);
    const body = prf(masterSecret, 'server finished', hash, VERIFY_DATA_BYTES);
    const { certificate } = this.#proof;
    this.#isThrough = true;
    const sequence = OWN_MESSAGES;
    const finished = { type: TYPE.finished, sequence, body };
    this.#sender.begin({ messages: [finished], cipher, isLast: true });
    const { srtpProfile } = this.#answered;
    const { suite } = this.#options.identity;
    this.#options.finished({ ...this.#keys, suite, srtpProfile, certificate });
  }

  #hash(...messages: readonly FlightMessage[]): void {
    this.#transcript = Buffer.concat([this.#transcript, ...messages.map(messageBytes)]);
  }
}

/** Messages of ours before Finished. */
const OWN_MESSAGES = 5;

function isCurve(group: number): boolean {
  return CURVES.some(curve => curve === group);
}

function numbered(messages: readonly (readonly [type: number, body: Buffer])[]): FlightMessage[] {
  return messages.map(([type, body], sequence) => ({ type, sequence, body }));
}

function whole({ msg_type: type, message_seq: sequence, fragment: body }: HandshakeFragment) {
  return { type, sequence, body };
}
