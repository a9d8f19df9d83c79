// DTLS record (RFC 6347 4.1), big-endian:
//   0      1         3       5          11       13
//   | type | version | epoch | sequence | length | fragment
const HEADER_BYTES = 13;
/** DTLS 1.2. */
const VERSION = 0xfefd;

/** Types of records that DTLS 1.2 has (RFC 5246 6.2.1). */
export const CONTENT_TYPE = { cipherChange: 20, alert: 21, handshake: 22, data: 23 } as const;

/** One record of a datagram. */
export interface DtlsRecord {
  readonly type: number;
  /** 0 until the keys are there: such a record is neither encrypted nor signed. */
  readonly epoch: number;
  readonly sequence: number;
  readonly version: { readonly major: number; readonly minor: number };
  readonly fragment: Buffer;
  /** The record as it came, with its header. */
  readonly bytes: Buffer;
}

/** The records of a datagram; what is cut off at its end is left out. */
export function recordsIn(datagram: Buffer): DtlsRecord[] {
  const records: DtlsRecord[] = [];
  let at = 0;
  while (at + HEADER_BYTES <= datagram.length) {
    const end = at + HEADER_BYTES + datagram.readUInt16BE(at + 11);
    if (end > datagram.length) break;
    records.push({
      type: datagram.readUInt8(at),
      version: { major: datagram.readUInt8(at + 1), minor: datagram.readUInt8(at + 2) },
      epoch: datagram.readUInt16BE(at + 3),
      sequence: datagram.readUIntBE(at + 5, 6),
      fragment: datagram.subarray(at + HEADER_BYTES, end),
      bytes: datagram.subarray(at, end),
    });
    at = end;
  }
  return records;
}

/** A record as it is sent. */
export function recordBytes(
  { type, epoch, sequence }: Pick<DtlsRecord, 'type' | 'epoch' | 'sequence'>,
  fragment: Buffer,
): Buffer {
  const head = Buffer.alloc(HEADER_BYTES);
  head.writeUInt8(type, 0);
  head.writeUInt16BE(VERSION, 1);
  head.writeUInt16BE(epoch, 3);
  head.writeUIntBE(sequence, 5, 6);
  head.writeUInt16BE(fragment.length, 11);
  return Buffer.concat([head, fragment]);
}
