const made: RTCPeerConnection[] = [];

// Every connection of the page, whoever makes it, can be looked at.
window.RTCPeerConnection = class extends RTCPeerConnection {
  constructor(configuration?: RTCConfiguration) {
    super(configuration);
    made.push(this);
  }
};

/** The states of all peer connections that the page has made since it was loaded, oldest first. */
export function connections(): RTCPeerConnectionState[] {
  return made.map(connection => connection.connectionState);
}

/** The codec of the video that the newest connection receives, such as `H264`. */
export async function receivedCodec(): Promise<string | undefined> {
  const stats = await made.at(-1)?.getStats();
  const all: { type: string; kind?: string; id: string; codecId?: string; mimeType?: string }[] =
    [];
  stats?.forEach(each => {
    all.push(each);
  });
  const video = all.find(each => each.type === 'inbound-rtp' && each.kind === 'video');
  const codec = all.find(each => each.id === video?.codecId);
  return codec?.mimeType?.split('/')[1];
}

/** The port on the other side to which the newest connection sends; undefined before there is one. */
export function remotePort(): number | undefined {
  const { transport } = made.at(-1)?.sctp ?? {};
  return transport?.iceTransport.getSelectedCandidatePair()?.remote.port ?? undefined;
}
