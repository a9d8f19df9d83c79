import type { Clock } from '../../model/Clock';
import { CONTENT_TYPE, recordBytes } from './dtlsRecord';
import type { RecordCipher } from './RecordCipher';

/** A message in whole, numbered among the messages of its end (RFC 6347 4.2.2). */
export interface FlightMessage {
  readonly type: number;
  readonly sequence: number;
  readonly body: Buffer;
}

/** What is sent together, and together again where it got lost (RFC 6347 4.2.4). */
export interface Flight {
  readonly messages: readonly FlightMessage[];
  /** Its messages stand behind a ChangeCipherSpec, encrypted. */
  readonly cipher?: RecordCipher;
  /** Nothing is awaited: it is repeated only where the other end does. */
  readonly isLast: boolean;
}

/**
 * Time to the first repetition, in ms. RFC 6347 4.2.4.1 names 1 s for ways that nobody knows, and
 * allows less where time matters; libwebrtc and Firefox begin at 50 ms. A path of WebRTC has just
 * been checked, most take far less than this for there and back, and a flight is one datagram: where
 * the way takes longer, one is sent in vain.
 */
export const FIRST_WAIT_MS = 400;
/** It is doubled up to this (RFC 6347 4.2.4.1), in ms. */
export const LONGEST_WAIT_MS = 60_000;
/** Also where the other end repeats itself, a flight is sent no more often: a stranger must not use us. */
const MOST_SENDS = 40;
/** Fits whatever network (RFC 8200 5) has its headers of IPv6 and UDP, and a TURN server's around it. */
const MOST_DATAGRAM_BYTES = 1200;
const RECORD_OVERHEAD_BYTES = 13 + 12;

/** What a sender of flights needs, and tells. */
export interface FlightSenderOptions {
  readonly clock: Clock;
  readonly send: (datagram: Buffer) => void;
  /** Called whenever a flight was sent again. */
  readonly repeated: () => void;
}

/** Sends flights, and repeats the newest of them until it is told that the next has come. */
export class FlightSender {
  readonly #send: FlightSenderOptions['send'];
  readonly #repeated: FlightSenderOptions['repeated'];
  readonly #clock: Clock;
  /** Numbers of the next records, of each epoch. */
  readonly #sequences = [0, 0];
  #flight: Flight | undefined;
  #sends = 0;
  #waitMs = FIRST_WAIT_MS;
  #cancel: (() => void) | undefined;

  constructor({ send, repeated, clock }: FlightSenderOptions) {
    this.#send = send;
    this.#repeated = repeated;
    this.#clock = clock;
  }

  /** Sends a flight in place of the one before, which has arrived. */
  begin(flight: Flight): void {
    this.#flight = flight;
    this.#sends = 0;
    this.#waitMs = FIRST_WAIT_MS;
    this.#transmit();
  }

  /** The other end repeats what the flight answers: it did not get all of it (RFC 6347 4.2.4). */
  repeat(): void {
    if (!this.#flight || this.#sends >= MOST_SENDS) return;
    this.#transmit();
    this.#repeated();
  }

  /** Nothing is sent by itself from now on. Idempotent. */
  close(): void {
    this.#cancel?.();
    this.#flight = undefined;
  }

  #transmit(): void {
    const flight = this.#flight;
    if (!flight) return;
    this.#sends += 1;
    for (const datagram of packed(this.#records(flight))) this.#send(datagram);
    this.#cancel?.();
    if (flight.isLast || this.#sends >= MOST_SENDS) return;
    this.#cancel = this.#clock.after(this.#waitMs, () => {
      this.#waitMs = Math.min(2 * this.#waitMs, LONGEST_WAIT_MS);
      this.repeat();
    });
  }

  /** Numbered anew each time: an end may have seen the old number, and drop what has it (RFC 6347 4.1.2.6). */
  #records({ messages, cipher }: Flight): Buffer[] {
    const { handshake, cipherChange } = CONTENT_TYPE;
    if (!cipher) {
      return messages.flatMap(fragmentsOf).map(bytes => this.#record(handshake, 0, bytes));
    }
    return [
      this.#record(cipherChange, 0, Buffer.from([1])),
      ...messages.flatMap(fragmentsOf).map(bytes => this.#record(handshake, 1, bytes, cipher)),
    ];
  }

  #record(type: number, epoch: 0 | 1, bytes: Buffer, cipher?: RecordCipher): Buffer {
    const sequence = this.#sequences[epoch] ?? 0;
    this.#sequences[epoch] = sequence + 1;
    const head = { type, epoch, sequence };
    return recordBytes(head, cipher ? cipher.encrypt(head, bytes) : bytes);
  }
}

// Handshake message (RFC 6347 4.2.2), big-endian:
//   0      1        4          6                 9                 12
//   | type | length | sequence | fragment offset | fragment length | fragment
/** A message as it is sent where it fits, and as it is hashed (RFC 6347 4.2.6). */
export function messageBytes({ type, sequence, body }: FlightMessage): Buffer {
  return fragmentBytes({ type, sequence, body }, 0, body.length);
}

function fragmentBytes({ type, sequence, body }: FlightMessage, from: number, to: number): Buffer {
  const head = Buffer.alloc(12);
  head.writeUInt8(type, 0);
  head.writeUIntBE(body.length, 1, 3);
  head.writeUInt16BE(sequence, 4);
  head.writeUIntBE(from, 6, 3);
  head.writeUIntBE(to - from, 9, 3);
  return Buffer.concat([head, body.subarray(from, to)]);
}

/** One, but for a long certificate. */
function fragmentsOf(message: FlightMessage): Buffer[] {
  const most = MOST_DATAGRAM_BYTES - RECORD_OVERHEAD_BYTES - 24;
  const { length } = message.body;
  const fragments: Buffer[] = [];
  for (let from = 0; from === 0 || from < length; from += most) {
    fragments.push(fragmentBytes(message, from, Math.min(length, from + most)));
  }
  return fragments;
}

/** As few datagrams as hold the records: each that gets lost costs a repetition. */
function packed(records: readonly Buffer[]): Buffer[] {
  const datagrams: Buffer[][] = [];
  let room = 0;
  for (const record of records) {
    if (record.length > room) {
      datagrams.push([]);
      room = MOST_DATAGRAM_BYTES;
    }
    datagrams.at(-1)?.push(record);
    room -= record.length;
  }
  return datagrams.map(parts => Buffer.concat(parts));
}
