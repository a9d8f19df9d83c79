import type { RTCDataChannel, RTCSctpTransport } from 'werift';
import { epochMs } from '../../model/Clock';

/** A DATA chunk as the stack queues it (RFC 9260 3.3.1). */
interface Chunk {
  readonly flags: number;
  readonly streamId: number;
  readonly streamSeqNum: number;
  readonly sentCount: number;
  /** Absent: as often as it takes. */
  readonly maxRetransmits?: number;
  /** When it becomes useless, in s by `epochMs`. */
  readonly expiry?: number;
  acked: boolean;
  abandoned: boolean;
  retransmit: boolean;
}

/** A DATA chunk that came, and waits for the rest of its message. */
interface ReceivedChunk {
  readonly tsn: number;
  readonly flags: number;
  readonly streamId: number;
  readonly streamSeqNum: number;
  readonly protocol: number;
  readonly userData: Buffer;
}

/** What came on one stream and was not handed over yet, in the order of TSNs. */
interface InboundStream {
  reassembly: ReceivedChunk[];
  /** The next sequence number that is due. */
  streamSequenceNumber: number;
  popMessages(): Iterable<[stream: number, protocol: number, data: Buffer]>;
}

/** A FORWARD TSN chunk (RFC 3758 3.2): pairs of stream and the last sequence number to skip. */
interface ForwardTsn {
  streams: [stream: number, sequence: number][];
}

/** The stack's private parts that are mended here (pinned version, `~0.24.4`). */
interface Association {
  readonly sentQueue: Chunk[];
  readonly outboundQueue: Chunk[];
  readonly lastSackedTsn: number;
  readonly advancedPeerAckTsn: number;
  readonly srtt?: number;
  readonly rttvar: number;
  rto: number;
  forwardTsnChunk: ForwardTsn | undefined;
  flightSizeDecrease(chunk: Chunk): void;
  maybeAbandon(chunk: Chunk): boolean;
  updateAdvancedPeerAckPoint(): void;
  updateRto(seconds: number): void;
  readonly inboundStreams: Readonly<Record<number, InboundStream>>;
  getInboundStream(stream: number): InboundStream;
  receive(stream: number, protocol: number, data: Buffer): void;
}

/** The private side of the stack's transport. */
interface ChannelQueue {
  readonly dataChannelQueue: [channel: RTCDataChannel, protocol: number, data: Buffer][];
  dataChannelFlush(): Promise<void>;
}

const FIRST_FRAGMENT = 0x02;
const LAST_FRAGMENT = 0x01;
const UNORDERED_FRAGMENT = 0x04;
/** Payload protocol of DATA_CHANNEL_OPEN (RFC 8832 8.1), its message type (5.1), and that of the answer (5.2). */
const DCEP = 50;
const OPEN = 3;
const ACK = 2;
/** Payload protocols that the stack knows: beside the above text, binary, and both when empty (RFC 8831 8). */
const PROTOCOLS: ReadonlySet<number> = new Set([DCEP, 51, 53, 56, 57]);
const UNORDERED = 0x80;
const PARTIAL_RETRANSMITS = 0x01;
const PARTIAL_LIFETIME = 0x02;
/** Longest and shortest wait for an acknowledgement, in s. Browsers hold theirs back for 0.2 s. */
const RTO_MOST = 60;
const RTO_LEAST = 0.4;
const RTO_INITIAL = 1;
/** In s: more than this is a clock that was set. */
const LONGEST_ROUND_TRIP = 30;

/**
 * Mends what the stack does wrong with data channels, once its association is there and before it
 * is used:
 * - a message of an unreliable channel that is given up took another one with it, of whatever
 *   channel, a reliable one too; `maxRetransmits: 0` meant for ever;
 * - after a loss, what had come was handed over only when more came on the same channel, or never;
 * - what a peer sent of unknown kind, or for a channel that is not there, became an error that nobody
 *   caught;
 * - the note to skip what was given up was sent once; where that packet was lost, all channels stood;
 * - a lost message at the end of a burst was sent again after 1 to 3 s;
 * - channels without order and with a limit of retransmissions were announced as ordered, and labels
 *   beyond ASCII cut off.
 */
export function repairDataChannels(transport: RTCSctpTransport): void {
  const association = transport.sctp as unknown as Association;
  association.maybeAbandon = chunk => abandon(association, chunk);
  skipReliably(association);
  handOverAtOnce(association);
  takeKnown(transport, association);
  answerSooner(association);
  transport.dataChannelOpen = channel => announce(transport, channel);
}

/** Gives the message of this chunk up, whole, if its limit is reached (RFC 3758 3.5 A3, F2). */
function abandon(association: Association, chunk: Chunk): boolean {
  if (chunk.abandoned) return true;
  const { sentCount, maxRetransmits, expiry } = chunk;
  const isLate = expiry !== undefined && expiry < epochMs() / 1000;
  if (!isLate && (maxRetransmits === undefined || sentCount <= maxRetransmits)) return false;
  for (const fragment of messageOf(association, chunk)) {
    const isInFlight = fragment.sentCount > 0 && !fragment.acked && !fragment.retransmit;
    // The caller counts the chunk itself out.
    if (isInFlight && fragment !== chunk) association.flightSizeDecrease(fragment);
    fragment.abandoned = true;
    fragment.retransmit = false;
  }
  return true;
}

/** All fragments of the chunk's message that are still kept; those that were never sent count as sent. */
function messageOf({ sentQueue, outboundQueue }: Association, chunk: Chunk): Chunk[] {
  let first = sentQueue.indexOf(chunk);
  while (first > 0 && !((sentQueue[first]?.flags ?? FIRST_FRAGMENT) & FIRST_FRAGMENT)) first -= 1;
  const message: Chunk[] = [];
  for (let at = first; at >= 0 && at < sentQueue.length && !isWhole(message); at += 1) {
    const fragment = sentQueue[at];
    if (fragment) message.push(fragment);
  }
  while (!isWhole(message) && outboundQueue.length > 0) {
    const fragment = outboundQueue.shift();
    if (!fragment) break;
    sentQueue.push(fragment);
    message.push(fragment);
  }
  return message;
}

function isWhole(message: readonly Chunk[]): boolean {
  return ((message.at(-1)?.flags ?? 0) & LAST_FRAGMENT) !== 0;
}

/** The peer is told what to skip until it has acknowledged that (RFC 3758 3.5 C3). */
function skipReliably(association: Association): void {
  const original = association.updateAdvancedPeerAckPoint.bind(association);
  const skipped = new Map<number, number>();
  let last: ForwardTsn | undefined;
  association.updateAdvancedPeerAckPoint = () => {
    original();
    const { advancedPeerAckTsn, lastSackedTsn, forwardTsnChunk } = association;
    if (!isLater(advancedPeerAckTsn, lastSackedTsn)) {
      skipped.clear();
      last = undefined;
      return;
    }
    for (const [stream, sequence] of forwardTsnChunk?.streams ?? []) skipped.set(stream, sequence);
    last = forwardTsnChunk ?? last;
    if (!last) return;
    last.streams = [...skipped];
    association.forwardTsnChunk = last;
  };
}

/** In serial number arithmetic of 32 bits (RFC 1982). */
function isLater(tsn: number, than: number): boolean {
  return ((tsn - than) | 0) > 0;
}

/** All that is whole and due is handed over, whatever lies between on other streams. */
function handOverAtOnce(association: Association): void {
  const original = association.getInboundStream.bind(association);
  const repair = (stream: InboundStream) => {
    stream.popMessages = () => wholeMessages(stream);
    return stream;
  };
  Object.values(association.inboundStreams).forEach(repair);
  association.getInboundStream = id => association.inboundStreams[id] ?? repair(original(id));
}

function* wholeMessages(stream: InboundStream): Generator<[number, number, Buffer]> {
  let at = 0;
  for (let first = stream.reassembly[at]; first; first = stream.reassembly[at]) {
    const isOrdered = (first.flags & UNORDERED_FRAGMENT) === 0;
    const ahead = (first.streamSeqNum - stream.streamSequenceNumber) & 0xffff;
    // Serial number arithmetic of 16 bits: below is what was skipped.
    if (isOrdered && ahead > 0 && ahead < 0x8000) return;
    const fragments = fragmentsFrom(stream.reassembly, at);
    if (!fragments) {
      at += 1;
      continue;
    }
    stream.reassembly.splice(at, fragments.length);
    if (isOrdered && ahead === 0) {
      stream.streamSequenceNumber = (stream.streamSequenceNumber + 1) & 0xffff;
    }
    const [only] = fragments;
    const data = fragments.map(({ userData }) => userData);
    const whole = fragments.length === 1 && only ? only.userData : Buffer.concat(data);
    yield [first.streamId, first.protocol, whole];
  }
}

/** The fragments of the message that begins here, undefined if it is not whole. */
function fragmentsFrom(chunks: readonly ReceivedChunk[], at: number): ReceivedChunk[] | undefined {
  const first = chunks[at];
  if (!first || !(first.flags & FIRST_FRAGMENT)) return undefined;
  for (let end = at; end < chunks.length; end += 1) {
    const chunk = chunks[end];
    if (!chunk || chunk.tsn !== (first.tsn + end - at) % 2 ** 32) return undefined;
    if (chunk.flags & LAST_FRAGMENT) return chunks.slice(at, end + 1);
  }
  return undefined;
}

/** Leaves out what the stack can only fail on. */
function takeKnown(transport: RTCSctpTransport, association: Association): void {
  const original = association.receive.bind(association);
  association.receive = (stream, protocol, data) => {
    const isAck = protocol === DCEP && data[0] === ACK;
    const isKnown = isAck ? stream in transport.dataChannels : PROTOCOLS.has(protocol);
    if (isKnown) original(stream, protocol, data);
  };
}

function answerSooner(association: Association): void {
  const original = association.updateRto.bind(association);
  association.rto = RTO_INITIAL;
  association.updateRto = seconds => {
    // The stack measures by the time of day, which may be set in between.
    if (seconds < 0 || seconds > LONGEST_ROUND_TRIP) return;
    original(seconds);
    const { srtt = RTO_INITIAL, rttvar } = association;
    association.rto = Math.min(Math.max(srtt + 4 * rttvar, RTO_LEAST), RTO_MOST);
  };
}

// DATA_CHANNEL_OPEN (RFC 8832 5.1), big-endian:
//   0       1              2          4             8               10                 12
//   | type | channel type | priority | reliability | label's bytes | protocol's bytes | label, protocol
function announce(transport: RTCSctpTransport, channel: RTCDataChannel): void {
  const label = Buffer.from(channel.label);
  const protocol = Buffer.from(channel.protocol);
  const { maxRetransmits, maxPacketLifeTime } = channel;
  const head = Buffer.alloc(12);
  head.writeUInt8(OPEN, 0);
  head.writeUInt8((channel.ordered ? 0 : UNORDERED) | reliabilityOf(channel), 1);
  head.writeUInt32BE(maxRetransmits ?? maxPacketLifeTime ?? 0, 4);
  head.writeUInt16BE(label.length, 8);
  head.writeUInt16BE(protocol.length, 10);
  const queue = transport as unknown as ChannelQueue;
  queue.dataChannelQueue.push([channel, DCEP, Buffer.concat([head, label, protocol])]);
  void queue.dataChannelFlush();
}

function reliabilityOf({ maxRetransmits, maxPacketLifeTime }: RTCDataChannel): number {
  if (maxRetransmits !== null) return PARTIAL_RETRANSMITS;
  return maxPacketLifeTime === null ? 0 : PARTIAL_LIFETIME;
}
