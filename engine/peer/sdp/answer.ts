import { AnswerError } from '../../model/errors/callErrors';
import { withTransportOf } from './bundle';
import {
  mediaOf,
  missingTransport,
  type OfferedMedia,
  readSections,
  type Section,
  type Sections,
  stackSdp,
} from './sections';

/** An answer that was checked and made fit for the WebRTC stack. */
export interface CheckedAnswer {
  readonly sdp: string;
  /** The m-sections that were taken, in the order of the offer. */
  readonly media: readonly OfferedMedia[];
}

/**
 * Checks the answer to an offer of ours, which bundles all its m-sections.
 * @param offer our offer's SDP
 * @throws AnswerError that says what is wrong with it
 */
export function checkAnswer(sdp: string, offer: string): CheckedAnswer {
  const parts = sectionsOf(sdp);
  const offered = sectionsOf(offer);
  if (!isAlike(parts, offered)) throw new AnswerError('its m-lines are not those of our offer');
  const taken = parts.sections.filter(section => !section.isRejected);
  const [leader] = taken;
  if (!leader) throw new AnswerError('it rejects everything');
  const missing = missingTransport(parts, leader);
  if (missing) throw new AnswerError(missing);
  const isBundled = parts.session.some(line => line.startsWith('a=group:BUNDLE '));
  if (taken.length > 1 && !isBundled) throw new AnswerError('it bundles nothing');

  const lines = parts.sections.map((section, index) => {
    if (section === leader) return section.lines;
    const known = section.isRejected ? inactive(section, offered.sections[index]) : section.lines;
    return withTransportOf(known, leader.lines);
  });
  return {
    sdp: stackSdp(parts.session, lines),
    media: taken.flatMap(section => mediaOf(section, parts.session) ?? []),
  };
}

function sectionsOf(sdp: string): Sections {
  const parts = readSections(sdp);
  if (typeof parts === 'string') throw new AnswerError(parts);
  return parts;
}

function isAlike({ sections }: Sections, offered: Sections): boolean {
  return (
    sections.length === offered.sections.length &&
    sections.every(({ kind }, index) => kind === offered.sections[index]?.kind)
  );
}

/** The stack fails on a section whose codecs are left out, as rejected ones may be (RFC 8829 5.3.1). */
function inactive(section: Section, offered: Section | undefined): readonly string[] {
  const codecs = offered?.lines.filter(line => /^(?:m=|a=(?:mid|rtpmap|fmtp):)/.test(line)) ?? [];
  const direction = section.kind === 'application' ? [] : ['a=inactive'];
  return [...codecs, ...direction];
}
