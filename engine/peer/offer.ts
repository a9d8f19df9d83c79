import type { PeerVideoCodec } from '../model/AccessUnit';
import { OfferError } from '../model/errors';
import { withOneTransport } from './bundle';
import { isLegacyData, modernData } from './legacyData';

/** One m-section of an offer that carries pictures or sound. */
export interface OfferedMedia {
  readonly kind: 'video' | 'audio';
  readonly mid: string;
  /** The browser wants to be sent something here. */
  readonly receives: boolean;
  /** The browser wants to send something here. */
  readonly sends: boolean;
  /** Video codecs that it takes and gives, and we as well; empty for audio, which is Opus. */
  readonly codecs: readonly PeerVideoCodec[];
}

/** An offer that was checked and made fit for the WebRTC stack. */
export interface CheckedOffer {
  readonly sdp: string;
  /** In the order of the offer. */
  readonly media: readonly OfferedMedia[];
  /** Data channels are described in the old way, and are to be in the answer. */
  readonly hasLegacyData: boolean;
}

interface Section {
  readonly kind: string;
  readonly isRejected: boolean;
  /** Travels only with the first section of its group. */
  readonly isBundled: boolean;
  readonly lines: readonly string[];
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

/**
 * Checks an offer's SDP (RFC 8866, RFC 8829) before anything is made for it.
 * @throws OfferError that names what is missing
 */
export function checkOffer(sdp: string): CheckedOffer {
  if (!/^v=0\r?\n/.test(sdp)) throw new OfferError('it is not SDP');
  if (!/\n$/.test(sdp)) throw new OfferError('it is cut off');
  const lines = sdp.split(/\r?\n/).filter(line => line.length > 0);
  const { session, sections } = sectionsOf(lines);
  if (sections.length === 0) throw new OfferError('it has no m-line');
  checkComplete(session, sections);
  const active = sections.filter(section => !section.isRejected);
  if (active.length === 0) throw new OfferError('all its m-lines are rejected');
  // What is bundled only has no transport of its own (RFC 8829 5.2.1).
  for (const section of active) if (!section.isBundled) checkTransport(session, section);
  const media = active.flatMap(section => offeredMedia(section) ?? []);
  return {
    sdp: stackSdp(session, sections),
    media,
    hasLegacyData: active.some(section => isLegacyData(section.lines)),
  };
}

/** The description as the stack understands it. */
function stackSdp(session: readonly string[], sections: readonly Section[]): string {
  const bundled = withOneTransport(
    session,
    sections.map(({ lines }) => lines),
  );
  const lines = [...session, ...bundled.flatMap(modernData)];
  const kept = lines.filter(line => !UNWANTED.some(pattern => pattern.test(line)));
  return `${kept.join('\r\n')}\r\n`;
}

function sectionsOf(lines: readonly string[]): { session: string[]; sections: Section[] } {
  const starts = lines.flatMap((line, index) => (line.startsWith('m=') ? [index] : []));
  const sections = starts.map((start, number) => {
    const own = lines.slice(start, starts[number + 1]);
    const [, kind = '', port = ''] = /^m=(\S+) (\d+)/.exec(own[0] ?? '') ?? [];
    // Port 0 rejects a section, unless it is bundled with another (RFC 9143).
    const isBundled = own.includes('a=bundle-only');
    return { kind, isRejected: port === '0' && !isBundled, isBundled, lines: own };
  });
  return { session: lines.slice(0, starts[0] ?? lines.length), sections };
}

/** A bundle group that names absent sections shows that the offer lost its end on the way. */
function checkComplete(session: readonly string[], sections: readonly Section[]): void {
  const mids = new Set(sections.map(section => attribute(section.lines, 'a=mid:')));
  const bundled = attribute(session, 'a=group:BUNDLE ')?.split(' ') ?? [];
  if (bundled.some(mid => mid && !mids.has(mid))) throw new OfferError('it is cut off');
}

function checkTransport(session: readonly string[], section: Section): void {
  const has = (start: string) =>
    attribute(section.lines, start) !== undefined || attribute(session, start) !== undefined;
  for (const name of ['ice-ufrag', 'ice-pwd', 'fingerprint']) {
    if (!has(`a=${name}:`)) throw new OfferError(`its ${section.kind} m-line has no ${name}`);
  }
}

function offeredMedia({ kind, lines }: Section): OfferedMedia | undefined {
  if (kind !== 'video' && kind !== 'audio') return undefined;
  // Encoding names are the same in any case (RFC 4855 3).
  const names = lines.flatMap(
    line => /^a=rtpmap:\d+ (\w+)\/90000/.exec(line)?.[1]?.toUpperCase() ?? [],
  );
  const has = (...directions: string[]) => directions.some(each => lines.includes(`a=${each}`));
  return {
    kind,
    mid: attribute(lines, 'a=mid:') ?? '',
    // Without a direction a section is sendrecv (RFC 8866 6.7).
    receives: !has('sendonly', 'inactive'),
    sends: !has('recvonly', 'inactive'),
    codecs: (['H264', 'VP8'] as const).filter(codec => names.includes(codec)),
  };
}

function attribute(lines: readonly string[], start: string): string | undefined {
  return lines.find(line => line.startsWith(start))?.slice(start.length);
}
