import { libdatachannel, type NativePeer, type NativeTrack } from './libdatachannel';

/** What became of a viewer. Times in ms, since it began. */
export interface ViewerReport {
  /** Of the connection, as libdatachannel calls them: `new`, `connecting`, `connected`, `failed` … */
  readonly state: string;
  /** When its offer was answered. */
  readonly answeredMs: number | undefined;
  /** When its handshake was through. */
  readonly connectedMs: number | undefined;
  /** When its first packet came. */
  readonly firstPacketMs: number | undefined;
  /** Pictures whose last packet came. */
  readonly pictures: number;
  /** Longest time between two of them since the last report. */
  readonly longestGapMs: number;
  /** Why it has no answer. */
  readonly refusal: string | undefined;
}

/** RTCP has these payload types (RFC 5761 4). */
const isRtcp = (packet: Buffer) =>
  ((packet[1] ?? 0) & 0x7f) >= 64 && ((packet[1] ?? 0) & 0x7f) < 96;

/** The marker bit (RFC 6184 5.1). */
const isLastOfPicture = (packet: Buffer) => ((packet[1] ?? 0) & 0x80) !== 0;

/**
 * A viewer that is light: libdatachannel checks the path, shakes hands and decrypts; nothing is
 * decoded.
 */
export class NativeViewer {
  readonly #peer: NativePeer;
  readonly #track: NativeTrack;
  readonly #beganMs = performance.now();
  readonly #gathered: Promise<void>;
  /** Settles when the first packet has come. */
  readonly firstPacket: Promise<void>;
  #state = 'new';
  #isClosed = false;
  #answeredMs: number | undefined;
  #connectedMs: number | undefined;
  #firstPacketMs: number | undefined;
  #pictures = 0;
  #pictureMs: number | undefined;
  #longestGapMs = 0;
  #refusal: string | undefined;

  constructor() {
    const { PeerConnection, Video, RtcpReceivingSession } = libdatachannel();
    this.#peer = new PeerConnection('viewer', { iceServers: [], disableAutoNegotiation: true });
    this.#peer.onStateChange(state => {
      this.#state = state;
      if (state === 'connected') this.#connectedMs ??= this.#elapsedMs;
    });
    this.#gathered = new Promise(resolve => {
      this.#peer.onGatheringStateChange(state => {
        if (state === 'complete') resolve();
      });
    });
    const video = new Video('0', 'RecvOnly');
    video.addH264Codec(96);
    this.#track = this.#peer.addTrack(video);
    this.#track.setMediaHandler(new RtcpReceivingSession());
    this.firstPacket = new Promise(resolve => {
      this.#track.onMessage(packet => {
        if (isRtcp(packet)) return;
        this.#firstPacketMs ??= this.#elapsedMs;
        if (isLastOfPicture(packet)) this.#countPicture();
        resolve();
      });
    });
  }

  /** Asks an endpoint. Never rejects: see `refusal` of the report. @param url of its `connect` */
  async connect(url: string): Promise<void> {
    try {
      this.#peer.setLocalDescription('offer');
      await this.#gathered;
      const sdp = this.#peer.localDescription()?.sdp;
      const body = JSON.stringify({ type: 'offer', sdp });
      const response = await fetch(url, { method: 'POST', body });
      if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
      const answer = (await response.json()) as { sdp: string };
      this.#answeredMs = this.#elapsedMs;
      this.#peer.setRemoteDescription(answer.sdp, 'answer');
    } catch (error) {
      this.#refusal = error instanceof Error ? error.message : String(error);
    }
  }

  report(): ViewerReport {
    const longestGapMs = this.#longestGapMs;
    this.#longestGapMs = 0;
    return {
      state: this.#state,
      answeredMs: this.#answeredMs,
      connectedMs: this.#connectedMs,
      firstPacketMs: this.#firstPacketMs,
      pictures: this.#pictures,
      longestGapMs,
      refusal: this.#refusal,
    };
  }

  /** Idempotent. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#track.close();
    this.#peer.close();
  }

  #countPicture(): void {
    const now = this.#elapsedMs;
    this.#longestGapMs = Math.max(this.#longestGapMs, now - (this.#pictureMs ?? now));
    this.#pictureMs = now;
    this.#pictures += 1;
  }

  get #elapsedMs(): number {
    return performance.now() - this.#beganMs;
  }
}
