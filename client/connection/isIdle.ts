/**
 * Whether our server's answer says that it sends nothing yet on the first m-section of a kind, on
 * which it may begin at any time. @param sdp the answer
 */
export function isIdle(sdp: string, kind: 'video' | 'audio'): boolean {
  const section = sdp.split(/^(?=m=)/m).find(each => each.startsWith(`m=${kind} `));
  return section !== undefined && /^a=x-rtcbot-idle\r?$/m.test(section);
}
