import { bundleGroups, midOf } from './sections';

/** What belongs to the transport of an m-section (RFC 8839, RFC 8842), not to what it carries. */
const TRANSPORT =
  /^a=(?:candidate:|end-of-candidates|ice-ufrag:|ice-pwd:|ice-lite|ice-options:|fingerprint:|setup:)/;
const CANDIDATE = /^a=(?:candidate:|end-of-candidates)/;

/**
 * The m-sections of a description with one transport for each bundle group: that of the first
 * section in it (RFC 9143 7.3). Offers of aiortc give each section a port and ICE credentials of
 * its own; the stack would mix them and use the last.
 * @param session lines above the first m-section
 * @param sections lines of each m-section; a rejected one carries nothing and is left as it is
 * @param served which of them we serve; one that we reject leads only where no other has a port. Default all
 */
export function withOneTransport(
  session: readonly string[],
  sections: readonly (readonly string[])[],
  served: readonly boolean[] = sections.map(() => true),
): readonly (readonly string[])[] {
  const leaders = new Map<string, readonly string[]>();
  for (const group of bundleGroups(session)) {
    const mids = new Set(group);
    const able = sections.filter(each => hasPort(each) && mids.has(midOf(each) ?? ''));
    const leader = able.find(each => served[sections.indexOf(each)]) ?? able[0];
    if (leader) for (const mid of mids) leaders.set(mid, leader);
  }
  return sections.map(section => {
    const leader = leaders.get(midOf(section) ?? '');
    return leader && leader !== section ? withTransportOf(section, leader) : section;
  });
}

/** An m-section on the transport of another one. */
export function withTransportOf(
  section: readonly string[],
  leader: readonly string[],
): readonly string[] {
  const own = section.filter(line => !TRANSPORT.test(line));
  return [...own, ...leader.filter(line => TRANSPORT.test(line) && !CANDIDATE.test(line))];
}

/** A section without a port has no transport to share (RFC 9143 7.2.1). */
function hasPort([first = '']: readonly string[]): boolean {
  return !/^m=\S+ 0 /.test(first);
}
