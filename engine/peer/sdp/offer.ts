import type { PeerVideoCodec } from '../../model/AccessUnit';
import { OfferError } from '../../model/errors/errors';
import { withOneTransport } from './bundle';
import { isLegacyData } from './legacyData';
import {
  BUNDLE,
  bundleGroups,
  directionOf,
  mediaOf,
  midOf,
  missingTransport,
  type OfferedMedia,
  readSections,
  type Section,
  type Sections,
  stackSdp,
} from './sections';
import { servedSections } from './served';

/** An offer that was checked. */
export interface CheckedOffer {
  readonly parts: Sections;
  /** What is offered of what we know, in the order of the offer. */
  readonly media: readonly OfferedMedia[];
  /** Data channels are described in the old way, and are to be in the answer. */
  readonly hasLegacyData: boolean;
}

/** An offer as it is made fit for the WebRTC stack: without what is rejected. */
export interface StackOffer {
  readonly sdp: string;
  /** The others are rejected. */
  readonly served: ReadonlySet<Section>;
  /** Mids of sections that share a transport, where not all of them do: the stack knows only one bundle of all. */
  readonly shared: readonly (readonly string[])[];
}

/**
 * Checks an offer's SDP (RFC 8866, RFC 8829) before anything is made for it.
 * @throws OfferError that names what is missing
 */
export function checkOffer(sdp: string): CheckedOffer {
  const parts = readSections(sdp);
  if (typeof parts === 'string') throw new OfferError(parts);
  if (parts.sections.every(section => section.isRejected)) {
    throw new OfferError('all its m-lines are rejected');
  }
  const named = withMids(parts);
  const served = servedSections(named);
  if (served.size === 0) throw new OfferError('it has neither H264, VP8, Opus nor data channels');
  for (const section of served) {
    // What is bundled only has no transport of its own (RFC 8829 5.2.1).
    const missing = section.isBundled ? undefined : missingTransport(parts, section);
    if (missing) throw new OfferError(missing);
  }
  return {
    parts: named,
    media: [...served].flatMap(section => mediaOf(section, parts.session) ?? []),
    hasLegacyData: [...served].some(section => isLegacyData(section.lines)),
  };
}

/** The video codecs that all video of an offer can have; of the first, where they have none in common. */
export function commonCodecs(media: readonly OfferedMedia[]): readonly PeerVideoCodec[] {
  const [first, ...others] = media.filter(({ kind }) => kind === 'video');
  const common = first?.codecs.filter(codec => others.every(each => each.codecs.includes(codec)));
  return common?.length ? common : (first?.codecs ?? ['H264']);
}

/** What of an offer goes to the stack. @param codec of all video of the peer; absent: any that we know */
export function stackOffer({ parts }: CheckedOffer, codec?: PeerVideoCodec): StackOffer {
  const { session, sections } = parts;
  const served = servedSections(parts, codec);
  const kept = withOneTransport(
    session,
    sections.map(({ lines }) => lines),
    sections.map(section => served.has(section)),
  ).flatMap((lines, index) => {
    const section = sections[index];
    return section && served.has(section) ? [stackLines(section, lines, session)] : [];
  });
  const mids = kept.map(lines => midOf(lines) ?? '');
  const groups = bundleGroups(session)
    .map(group => group.filter(mid => mids.includes(mid)))
    .filter(group => group.length > 1);
  const isOne = groups.some(group => group.length === mids.length);
  const others = session.filter(line => !line.startsWith(BUNDLE));
  return {
    sdp: stackSdp(isOne ? [...others, `${BUNDLE}${mids.join(' ')}`] : others, kept),
    served,
    shared: isOne ? [] : groups,
  };
}

/** The stack knows sections by their mids, which are not there without a bundle (RFC 8829 5.10). */
function withMids({ session, sections }: Sections): Sections {
  const named = sections.map((section, index) =>
    midOf(section.lines) === undefined
      ? { ...section, isUnnamed: true, lines: [...section.lines, `a=mid:unnamed-${index}`] }
      : section,
  );
  return { session, sections: named };
}

/** The stack takes attributes from the section only. */
function stackLines(
  { kind }: Section,
  lines: readonly string[],
  session: readonly string[],
): readonly string[] {
  if (kind === 'application') return lines;
  const direction = `a=${directionOf(lines, session)}`;
  const extensions = session.filter(line => line.startsWith('a=extmap:'));
  return [...lines, ...extensions, ...(lines.includes(direction) ? [] : [direction])];
}
