import type { RTCDtlsTransport } from 'werift';
import type { Clock } from '../../model/Clock';
import { asError } from '../../model/errors/asError';
import { CONTENT_TYPE, type DtlsRecord, recordsIn } from '../dtls/dtlsRecord';
import {
  type HandshakeFragment,
  HandshakeOrder,
  type OrderedMessage,
} from '../dtls/HandshakeOrder';
import {
  HANDSHAKE_TYPE,
  HandshakeProof,
  HandshakeProofError,
  type HandshakeState,
} from '../dtls/HandshakeProof';
import type { ServerHandshake } from '../dtls/ServerHandshake';
import { kindOf } from './connectivityCheck';
import { FIRST_DATA_RECORD, serveDtls } from './serveDtls';

/** So many early datagrams are kept: a ClientHello in two pieces, and its repetitions. */
const MOST_EARLY = 8;
/** What is wrong is told so often of one transport. */
const MOST_NOTES = 3;
const { finished: FINISHED, serverHelloDone: SERVER_HELLO_DONE } = HANDSHAKE_TYPE;
/** More than any flight has, by which the stack stops to repeat its own. */
const NO_FLIGHT = 255;
/** An alert is level and description (RFC 5246 7.2). */
const FATAL = 2;
const CLOSE_NOTIFY = 0;

/** The stack's private parts that are mended here (pinned version, `~0.24.4`). */
interface Dtls {
  /** Which part of the handshake is ours. */
  readonly sessionType: number;
  readonly connected: boolean;
  readonly dtls: {
    flight: number;
    recordSequenceNumber: number;
    /** Messages of both ends, in their order, without a first ClientHello and its answer. */
    readonly sortedHandshakeCache: readonly { serialize(): Buffer }[];
  };
  readonly cipher: {
    readonly masterSecret?: Buffer;
    readonly localRandom?: { serialize(): Buffer };
    readonly remoteRandom?: { serialize(): Buffer };
    decryptPacket(record: object): Buffer;
  };
  readonly transport: { readonly socket: { onData: (datagram: Buffer) => void } };
  readonly remoteCertificate?: Buffer;
  readonly onClose: { execute(): void };
  readonly onError: { execute(error: Error): void };
  udpOnMessage(datagram: Buffer): void;
  handleFragmentHandshake(fragments: StackFragment[]): StackFragment[];
  handleHandshakes(messages: StackFragment[]): Promise<void>;
}

interface StackFragment extends HandshakeFragment {
  readonly constructor: { assemble(fragments: StackFragment[]): StackFragment };
}

/** Who hears of a handshake. */
export interface DtlsHandlers {
  /** The other end has begun, or has answered us. Called more than once. */
  begun?(): void;
  /** A flight of ours was sent again. */
  repeated?(): void;
  log(text: string): void;
}

/** `SessionType.SERVER` of the stack. */
const SERVER = 2;

/**
 * Stands between an ICE transport and the stack's DTLS:
 * - what a peer sends before we have begun is kept and handed in then: some begin as soon as a path
 *   works, long before they nominate one, and repeat themselves only after a second;
 * - a record without authentication neither ends nor restarts a session (RFC 6347 4.1.2.7): once
 *   the keys are there it is dropped, and an alert counts only when it is signed;
 * - messages of the handshake are taken in their order, and whole (see `HandshakeOrder`): the stack
 *   took them as they came, computed wrong keys, and waited for ever;
 * - the other end has to prove that it holds the key of its certificate, and that both ends saw the
 *   same handshake (see `HandshakeProof`; RFC 5246 7.4.8, 7.4.9, RFC 8422 5.4): a certificate is
 *   public, its fingerprint alone says nothing of who sends it. Until then nothing is taken for data;
 * - as server we shake hands ourselves (see `ServerHandshake`);
 * - what it cannot use is told, not the end;
 * - no number of a record is used twice with the same key (RFC 6347 4.1);
 * - flights are no longer repeated once the transport is closed.
 */
export class DtlsGuard {
  readonly #transport: RTCDtlsTransport;
  readonly #handlers: DtlsHandlers;
  readonly #clock: Clock;
  /** Where our part is that of the server. */
  #server: ServerHandshake | undefined;
  #early: Buffer[] = [];
  #notes = 0;
  #isRefused = false;

  /** To be made before the transport starts. */
  constructor(transport: RTCDtlsTransport, clock: Clock, handlers: DtlsHandlers) {
    this.#transport = transport;
    this.#clock = clock;
    this.#handlers = handlers;
    const early = transport.iceTransport.connection.onData.subscribe(data => this.#keep(data));
    transport.onStateChange.subscribe(state => {
      // The stack makes its part right after it has said so.
      if (state === 'connecting') queueMicrotask(() => this.#begin());
      if (state === 'connected') this.#connected();
      if (state !== 'connecting') early.unSubscribe();
      if (state === 'closed' || state === 'failed') this.#ended();
    });
  }

  get #dtls(): Dtls | undefined {
    return this.#transport.dtls as unknown as Dtls | undefined;
  }

  #keep(data: Buffer): void {
    if (!this.#dtls && kindOf(data) === 'dtls') this.#keepEarly(data);
  }

  #keepEarly(datagram: Buffer): void {
    this.#early.push(datagram);
    // The newest: of repetitions any will do.
    if (this.#early.length > MOST_EARLY) this.#early.shift();
  }

  #begin(): void {
    const dtls = this.#dtls;
    if (!dtls) return;
    dtls.transport.socket.onData = datagram => this.#receive(dtls, datagram);
    if (dtls.sessionType === SERVER) this.#serve(dtls);
    else this.#followClient(dtls);
    this.#receiveEarly(dtls);
  }

  #serve(dtls: Dtls): void {
    this.#server = serveDtls(this.#transport, this.#clock, {
      begun: () => this.#handlers.begun?.(),
      repeated: () => this.#handlers.repeated?.(),
      refused: error => this.#refuse(dtls, error.message),
      note: text => this.#note(text),
    });
  }

  /** The stack's own client, which is handed what is due. */
  #followClient(dtls: Dtls): void {
    const order = new HandshakeOrder<StackFragment>(fragments =>
      // Of the stack's own class, which alone it can put into bytes again.
      (fragments[0] as StackFragment).constructor.assemble(fragments),
    );
    const proof = new HandshakeProof(false, () => stateOf(dtls));
    dtls.handleFragmentHandshake = fragments => {
      for (const each of fragments.flatMap(fragment => order.take(fragment))) {
        if (!isOfUse(dtls, each)) continue;
        if (!this.#isProven(dtls, proof, each)) continue;
        if (!each.isRepeated) this.#handlers.begun?.();
        this.#handOver(dtls, each.message);
      }
      return [];
    };
  }

  #receiveEarly(dtls: Dtls): void {
    const early = this.#early;
    this.#early = [];
    for (const datagram of early) this.#receive(dtls, datagram);
  }

  #isProven(dtls: Dtls, proof: HandshakeProof, each: OrderedMessage<StackFragment>): boolean {
    if (this.#isRefused) return false;
    const { msg_type: type, fragment } = each.message;
    // What the stack answers again needs one that was taken.
    if (each.isRepeated) return proof.hasTaken(type);
    try {
      proof.check(type, fragment);
      // The stack is about to compare the fingerprint of the certificate that it holds.
      const isSame = type !== FINISHED || dtls.remoteCertificate?.equals(proof.certificate);
      if (!isSame) throw new HandshakeProofError('its certificate is another');
      return true;
    } catch (error) {
      this.#refuse(dtls, asError(error).message);
      return false;
    }
  }

  #refuse(dtls: Dtls, reason: string): void {
    if (this.#isRefused) return;
    this.#isRefused = true;
    const text = `the other end did not prove who it is: ${reason}`;
    this.#handlers.log(text);
    dtls.onError.execute(new Error(text));
  }

  #receive(dtls: Dtls, datagram: Buffer): void {
    if (this.#isRefused) return;
    for (const record of recordsIn(datagram)) {
      if (!this.#admits(dtls, record)) continue;
      if (this.#server && record.type === CONTENT_TYPE.handshake) this.#server.receive(record);
      else dtls.udpOnMessage(record.bytes);
    }
  }

  #admits(dtls: Dtls, record: DtlsRecord): boolean {
    switch (record.type) {
      case CONTENT_TYPE.data:
        return record.epoch > 0 && this.#takesData(record);
      case CONTENT_TYPE.handshake:
        // Finished is the first message that is encrypted (RFC 5246 7.4.9).
        return record.epoch > 0 || (!dtls.connected && record.fragment[0] !== FINISHED);
      case CONTENT_TYPE.alert:
        this.#alert(dtls, record);
        return false;
      default:
        // The stack needs no change of the cipher, and takes what it does not know for the end.
        return false;
    }
  }

  /** What overtook the end of the handshake is kept until then. */
  #takesData({ bytes }: DtlsRecord): boolean {
    const { state } = this.#transport;
    if (state === 'connecting') this.#keepEarly(bytes);
    return state === 'connected';
  }

  #alert(dtls: Dtls, record: DtlsRecord): void {
    const { type: contentType, version: protocolVersion, epoch, sequence, fragment } = record;
    if (epoch === 0) {
      if (!dtls.connected) this.#note(`alert ${fragment[1]} of the other end`);
      return;
    }
    const recordLayerHeader = {
      contentType,
      protocolVersion,
      epoch,
      sequenceNumber: sequence,
      contentLen: fragment.length,
    };
    try {
      const [level, description] = dtls.cipher.decryptPacket({ recordLayerHeader, fragment });
      if (level === FATAL || description === CLOSE_NOTIFY) dtls.onClose.execute();
    } catch {
      // Not from our peer, or from before there were keys.
    }
  }

  #handOver(dtls: Dtls, message: StackFragment): void {
    dtls.handleHandshakes([message]).catch((error: unknown) => {
      // Anybody may have sent it: the other end goes on, or the time for the handshake is over.
      if (!dtls.connected) this.#note(asError(error).message);
    });
  }

  #note(text: string): void {
    this.#notes += 1;
    if (this.#notes <= MOST_NOTES) this.#handlers.log(`the handshake does not get on: ${text}`);
  }

  #connected(): void {
    const dtls = this.#dtls;
    if (!dtls) return;
    const context = dtls.dtls;
    // The stack begins again at 1 behind its Finished, which had a number above that.
    context.recordSequenceNumber = Math.max(context.recordSequenceNumber, FIRST_DATA_RECORD);
    // Once it has made what takes the data.
    setImmediate(() => this.#receiveEarly(dtls));
  }

  #ended(): void {
    this.#early = [];
    this.#server?.close();
    if (this.#dtls) this.#dtls.dtls.flight = NO_FLIGHT;
  }
}

function stateOf({ dtls, cipher }: Dtls): HandshakeState {
  return {
    isOpen: true,
    transcript: Buffer.concat(dtls.sortedHandshakeCache.map(message => message.serialize())),
    masterSecret: cipher.masterSecret,
    clientRandom: cipher.localRandom?.serialize(),
    serverRandom: cipher.remoteRandom?.serialize(),
  };
}

/** A message whose turn it is; of those that came before, one that we have to answer again. */
function isOfUse(dtls: Dtls, { message, isRepeated }: OrderedMessage<StackFragment>): boolean {
  if (dtls.connected) return false;
  return !isRepeated || message.msg_type === SERVER_HELLO_DONE;
}
