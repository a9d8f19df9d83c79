import type { RTCDtlsTransport } from 'werift';
import type { Clock } from '../../model/Clock';
import { ownIdentity } from '../dtls/OwnIdentity';
import type { RecordHead } from '../dtls/RecordCipher';
import {
  type DtlsSession,
  ServerHandshake,
  type ServerHandshakeOptions,
} from '../dtls/ServerHandshake';

/** The stack's private parts that are filled in here (pinned version, `~0.24.4`). */
interface StackServer {
  connected: boolean;
  readonly dtls: {
    epoch: number;
    flight: number;
    recordSequenceNumber: number;
    readonly options: { readonly srtpProfiles?: readonly number[] };
  };
  readonly cipher: {
    masterSecret?: Buffer;
    localRandom?: { serialize(): Buffer };
    remoteRandom?: { serialize(): Buffer };
    cipherSuite?: number;
    remoteCertificate?: Buffer;
    cipher?: StackCipher;
  };
  readonly srtp: { srtpProfile?: number };
  readonly transport: { send(datagram: Buffer): Promise<void> };
  readonly onConnect: { execute(): void };
}

/** A cipher as the stack uses one. */
interface StackCipher {
  encrypt(end: number, data: Buffer, header: StackHeader): Buffer;
  decrypt(end: number, fragment: Buffer, header: StackHeader): Buffer;
}

interface StackHeader {
  readonly type: number;
  readonly epoch: number;
  readonly sequenceNumber: number;
}

/** What hears of the handshake. */
export type ServedHandlers = Pick<
  ServerHandshakeOptions,
  'begun' | 'repeated' | 'refused' | 'note'
>;

/** Beyond the flight of the server that the stack would send last: it sends none by itself. */
const LAST_FLIGHT = 6;
/** Beyond the number of any record of a handshake. */
export const FIRST_DATA_RECORD = 64;

/**
 * Shakes hands in place of the stack's DTLS server, which computes keys in JavaScript, sends each
 * message of a flight by itself, and asks for a cookie that ICE has made needless. What both ends
 * have agreed on is filled into the stack's parts, which send and receive data with it.
 */
export function serveDtls(
  transport: RTCDtlsTransport,
  clock: Clock,
  handlers: ServedHandlers,
): ServerHandshake {
  const stack = transport.dtls as unknown as StackServer;
  const { certPem, privateKey } = transport.localCertificate ?? {};
  if (!certPem || !privateKey) throw new Error('there is no certificate');
  return new ServerHandshake({
    identity: ownIdentity(certPem, privateKey),
    srtpProfiles: stack.dtls.options.srtpProfiles ?? [],
    clock,
    send: datagram => {
      // What cannot be sent is lost like any other datagram.
      stack.transport.send(datagram).catch(() => {});
    },
    finished: session => {
      fillIn(stack, session);
      stack.connected = true;
      stack.onConnect.execute();
    },
    ...handlers,
  });
}

function fillIn({ dtls, cipher, srtp }: StackServer, session: DtlsSession): void {
  const { masterSecret, clientRandom, serverRandom, suite, certificate, srtpProfile } = session;
  const head = ({ type, epoch, sequenceNumber: sequence }: StackHeader): RecordHead => ({
    type,
    epoch,
    sequence,
  });
  Object.assign(dtls, { epoch: 1, flight: LAST_FLIGHT, recordSequenceNumber: FIRST_DATA_RECORD });
  Object.assign(cipher, {
    masterSecret,
    localRandom: { serialize: () => serverRandom },
    remoteRandom: { serialize: () => clientRandom },
    cipherSuite: suite,
    remoteCertificate: certificate,
    cipher: {
      encrypt: (_, data, header) => session.cipher.encrypt(head(header), data),
      decrypt: (_, fragment, header) => session.cipher.decrypt(head(header), fragment),
    } satisfies StackCipher,
  });
  if (srtpProfile !== undefined) srtp.srtpProfile = srtpProfile;
}
