interface Served {
  readonly connection: RTCPeerConnection;
  /** What came on channels other than the control channel: text, or the number of bytes. */
  readonly heard: (string | number)[];
  /** `label ordered maxRetransmits` of the channels that the page has opened. */
  readonly opened: string[];
  control: RTCDataChannel | undefined;
  /** A newcomer has its place, and it hears of that as soon as its control channel is there. */
  isReplaced: boolean;
}

const served: Served[] = [];
const realFetch = window.fetch.bind(window);

/**
 * Answers the offers that this page posts in the page itself, with the browser's own connections, in
 * place of Node-RED: what a server may say can be said here at any moment. It echoes every frame.
 * @param places so many peers are there at once; a newcomer takes the place of the oldest
 */
export function serveInPage(places = 32): void {
  window.fetch = async (input, init) => {
    if (!String(input).endsWith('/connect')) return realFetch(input, init);
    const answer = await answerTo(JSON.parse(String(init?.body)));
    return new Response(JSON.stringify(answer), {
      headers: { 'Content-Type': 'application/json' },
    });
  };
  const answerTo = async (offer: RTCSessionDescriptionInit) => {
    const present = served.filter(({ connection }) => connection.signalingState !== 'closed');
    for (const peer of present.slice(0, Math.max(present.length + 1 - places, 0))) replace(peer);
    return serve(offer);
  };
}

/** What has become of each connection that was served, oldest first. */
export function servedPeers() {
  return served.map(({ connection, heard, opened }) => {
    const { connectionState, signalingState } = connection;
    return { state: signalingState === 'closed' ? 'closed' : connectionState, heard, opened };
  });
}

/** Says something on the control channel of the newest connection. */
export function sayAsServer(note: object): void {
  served.at(-1)?.control?.send(JSON.stringify(note));
}

async function serve(offer: RTCSessionDescriptionInit): Promise<RTCSessionDescriptionInit> {
  const connection = new RTCPeerConnection();
  const peer: Served = {
    connection,
    heard: [],
    opened: [],
    control: undefined,
    isReplaced: false,
  };
  served.push(peer);
  connection.ondatachannel = ({ channel }) => {
    channel.binaryType = 'arraybuffer';
    channel.onclose = () => connection.close();
    if (channel.label === 'rtcbot') control(peer, channel);
    else carry(peer, channel);
  };
  await connection.setRemoteDescription(offer);
  await connection.setLocalDescription();
  while (connection.iceGatheringState !== 'complete') {
    await new Promise(changed => {
      connection.onicegatheringstatechange = changed;
    });
  }
  const { type, sdp } = connection.localDescription as RTCSessionDescription;
  return { type, sdp };
}

/** It closes the connection when it has heard of it. */
function replace(peer: Served): void {
  peer.isReplaced = true;
  peer.control?.send(JSON.stringify({ type: 'replaced' }));
}

function control(peer: Served, channel: RTCDataChannel): void {
  peer.control = channel;
  channel.send(JSON.stringify({ type: 'hello', split: true }));
  if (peer.isReplaced) replace(peer);
  channel.onmessage = ({ data }) => {
    const { type, time } = JSON.parse(data);
    if (type === 'bye') peer.connection.close();
    if (type === 'ping') channel.send(JSON.stringify({ type: 'pong', time, serverTime: time }));
  };
}

function carry(peer: Served, channel: RTCDataChannel): void {
  const { label, ordered, maxRetransmits } = channel;
  peer.opened.push(`${label} ${ordered} ${maxRetransmits}`);
  channel.onmessage = ({ data }) => {
    peer.heard.push(typeof data === 'string' ? data : data.byteLength);
    channel.send(data);
  };
}
