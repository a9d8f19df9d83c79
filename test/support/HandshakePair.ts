import { setImmediate } from 'node:timers/promises';
import { type DtlsClient, type RTCCertificate, RTCDtlsTransport } from 'werift';
import { recordsIn } from '../../engine/peer/dtls/dtlsRecord';
import { ownIdentity } from '../../engine/peer/dtls/OwnIdentity';
import { type DtlsSession, ServerHandshake } from '../../engine/peer/dtls/ServerHandshake';
import { ManualClock } from './ManualClock';
import { stackClient } from './stackClient';

/** What becomes of a datagram: it arrives after each of these times, in ms; never without one. */
export type Fate = (datagram: Buffer, from: 'client' | 'server') => readonly number[];

/** What of mocked timers is used here: `mock.timers` of node:test. */
interface MockedTimers {
  tick(byMs: number): void;
}

/** Both ends look at their timers so often, in ms of the clock. */
const STEP_MS = 10;

/**
 * Our DTLS server and the stack's client on a network in memory, on a clock that the test turns. The
 * client's timers have to be mocked (`mock.timers`), and move with the clock.
 */
export class HandshakePair {
  readonly clock = new ManualClock();
  readonly client: DtlsClient;
  readonly server: ServerHandshake;
  /** Datagrams of the server, and when it sent them. */
  readonly sent: { atMs: number; datagram: Buffer }[] = [];
  readonly notes: string[] = [];
  /** How often the server told of it. */
  begun = 0;
  repeated = 0;
  session: DtlsSession | undefined;
  refusal: string | undefined;
  isClientThrough = false;
  /** Until it is changed, each datagram arrives after 10 ms. */
  fate: Fate = () => [10];
  readonly #timers: MockedTimers;

  private constructor(certificate: RTCCertificate, timers: MockedTimers) {
    this.#timers = timers;
    this.server = new ServerHandshake({
      identity: ownIdentity(certificate.certPem, certificate.privateKey),
      srtpProfiles: [7, 1],
      clock: this.clock,
      send: datagram => {
        this.sent.push({ atMs: this.clock.now(), datagram });
        this.#carry(datagram, 'server', () => receive(datagram));
      },
      begun: () => {
        this.begun += 1;
      },
      repeated: () => {
        this.repeated += 1;
      },
      finished: session => {
        this.session = session;
      },
      refused: error => {
        this.refusal = error.message;
      },
      note: text => this.notes.push(text),
    });
    const { client, receive } = stackClient({
      certificate,
      send: datagram => this.#carry(datagram, 'client', () => this.arrive(datagram)),
      connected: () => {
        this.isClientThrough = true;
      },
    });
    this.client = client;
  }

  static async make(timers: MockedTimers): Promise<HandshakePair> {
    return new HandshakePair(await RTCDtlsTransport.SetupCertificate(), timers);
  }

  /** Both are through, and hold the same secret. */
  get isThrough(): boolean {
    const { masterSecret } = this.client.cipher;
    const isSame = masterSecret && this.session?.masterSecret.equals(masterSecret);
    return this.isClientThrough && isSame === true;
  }

  /** A datagram of the client arrives at the server. */
  arrive(datagram: Buffer): void {
    for (const record of recordsIn(datagram)) {
      if (record.type === 22) this.server.receive(record);
    }
  }

  /** The client begins. */
  begin(): void {
    // It gives up in the end, if it does not get through.
    void this.client.connect().catch(() => {});
  }

  /** Lets time pass, or until something is so. @returns whether it is */
  async pass(ms: number, isDone: () => boolean = () => false): Promise<boolean> {
    for (let passed = 0; passed < ms; passed += STEP_MS) {
      await setImmediate();
      if (isDone()) return true;
      this.clock.advance(STEP_MS);
      this.#timers.tick(STEP_MS);
    }
    await setImmediate();
    return isDone();
  }

  /** The client repeats nothing any more. */
  close(): void {
    this.client.dtls.flight = 255;
    this.server.close();
  }

  #carry(datagram: Buffer, from: 'client' | 'server', arrive: () => void): void {
    for (const ms of this.fate(datagram, from)) this.clock.after(ms, arrive);
  }
}
