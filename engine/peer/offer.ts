import { OfferError } from '../model/errors';
import { withOneTransport } from './bundle';
import { isLegacyData } from './legacyData';
import { mediaOf, missingTransport, type OfferedMedia, readSections, stackSdp } from './sections';

/** An offer that was checked and made fit for the WebRTC stack. */
export interface CheckedOffer {
  readonly sdp: string;
  /** In the order of the offer. */
  readonly media: readonly OfferedMedia[];
  /** Data channels are described in the old way, and are to be in the answer. */
  readonly hasLegacyData: boolean;
}

/**
 * Checks an offer's SDP (RFC 8866, RFC 8829) before anything is made for it.
 * @throws OfferError that names what is missing
 */
export function checkOffer(sdp: string): CheckedOffer {
  const parts = readSections(sdp);
  if (typeof parts === 'string') throw new OfferError(parts);
  const active = parts.sections.filter(section => !section.isRejected);
  if (active.length === 0) throw new OfferError('all its m-lines are rejected');
  for (const section of active) {
    // What is bundled only has no transport of its own (RFC 8829 5.2.1).
    const missing = section.isBundled ? undefined : missingTransport(parts, section);
    if (missing) throw new OfferError(missing);
  }
  const lines = parts.sections.map(section => section.lines);
  return {
    sdp: stackSdp(parts.session, withOneTransport(parts.session, lines)),
    media: active.flatMap(section => mediaOf(section) ?? []),
    hasLegacyData: active.some(section => isLegacyData(section.lines)),
  };
}
