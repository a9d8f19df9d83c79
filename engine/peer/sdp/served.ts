import type { PeerVideoCodec } from '../../model/AccessUnit';
import { isLegacyData } from './legacyData';
import { mediaOf, payloadTypes, type Section, type Sections } from './sections';

/** Opus over RTP counts at 48 kHz, whatever it holds (RFC 7587 4.1). */
const OPUS_CLOCK_RATE = 48_000;

/**
 * Which m-sections of an offer are served; the others are rejected, which costs the offer nothing
 * but them (RFC 3264 6).
 * @param codec of all video that the peer is sent; absent: any that we know
 */
export function servedSections(
  { session, sections }: Sections,
  codec?: PeerVideoCodec,
): ReadonlySet<Section> {
  const served = sections.filter(section => {
    if (section.isRejected) return false;
    if (isData(section)) return true;
    if (section.kind === 'audio') {
      return payloadTypes(section.lines, 'opus', OPUS_CLOCK_RATE).length > 0;
    }
    const codecs = mediaOf(section, session)?.codecs ?? [];
    return codec ? codecs.includes(codec) : codecs.length > 0;
  });
  // There is one association for data channels in a connection (RFC 8831 6).
  const data = served.find(isData);
  return new Set(served.filter(section => section === data || !isData(section)));
}

/** Data channels: other things may travel as an application, too. */
function isData({ kind, lines: [first = ''], lines }: Section): boolean {
  return kind === 'application' && (isLegacyData(lines) || / webrtc-datachannel$/.test(first));
}
