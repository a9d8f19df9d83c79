/** Extensions that we look at (RFC 8422 5.1, RFC 5764 4.1.1, RFC 7627 5.1). */
export const EXTENSION = {
  groups: 10,
  pointFormats: 11,
  srtp: 14,
  extendedMasterSecret: 23,
  renegotiation: 65281,
} as const;

/** What a client begins with (RFC 5246 7.4.1.2, RFC 6347 4.2.1). */
export interface ClientHello {
  /** 32 bytes. */
  readonly random: Buffer;
  readonly suites: readonly number[];
  /** Curves, the preferred one first. */
  readonly groups: readonly number[];
  /** Profiles for media. */
  readonly srtpProfiles: readonly number[];
  readonly hasExtendedMasterSecret: boolean;
  readonly hasPointFormats: boolean;
}

// ClientHello:
//   0         2        34
//   | version | random | session id | cookie | suites | compression | extensions
/** Reads one. @throws RangeError if it is cut off */
export function parseClientHello(body: Buffer): ClientHello {
  const reader = new Reader(body);
  reader.take(2);
  const random = Buffer.from(reader.take(32));
  reader.vector(1);
  reader.vector(1);
  const suites = numbersIn(reader.vector(2));
  reader.vector(1);
  const extensions = reader.isAtEnd ? new Map<number, Buffer>() : extensionsIn(reader.vector(2));
  return {
    random,
    suites,
    groups: listIn(extensions.get(EXTENSION.groups)),
    srtpProfiles: listIn(extensions.get(EXTENSION.srtp)),
    hasExtendedMasterSecret: extensions.has(EXTENSION.extendedMasterSecret),
    hasPointFormats: extensions.has(EXTENSION.pointFormats),
  };
}

function extensionsIn(bytes: Buffer): Map<number, Buffer> {
  const reader = new Reader(bytes);
  const extensions = new Map<number, Buffer>();
  while (!reader.isAtEnd) extensions.set(reader.take(2).readUInt16BE(0), reader.vector(2));
  return extensions;
}

/** A list of numbers behind its length. */
function listIn(extension: Buffer | undefined): number[] {
  return extension ? numbersIn(new Reader(extension).vector(2)) : [];
}

function numbersIn(bytes: Buffer): number[] {
  return Array.from({ length: bytes.length >> 1 }, (_, index) => bytes.readUInt16BE(2 * index));
}

class Reader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  take(length: number): Buffer {
    if (this.#at + length > this.#bytes.length) throw new RangeError('the message is cut off');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** Bytes behind their length, which has so many bytes itself. */
  vector(lengthBytes: number): Buffer {
    return this.take(this.take(lengthBytes).readUIntBE(0, lengthBytes));
  }
}
