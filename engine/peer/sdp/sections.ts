import type { PeerVideoCodec } from '../../model/AccessUnit';
import { modernData } from './legacyData';

/** One m-section that carries pictures or sound, as the other end describes it. */
export interface OfferedMedia {
  readonly kind: 'video' | 'audio';
  readonly mid: string;
  /** The other end wants to be sent something here. */
  readonly receives: boolean;
  /** The other end wants to send something here. */
  readonly sends: boolean;
  /** It sends nothing here yet, and tells on the control channel when it does. */
  readonly isIdle?: boolean;
  /** Video codecs that it takes and gives, and we as well; empty for audio, which is Opus. */
  readonly codecs: readonly PeerVideoCodec[];
  /** Its H264 comes without packetization-mode 1: a NAL unit has to fit into a packet (RFC 6184 6.2). */
  readonly isSingleNal?: boolean;
}

/** One m-section of a session description. */
export interface Section {
  readonly kind: string;
  readonly isRejected: boolean;
  /** Travels only with the first section of its group. */
  readonly isBundled: boolean;
  /** It came without a mid; the one in its lines is ours. */
  readonly isUnnamed?: boolean;
  readonly lines: readonly string[];
}

/** A session description in its parts. */
export interface Sections {
  /** Lines above the first m-section. */
  readonly session: readonly string[];
  readonly sections: readonly Section[];
}

// What must not reach the stack. mDNS names cannot be resolved before the answer is out (the
// browser's address is learned from its first check instead), and with the end of the candidates
// marked nothing would be waited for. Its transport-wide feedback is incomplete and makes senders slow.
const UNWANTED = [
  /^a=end-of-candidates/,
  /^a=candidate:.*\.local\s/i,
  /^a=rtcp-fb:\S+ transport-cc/,
  /^a=extmap:\S+ http:\/\/www\.ietf\.org\/id\/draft-holmer-rmcat-transport-wide-cc/,
];
/** Of our answers: the section is agreed upon, and nothing is sent on it yet. Others ignore it (RFC 8866 5.13). */
export const IDLE = 'a=x-rtcbot-idle';
const TRANSPORT = ['ice-ufrag', 'ice-pwd', 'fingerprint'];
/** Begins the line of a bundle group, in front of its mids. */
export const BUNDLE = 'a=group:BUNDLE ';
const DIRECTIONS = ['sendrecv', 'sendonly', 'recvonly', 'inactive'] as const;
type Direction = (typeof DIRECTIONS)[number];

/** Reads a session description (RFC 8866). @returns why it is none, or its parts */
export function readSections(sdp: string): string | Sections {
  if (!/^v=0\r?\n/.test(sdp)) return 'it is not SDP';
  if (!/\n$/.test(sdp)) return 'it is cut off';
  const parts = sectionsOf(sdp.split(/\r?\n/).filter(line => line.length > 0));
  if (parts.sections.length === 0) return 'it has no m-line';
  return isComplete(parts) ? parts : 'it is cut off';
}

/** What a section needs for a transport and has not, undefined if all is there. */
export function missingTransport({ session }: Sections, section: Section): string | undefined {
  const has = (start: string) =>
    attribute(section.lines, start) !== undefined || attribute(session, start) !== undefined;
  const missing = TRANSPORT.find(name => !has(`a=${name}:`));
  return missing && `its ${section.kind} m-line has no ${missing}`;
}

/** What a section carries; undefined if that is neither pictures nor sound. @param session lines above the first section */
export function mediaOf(
  { kind, lines }: Section,
  session: readonly string[],
): OfferedMedia | undefined {
  if (kind !== 'video' && kind !== 'audio') return undefined;
  const direction = directionOf(lines, session);
  return {
    kind,
    mid: midOf(lines) ?? '',
    receives: direction === 'sendrecv' || direction === 'recvonly',
    sends: direction === 'sendrecv' || direction === 'sendonly',
    ...(lines.includes(IDLE) ? { isIdle: true } : {}),
    ...videoCodecsOf(lines),
  };
}

/** The direction of a section: its own, else that of the session, else sendrecv (RFC 8866 6.7). */
export function directionOf(lines: readonly string[], session: readonly string[]): Direction {
  const among = (some: readonly string[]) =>
    DIRECTIONS.find(direction => some.includes(`a=${direction}`));
  return among(lines) ?? among(session) ?? 'sendrecv';
}

/** Payload types that stand for a codec. @param clockRate in Hz */
export function payloadTypes(lines: readonly string[], name: string, clockRate: number): string[] {
  return lines.flatMap(line => {
    const [, type, found = '', rate] = /^a=rtpmap:(\d+) ([\w-]+)\/(\d+)/.exec(line) ?? [];
    // Encoding names are the same in any case (RFC 4855 3).
    const isIt = found.toUpperCase() === name.toUpperCase() && rate === `${clockRate}`;
    return type !== undefined && isIt ? [type] : [];
  });
}

function videoCodecsOf(lines: readonly string[]): Pick<OfferedMedia, 'codecs' | 'isSingleNal'> {
  const types = (codec: PeerVideoCodec) => payloadTypes(lines, codec, 90_000);
  const h264 = types('H264');
  const hasVp8 = types('VP8').length > 0;
  const isFragmentable = h264.some(type =>
    lines.some(line => line.startsWith(`a=fmtp:${type} `) && /packetization-mode=1\b/.test(line)),
  );
  // VP8 costs more than H264, but less than an encoder for this peer alone.
  const isSingleNal = h264.length > 0 && !isFragmentable && !hasVp8;
  const codecs = (['H264', 'VP8'] as const).filter(codec =>
    codec === 'H264' ? isFragmentable || isSingleNal : hasVp8,
  );
  return { codecs, ...(isSingleNal ? { isSingleNal } : {}) };
}

/** A description as the stack understands it. @param sections the lines of each m-section */
export function stackSdp(
  session: readonly string[],
  sections: readonly (readonly string[])[],
): string {
  const lines = [...session, ...sections.flatMap(modernData)];
  const kept = lines.filter(line => !UNWANTED.some(pattern => pattern.test(line)));
  return `${kept.join('\r\n')}\r\n`;
}

/** The identification of an m-section (RFC 5888). @param lines its lines */
export function midOf(lines: readonly string[]): string | undefined {
  return attribute(lines, 'a=mid:');
}

/** The sections that share a transport, by their mids, group by group (RFC 9143). */
export function bundleGroups(session: readonly string[]): string[][] {
  return session
    .filter(line => line.startsWith(BUNDLE))
    .map(line => line.slice(BUNDLE.length).split(' ').filter(Boolean));
}

function sectionsOf(lines: readonly string[]): Sections {
  const starts = lines.flatMap((line, index) => (line.startsWith('m=') ? [index] : []));
  const session = lines.slice(0, starts[0] ?? lines.length);
  const grouped = new Set(bundleGroups(session).flat());
  const sections = starts.map((start, number) => {
    const own = lines.slice(start, starts[number + 1]);
    const [, kind = '', port = ''] = /^m=(\S+) (\d+)/.exec(own[0] ?? '') ?? [];
    // Port 0 rejects a section, unless it is bundled with another (RFC 9143).
    const isBundled = own.includes('a=bundle-only') && grouped.has(midOf(own) ?? '');
    return { kind, isRejected: port === '0' && !isBundled, isBundled, lines: own };
  });
  return { session, sections };
}

/** A bundle group that names absent sections shows that the description lost its end on the way. */
function isComplete({ session, sections }: Sections): boolean {
  const mids = new Set(sections.map(({ lines }) => midOf(lines)));
  return bundleGroups(session).every(group => group.every(mid => mids.has(mid)));
}

function attribute(lines: readonly string[], start: string): string | undefined {
  return lines.find(line => line.startsWith(start))?.slice(start.length);
}
