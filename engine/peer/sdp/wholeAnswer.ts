import { isLegacyData, withLegacyData } from './legacyData';
import type { CheckedOffer, StackOffer } from './offer';
import { BUNDLE, bundleGroups, IDLE, midOf, readSections, type Section } from './sections';

/** How one section of an offer is answered. */
type Fate =
  /** Served. @param lines what the stack answers */
  | readonly string[]
  | 'rejected'
  /** It carries nothing, but the others travel on its transport. */
  | 'held';

/** What belongs to the transport, and is the same for all sections of a bundle. */
const TRANSPORT = /^a=(?:candidate:|end-of-candidates|ice-|fingerprint:|setup:)/;

/**
 * The answer to an offer, section for section (RFC 3264 6): what the stack answers to those that it
 * was given, and a rejection of the others.
 *
 * What is served and carries nothing is inactive. The stack writes port 0 for it, which takes it out
 * of the bundle (RFC 9143 7.3.3): browsers then refuse the whole answer where the transport hangs on
 * it. So is a section that is rejected, and is the only one of its bundle that has a port.
 * @param idleMids sections on which nothing is sent yet
 */
export function wholeAnswer(
  answer: string,
  { parts, hasLegacyData }: CheckedOffer,
  { served, idleMids }: Pick<StackOffer, 'served'> & { readonly idleMids?: ReadonlySet<string> },
): string {
  const made = readSections(answer);
  if (typeof made === 'string') throw new Error(made);
  const rest = [...made.sections];
  const fates = parts.sections.map((section): Fate => {
    if (served.has(section)) return rest.shift()?.lines ?? 'rejected';
    return isNeeded(section, parts.sections, { served, session: parts.session })
      ? 'held'
      : 'rejected';
  });
  const transport = made.sections[0]?.lines.filter(line => TRANSPORT.test(line)) ?? [];
  const sections = parts.sections.map((section, index) => {
    const fate = fates[index] ?? 'rejected';
    if (fate === 'rejected') return rejected(section);
    if (fate === 'held') return held(section, transport);
    const isIdle = idleMids?.has(midOf(fate) ?? '');
    return [...answered(section, fate), ...(isIdle ? [IDLE] : [])];
  });
  const alive = new Set(
    parts.sections
      .filter((_, index) => fates[index] !== 'rejected')
      .map(section => midOf(section.lines)),
  );
  const groups = bundleGroups(parts.session)
    .map(group => group.filter(mid => alive.has(mid)))
    .filter(group => group.length > 0)
    .map(group => `${BUNDLE}${group.join(' ')}`);
  const session = made.session.filter(line => !line.startsWith(BUNDLE));
  const whole = `${[...session, ...groups, ...sections.flat()].join('\r\n')}\r\n`;
  return hasLegacyData ? withLegacyData(whole) : whole;
}

/** The only section with a port among those of its bundle that are served, or could be. */
function isNeeded(
  section: Section,
  sections: readonly Section[],
  { served, session }: Pick<StackOffer, 'served'> & { session: readonly string[] },
): boolean {
  const group = bundleGroups(session).find(mids => mids.includes(midOf(section.lines) ?? ''));
  if (!group || !hasPort(section)) return false;
  const others = sections.filter(
    each => served.has(each) && group.includes(midOf(each.lines) ?? ''),
  );
  const first = sections.find(each => hasPort(each) && group.includes(midOf(each.lines) ?? ''));
  return section === first && others.length > 0 && !others.some(hasPort);
}

function hasPort({ lines: [first = ''] }: Section): boolean {
  return !/^m=\S+ 0 /.test(first);
}

/** The stack's answer as the other end asked: its protocol, and no mid where it has none. */
function answered({ lines: [offered = ''], isUnnamed, lines }: Section, made: readonly string[]) {
  const [first = '', ...rest] = made;
  const media = first.replace(/^(m=(?:audio|video)) 0 /, '$1 9 ');
  const [, protocol] = /^m=\S+ \d+ (\S+)/.exec(offered) ?? [];
  const line =
    protocol && !isLegacyData(lines) ? media.replace(/^(m=\S+ \d+) \S+/, `$1 ${protocol}`) : media;
  return [line, ...rest.filter(each => !(isUnnamed && each.startsWith('a=mid:')))];
}

function rejected({ kind, lines, isUnnamed }: Section): string[] {
  const [first = ''] = lines;
  return [
    first.replace(/^(m=\S+) \d+/, '$1 0'),
    'c=IN IP4 0.0.0.0',
    ...(kind === 'audio' || kind === 'video' ? ['a=inactive'] : []),
    ...(isUnnamed ? [] : lines.filter(line => line.startsWith('a=mid:'))),
  ];
}

function held({ lines }: Section, transport: readonly string[]): string[] {
  const [first = '', ...rest] = lines;
  const known = rest.filter(line => /^a=(?:mid|rtpmap|fmtp|rtcp-mux|rtcp-rsize)/.test(line));
  return [
    first.replace(/^(m=\S+) \d+/, '$1 9'),
    'c=IN IP4 0.0.0.0',
    'a=inactive',
    ...known,
    ...transport,
  ];
}
